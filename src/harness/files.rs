//! `--stubs DIR`: stubs for every account, from files.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::stub::{Parsed, Stub};

/// Reads every `*.json` of `folder` in the order of their names: one stub each, or a list of them. A stub that cannot be
/// read refuses all, by file, line and reason.
pub fn read(folder: &Path) -> Result<Vec<Parsed>, String> {
    let wrong = |path: &Path, reason: &dyn std::fmt::Display| format!("`{}`: {reason}", path.display());
    let entries = std::fs::read_dir(folder).map_err(|error| wrong(folder, &error))?;
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(folder, &error))?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(&path, &error))?;
        let value: Value = serde_json::from_str(&text)
            .map_err(|error| format!("`{}`, line {}: {error}", path.display(), error.line()))?;
        let (several, is_list) = match value {
            Value::Array(several) => (several, true),
            one => (vec![one], false),
        };
        let lines = if is_list { item_lines(&text) } else { vec![1] };
        for (at, body) in several.into_iter().enumerate() {
            let parsed = Stub::parse(body, Some(folder)).map_err(|reason| {
                let line = lines.get(at).copied().unwrap_or(1);
                format!("`{}`, line {line}: {reason}", path.display())
            })?;
            all.push(parsed);
        }
    }
    Ok(all)
}

/// The line on which each item of the outer list of `text`, which is JSON, begins.
fn item_lines(text: &str) -> Vec<usize> {
    let (mut lines, mut line, mut depth) = (Vec::new(), 1, 0);
    let (mut in_text, mut escaped, mut awaited) = (false, false, false);
    for byte in text.bytes() {
        if byte == b'\n' {
            line += 1;
        }
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        if depth == 1 && awaited && !byte.is_ascii_whitespace() && byte != b']' {
            lines.push(line);
            awaited = false;
        }
        match byte {
            b'"' => in_text = true,
            b'[' | b'{' => {
                depth += 1;
                awaited |= depth == 1;
            }
            b']' | b'}' => depth -= 1,
            b',' if depth == 1 => awaited = true,
            _ => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(files: &[(&str, &str)]) -> Result<usize, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        read(folder.path()).map(|stubs| stubs.len())
    }

    #[test]
    fn stubs_are_read_or_refused_by_file_and_line() {
        let one = r#"{"respond": {"text": "a"}}"#;
        assert_eq!(read_all(&[("a.json", one), ("b.json", &format!("[{one},\n{one}]")), ("cat.png", "x")]), Ok(3));
        let second = format!("[\n  {one},\n\n  {{\"respond\": {{\"text\": \"],{{\", \"say\": 1}}}}\n]");
        let error = read_all(&[("a.json", one), ("b.json", &second)]).unwrap_err();
        assert!(error.contains("b.json`, line 4: ") && error.contains("say"), "{error}");
        let broken = read_all(&[("a.json", "{\n\n\"respond\": }")]).unwrap_err();
        assert!(broken.contains("a.json`, line 3: "), "{broken}");
        assert!(read(Path::new("/nowhere/at/all")).is_err());
    }

    #[test]
    fn items_are_found_by_line() {
        assert_eq!(item_lines("[\n1,\n\"a,\\\"b\",\n\n[2,3],{\"a\":[1,2]}\n]"), [2, 3, 5, 5]);
        assert_eq!(item_lines("[]"), [0; 0]);
    }
}
