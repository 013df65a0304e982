//! Markdown without its marks, for `output.format: "text"`.

use std::sync::LazyLock;

use regex::Regex;

/// Links and pictures: their text stays.
static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"!?\[([^\]\n]*)\]\([^)\n]*\)").ok());
/// Bold, italic and code: what they mark stays.
static MARKED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(\*\*\*|\*\*|__|`)([^*`\n]+?)(\*\*\*|\*\*|__|`)").ok());

pub fn text(markdown: &str) -> String {
    let lines = markdown.lines().filter(|line| !is_rule(line)).map(line);
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The line below a table's head, or around code.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("```") || line.contains("---") && line.chars().all(|letter| "|-: ".contains(letter))
}

fn line(line: &str) -> String {
    let bare = line.trim_start_matches('#');
    let line = if bare.len() < line.len() && bare.starts_with(' ') { bare.trim_start() } else { line };
    let line = match line.strip_prefix('|').and_then(|row| row.trim_end().strip_suffix('|')) {
        Some(row) => {
            row.replace("\\|", "\u{1}").split('|').map(str::trim).collect::<Vec<_>>().join("\t").replace('\u{1}', "|")
        }
        None => line.to_owned(),
    };
    let replaced = |pattern: &Option<Regex>, text: String, by: &str| match pattern {
        Some(pattern) => pattern.replace_all(&text, by).into_owned(),
        None => text,
    };
    replaced(&MARKED, replaced(&LINK, line, "$1"), "$2")
}
