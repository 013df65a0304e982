//! DOCX: headings, paragraphs, lists, tables, links, bold and italic.

mod parts;

use std::collections::HashMap;

use self::parts::{Relations, relations, styles};
use super::MOST_CELLS;
use super::archive::Archive;
use super::inside::{Converted, Shown};
use super::write::Writer;
use super::xml::{Step, walk};

/// At most `pictures` of its pictures are marked to be described.
pub fn convert(bytes: &[u8], pictures: usize) -> Result<Converted, String> {
    let mut archive = Archive::open(bytes)?;
    let body = archive.text("word/document.xml")?.ok_or("no Word document: `word/document.xml` is missing")?;
    let styles = archive.text("word/styles.xml")?.map_or(Ok(HashMap::new()), |xml| styles(&xml))?;
    let relations =
        archive.text("word/_rels/document.xml.rels")?.map_or(Ok(Relations::default()), |xml| relations(&xml))?;
    let mut shown = Shown::new(pictures);
    let mut reader = Body { styles, relations, ..Body::default() };
    let mut show = |entry: &str, description: &str| {
        if shown.is_full() {
            return None;
        }
        // One that is missing or damaged is no reason to refuse the text.
        let bytes = archive.bytes(entry).ok().flatten()?;
        Some(shown.take(bytes.into(), description))
    };
    walk(&body, |step| reader.take(step, &mut show))?;
    Ok(shown.beside(reader.writer.finish()))
}

/// Takes the picture of this entry, with its description, and gives what stands for it; `None`: it is not to be shown.
type Show<'a> = &'a mut dyn FnMut(&str, &str) -> Option<String>;

/// The document's body under way.
#[derive(Default)]
struct Body {
    styles: HashMap<String, String>,
    relations: Relations,
    writer: Writer,
    paragraph: Paragraph,
    run: Run,
    /// Where the text of the link that is open begins, and where it leads.
    link: Option<(usize, String)>,
    in_text: bool,
    /// What the document says of the drawing that is open.
    description: String,
    /// The tables that are open, the innermost last.
    tables: Vec<Vec<Vec<String>>>,
    cells: usize,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    style: String,
    /// Depth in a list.
    item: Option<usize>,
}

#[derive(Default)]
struct Run {
    text: String,
    is_bold: bool,
    is_italic: bool,
}

impl Body {
    fn take(&mut self, step: Step<'_>, show: Show<'_>) -> Result<(), String> {
        match step {
            Step::Start(element) => match element.name() {
                "w:p" => self.paragraph = Paragraph::default(),
                "w:pStyle" => {
                    let id = element.attribute("val").unwrap_or_default();
                    self.paragraph.style = self.styles.get(&id).cloned().unwrap_or_else(|| id.to_lowercase());
                }
                "w:numPr" => self.paragraph.item = self.paragraph.item.or(Some(0)),
                "w:ilvl" => self.paragraph.item = element.attribute("val").and_then(|level| level.parse().ok()),
                "w:r" => self.run = Run::default(),
                "w:b" => self.run.is_bold = is_on(element.attribute("val")),
                "w:i" => self.run.is_italic = is_on(element.attribute("val")),
                "w:t" => self.in_text = true,
                "w:tab" => self.run.text.push('\t'),
                "w:br" | "w:cr" => self.run.text.push('\n'),
                "w:hyperlink" => {
                    let target = element.attribute("id").and_then(|id| self.relations.links.get(&id).cloned());
                    self.link = target.map(|target| (self.paragraph.text.len(), target));
                }
                "wp:docPr" => self.description = element.attribute("descr").unwrap_or_default(),
                "a:blip" => {
                    let part = element.attribute("embed").and_then(|id| self.relations.parts.get(&id));
                    if let Some(mark) = part.and_then(|part| show(part, &self.description)) {
                        self.run.text.push_str(&format!(" {mark} "));
                    }
                }
                "w:tbl" => self.tables.push(Vec::new()),
                "w:tr" => self.tables.iter_mut().last().into_iter().for_each(|table| table.push(Vec::new())),
                "w:tc" => {
                    self.cells += 1;
                    if self.cells > MOST_CELLS {
                        return Err(format!("has more than {MOST_CELLS} cells"));
                    }
                    self.row().into_iter().for_each(|row| row.push(String::new()));
                }
                _ => {}
            },
            Step::Text(text) if self.in_text => self.run.text.push_str(text),
            Step::Text(_) => {}
            Step::End(name) => self.end(name),
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "w:t" => self.in_text = false,
            "w:r" => {
                let Run { text, is_bold, is_italic } = std::mem::take(&mut self.run);
                self.paragraph.text.push_str(&emphasised(&text, is_bold, is_italic));
            }
            "w:hyperlink" => {
                if let Some((start, target)) = self.link.take() {
                    let text = self.paragraph.text.split_off(start);
                    self.paragraph.text.push_str(&format!("[{text}]({target})"));
                }
            }
            "w:p" => {
                let paragraph = std::mem::take(&mut self.paragraph);
                match self.row().and_then(|row| row.last_mut()) {
                    Some(cell) => {
                        let gap = if cell.is_empty() { "" } else { "\n" };
                        cell.push_str(&format!("{gap}{}", paragraph.text));
                    }
                    None => self.write(&paragraph),
                }
            }
            "w:tbl" => {
                let Some(table) = self.tables.pop() else { return };
                match self.row().and_then(|row| row.last_mut()) {
                    // A table inside a cell is its text.
                    Some(cell) => cell.push_str(&table.concat().join(" ")),
                    None => self.writer.table(&table),
                }
            }
            _ => {}
        }
    }

    /// The row that is open.
    fn row(&mut self) -> Option<&mut Vec<String>> {
        self.tables.last_mut()?.last_mut()
    }

    fn write(&mut self, paragraph: &Paragraph) {
        let level = paragraph.style.strip_prefix("heading").and_then(|level| level.trim().parse().ok());
        match (level, paragraph.style.as_str(), paragraph.item) {
            (Some(level), ..) => self.writer.heading(level, &paragraph.text),
            (_, "title", _) => self.writer.heading(1, &paragraph.text),
            (_, "subtitle", _) => self.writer.heading(2, &paragraph.text),
            (_, style, Some(depth)) => self.writer.item(depth, style.contains("number"), &paragraph.text),
            (_, style, None) if style.starts_with("list") => {
                self.writer.item(0, style.contains("number"), &paragraph.text);
            }
            _ => self.writer.paragraph(&paragraph.text),
        }
    }
}

/// A switch of Word's is on unless it says otherwise.
fn is_on(value: Option<String>) -> bool {
    !matches!(value.as_deref(), Some("0" | "false" | "off"))
}

/// The marks stand at the words, not at the spaces around them.
pub fn emphasised(text: &str, is_bold: bool, is_italic: bool) -> String {
    let mark = match (is_bold, is_italic) {
        (true, true) => "***",
        (true, false) => "**",
        (false, true) => "*",
        (false, false) => return text.to_owned(),
    };
    let words = text.trim();
    if words.is_empty() {
        return text.to_owned();
    }
    text.replacen(words, &format!("{mark}{words}{mark}"), 1)
}
