//! OpenDocument: texts (ODT) and tables (ODS), which have the same elements.

use super::MOST_CELLS;
use super::archive::Archive;
use super::write::Writer;
use super::xml::{Element, Step, walk};

pub fn convert(bytes: &[u8]) -> Result<String, String> {
    let mut archive = Archive::open(bytes)?;
    let content = archive.text("content.xml")?.ok_or("no OpenDocument: `content.xml` is missing")?;
    let is_encrypted = archive.text("META-INF/manifest.xml")?.is_some_and(|list| list.contains("encryption-data"));
    if is_encrypted {
        return Err("the document is encrypted".to_owned());
    }
    let mut body = Body::default();
    walk(&content, |step| body.take(step))?;
    Ok(body.writer.finish())
}

#[derive(Default)]
struct Body {
    writer: Writer,
    is_spreadsheet: bool,
    text: String,
    /// Of the heading that is open.
    level: Option<usize>,
    /// Paragraphs that are open: text outside of them is no content.
    paragraphs: usize,
    lists: usize,
    link: Option<(usize, String)>,
    table: Option<Table>,
    /// Cells that may still come.
    used: usize,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    /// How often the row and the cell that are open stand there.
    row_times: usize,
    cell_times: usize,
    cell: String,
}

impl Body {
    fn take(&mut self, step: Step<'_>) -> Result<(), String> {
        match step {
            Step::Start(element) => self.start(&element),
            Step::Text(text) => {
                if self.paragraphs > 0 {
                    self.text.push_str(text);
                }
                Ok(())
            }
            Step::End(name) => self.end(name),
        }
    }

    fn start(&mut self, element: &Element<'_>) -> Result<(), String> {
        match element.name() {
            "text:h" => {
                self.paragraphs += 1;
                self.level = Some(element.attribute("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1));
            }
            "text:p" => self.paragraphs += 1,
            "office:spreadsheet" => self.is_spreadsheet = true,
            "text:list" => self.lists += 1,
            "text:s" => self.text.push_str(&" ".repeat(times(element, "c").min(80))),
            "text:tab" => self.text.push('\t'),
            "text:line-break" => self.text.push('\n'),
            "text:a" => self.link = element.attribute("href").map(|target| (self.text.len(), target)),
            // A table inside a cell is its text.
            "table:table" if self.table.is_none() => {
                // Those of a text have a name as well, which nobody sees.
                if self.is_spreadsheet {
                    let name = element.attribute("name").unwrap_or_default();
                    self.writer.heading(2, &name);
                }
                self.table = Some(Table::default());
            }
            "table:table-row" => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                    table.row_times = times(element, "number-rows-repeated");
                }
            }
            "table:table-cell" | "table:covered-table-cell" => {
                if let Some(table) = &mut self.table {
                    table.cell.clear();
                    table.cell_times = times(element, "number-columns-repeated");
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), String> {
        match name {
            "text:a" => {
                if let Some((start, target)) = self.link.take() {
                    let text = self.text.split_off(start.min(self.text.len()));
                    self.text.push_str(&format!("[{text}]({target})"));
                }
            }
            "text:h" | "text:p" => self.end_paragraph(),
            "text:list" => self.lists = self.lists.saturating_sub(1),
            "table:table-cell" | "table:covered-table-cell" => self.end_cell()?,
            "table:table-row" => self.end_row()?,
            "table:table" => {
                if let Some(table) = self.table.take() {
                    self.writer.table(&table.rows);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end_paragraph(&mut self) {
        self.paragraphs = self.paragraphs.saturating_sub(1);
        let (text, level) = (std::mem::take(&mut self.text), self.level.take());
        match (&mut self.table, level) {
            (Some(table), _) => {
                let gap = if table.cell.is_empty() { "" } else { "\n" };
                table.cell.push_str(&format!("{gap}{text}"));
            }
            (None, Some(level)) => self.writer.heading(level, &text),
            (None, None) if self.lists > 0 => self.writer.item(self.lists - 1, false, &text),
            (None, None) => self.writer.paragraph(&text),
        }
    }

    fn end_cell(&mut self) -> Result<(), String> {
        let Some(Table { rows, cell, cell_times, .. }) = &mut self.table else { return Ok(()) };
        let Some(row) = rows.last_mut() else { return Ok(()) };
        // Files end their rows with thousands of empty cells at once: what is empty is only written in front of what is not.
        let times = if cell.is_empty() { (*cell_times).min(MOST_EMPTY) } else { *cell_times };
        self.used = self.used.saturating_add(times);
        if self.used > MOST_CELLS {
            return Err(format!("has more than {MOST_CELLS} cells"));
        }
        row.extend(std::iter::repeat_n(std::mem::take(cell), times));
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), String> {
        let Some(Table { rows, row_times, .. }) = &mut self.table else { return Ok(()) };
        let Some(row) = rows.last().cloned() else { return Ok(()) };
        let is_empty = row.iter().all(String::is_empty);
        let more = row_times.saturating_sub(1).min(if is_empty { MOST_EMPTY } else { usize::MAX });
        self.used = self.used.saturating_add(more.saturating_mul(row.len().max(1)));
        if self.used > MOST_CELLS {
            return Err(format!("has more than {MOST_CELLS} cells"));
        }
        rows.extend(std::iter::repeat_n(row, more));
        Ok(())
    }
}

/// Empty cells or rows that are kept of a longer stretch.
const MOST_EMPTY: usize = 64;

fn times(element: &Element<'_>, attribute: &str) -> usize {
    element.attribute(attribute).and_then(|times| times.parse().ok()).unwrap_or(1)
}
