//! The helper in vitest's configuration: `cloudflareTest({…})` becomes `cloudflareTest(candleflare({…}))`.

use std::path::{Path, PathBuf};

const CALL: &str = "cloudflareTest(";
const IMPORT: &str = "import { candleflare } from \"candleflare/vitest\";\n";

/// vitest's configuration in `folder`.
pub fn find(folder: &Path) -> Option<PathBuf> {
    let names = ["vitest", "vite"].into_iter().flat_map(|stem| ["ts", "mts", "js", "mjs"].map(|end| (stem, end)));
    names.map(|(stem, end)| folder.join(format!("{stem}.config.{end}"))).find(|path| path.is_file())
}

/// The configuration with the helper; itself if it has it already.
pub fn with_helper(source: &str) -> Result<String, String> {
    if source.contains("candleflare/vitest") {
        return Ok(source.to_owned());
    }
    let by_hand = "hint: write `cloudflareTest(candleflare({…}))` by hand, see docs/vitest.md";
    let mut calls = source.match_indices(CALL).map(|(at, _)| at + CALL.len());
    let (Some(open), None) = (calls.next(), calls.next()) else {
        return Err(format!("`cloudflareTest(…)` does not stand there exactly once\n{by_hand}"));
    };
    let argument = &source[open..];
    let blank = argument.len() - argument.trim_start().len();
    let length = if argument[blank..].starts_with(')') { Some(0) } else { object_length(&argument[blank..]) };
    let length = length.ok_or_else(|| format!("what `cloudflareTest` is given is not an object literal\n{by_hand}"))?;
    let (start, end) = (open + blank, open + blank + length);
    let wrapped = format!("{}candleflare({}){}", &source[..start], &source[start..end], &source[end..]);
    let import = end_of_import(&wrapped);
    Ok(format!("{}{IMPORT}{}", &wrapped[..import], &wrapped[import..]))
}

/// Where the line ends that imports `cloudflareTest`; the file's start if there is none.
fn end_of_import(source: &str) -> usize {
    let mut end = 0;
    for line in source.split_inclusive('\n') {
        end += line.len();
        if line.contains("cloudflareTest") && line.contains("import") && line.contains("from") {
            return end;
        }
    }
    0
}

/// How long the object literal is that `source` begins with, strings and comments skipped.
fn object_length(source: &str) -> Option<usize> {
    if !source.starts_with('{') {
        return None;
    }
    let mut depth = 0_usize;
    let mut chars = source.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match (char, chars.peek().map(|(_, next)| *next)) {
            ('{' | '(' | '[', _) => depth += 1,
            ('}' | ')' | ']', _) => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            ('"' | '\'' | '`', _) => {
                while let Some((_, inner)) = chars.next() {
                    if inner == '\\' {
                        chars.next();
                    } else if inner == char {
                        break;
                    }
                }
            }
            ('/', Some('/')) => while chars.next_if(|(_, char)| *char != '\n').is_some() {},
            ('/', Some('*')) => {
                let end = source[at + 2..].find("*/")? + at + 4;
                while chars.next_if(|(at, _)| *at < end).is_some() {}
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_is_wrapped_and_the_import_added() {
        let source = "import { cloudflareTest } from \"@cloudflare/vitest-plugin\";\n\nexport default {\n  plugins: [cloudflareTest({ wrangler: { configPath: \"}\" /* } */ } // }\n  })],\n};\n";
        let changed = with_helper(source).unwrap();
        assert!(
            changed.starts_with(
                "import { cloudflareTest } from \"@cloudflare/vitest-plugin\";\nimport { candleflare } from"
            )
        );
        assert!(
            changed.contains("cloudflareTest(candleflare({ wrangler: { configPath: \"}\" /* } */ } // }\n  }))],"),
            "{changed}"
        );
        assert_eq!(with_helper(&changed).unwrap(), changed);
        assert!(with_helper("cloudflareTest()").unwrap().contains("cloudflareTest(candleflare())"));
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        for source in
            ["cloudflareTest(options)", "cloudflareTest({}); cloudflareTest({})", "cloudflareTest({", "cloudflareTest"]
        {
            assert!(with_helper(source).unwrap_err().contains("hint: "), "{source}");
        }
    }
}
