//! Markdown as it is written: blocks with an empty line between them, tables with pipes.

/// A document under way.
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
    /// The block before was an item of a list.
    in_list: bool,
}

impl Writer {
    /// `level` 1 to 6; more is 6.
    pub fn heading(&mut self, level: usize, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.block(&format!("{} {}", "#".repeat(level.clamp(1, 6)), one_line(text)));
        }
    }

    pub fn paragraph(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.block(text.trim());
        }
    }

    /// An item of a list, `depth` 0 outside.
    pub fn item(&mut self, depth: usize, is_numbered: bool, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        if !self.in_list && !self.out.is_empty() {
            self.out.push('\n');
        }
        self.in_list = true;
        let mark = if is_numbered { "1." } else { "-" };
        self.out.push_str(&format!("{}{mark} {}\n", "  ".repeat(depth.min(12)), one_line(text.trim())));
    }

    /// The first row is the head. Empty rows at the end and columns that nobody fills are left out.
    pub fn table(&mut self, rows: &[Vec<String>]) {
        let is_filled = |row: &Vec<String>| row.iter().any(|cell| !cell.trim().is_empty());
        let Some(last) = rows.iter().rposition(is_filled) else { return };
        let filled =
            |row: &Vec<String>| row.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        let rows = &rows[..=last];
        let width = rows.iter().map(filled).max().unwrap_or_default();
        let mut text = String::new();
        for (place, row) in rows.iter().enumerate() {
            text.push('|');
            for column in 0..width {
                let cell = row.get(column).map_or("", String::as_str);
                text.push_str(&format!(" {} |", one_line(cell.trim()).replace('|', "\\|")));
            }
            text.push('\n');
            if place == 0 {
                text.push_str(&format!("|{}\n", " --- |".repeat(width)));
            }
        }
        self.block(text.trim_end());
    }

    fn block(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.in_list = false;
        self.out.push_str(text);
        self.out.push('\n');
    }

    pub fn finish(self) -> String {
        self.out.trim_end().to_owned()
    }
}

/// Without the line breaks that would end a heading, an item or a cell.
fn one_line(text: &str) -> String {
    if !text.contains(['\n', '\r']) {
        return text.to_owned();
    }
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
