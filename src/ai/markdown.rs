//! `toMarkdown`: documents to Markdown, or to plain text. One file here for each family of formats; pictures are described by
//! the models, so the service does those (`service/markdown.rs`).
//!
//! Formats and options are those of Cloudflare's documentation ("Markdown Conversion", 2026-07); how each is laid out is ours
//! where nothing is known. Everything is bounded before it is unpacked: [`MOST_UNPACKED`], [`MOST_CELLS`], [`DEEPEST`].

mod archive;
mod html;
mod inside;
mod odf;
mod options;
mod pdf;
mod plain;
mod sheet;
pub mod svg;
#[cfg(test)]
mod tests;
mod word;
mod write;
mod xml;

use axum::body::Bytes;

pub use inside::Converted;
pub use options::{Format, Options};

/// Bytes that a compressed document may unpack to.
const MOST_UNPACKED: u64 = 256 << 20;
/// Cells of a document's tables.
const MOST_CELLS: usize = 1_000_000;
/// Elements inside each other, in HTML and XML.
const DEEPEST: usize = 500;

/// Said of a document that was given up.
pub const TOO_LONG: &str = "takes too long to read";

/// A document to convert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub name: String,
    /// As the client names it; empty where it does not.
    pub mime_type: String,
    pub bytes: Bytes,
}

/// The family of formats that a document is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    Picture,
    /// A drawing that has to be rendered before it can be looked at.
    Svg,
    Html,
    Xml,
    /// Excel's formats, old and new.
    Sheet,
    Word,
    /// OpenDocument's tables and texts.
    OpenDocument,
    Csv,
}

/// Extension, type and family of what can be converted, in the order of production's documentation.
const SUPPORTED: &[(&str, &str, Kind)] = &[
    (".pdf", "application/pdf", Kind::Pdf),
    (".jpeg", "image/jpeg", Kind::Picture),
    (".jpg", "image/jpeg", Kind::Picture),
    (".png", "image/png", Kind::Picture),
    (".webp", "image/webp", Kind::Picture),
    (".gif", "image/gif", Kind::Picture),
    (".bmp", "image/bmp", Kind::Picture),
    (".svg", "image/svg+xml", Kind::Svg),
    (".html", "text/html", Kind::Html),
    (".htm", "text/html", Kind::Html),
    (".xml", "application/xml", Kind::Xml),
    (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Kind::Sheet),
    (".xlsm", "application/vnd.ms-excel.sheet.macroenabled.12", Kind::Sheet),
    (".xlsb", "application/vnd.ms-excel.sheet.binary.macroenabled.12", Kind::Sheet),
    (".xls", "application/vnd.ms-excel", Kind::Sheet),
    (".et", "application/vnd.ms-excel", Kind::Sheet),
    (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Kind::Word),
    (".ods", "application/vnd.oasis.opendocument.spreadsheet", Kind::OpenDocument),
    (".odt", "application/vnd.oasis.opendocument.text", Kind::OpenDocument),
    (".csv", "text/csv", Kind::Csv),
];

/// Extension and type of each supported format.
pub fn supported() -> impl Iterator<Item = (&'static str, &'static str)> {
    SUPPORTED.iter().map(|(extension, mime_type, _)| (*extension, *mime_type))
}

/// The family of `document` and the type that it is taken for: by its name, else by the type that it came with.
pub fn kind(document: &Document) -> Option<(Kind, &'static str)> {
    let extension = document.name.rfind('.').map(|dot| document.name[dot..].to_ascii_lowercase());
    let mime_type = document.mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let mime_type = if mime_type == "text/xml" { "application/xml".to_owned() } else { mime_type };
    let by_name = SUPPORTED.iter().find(|(known, ..)| Some(*known) == extension.as_deref());
    let found = by_name.or_else(|| SUPPORTED.iter().find(|(_, known, _)| *known == mime_type))?;
    Some((found.2, found.1))
}

/// The document as Markdown, or why it could not be read. Not for pictures. May take long: bounded, but not for a thread of
/// the runtime; it is asked now and then whether it is still wanted.
pub fn convert(
    document: &Document,
    kind: Kind,
    options: &Options,
    is_wanted: &dyn Fn() -> bool,
) -> Result<Converted, String> {
    let bytes = &document.bytes;
    let markdown = match kind {
        Kind::Pdf => return pdf::convert(bytes, &document.name, &options.pdf, is_wanted),
        Kind::Html => return html::convert(&text(bytes), &options.html),
        Kind::Word => return word::convert(bytes, options.word_pictures),
        Kind::Xml => xml::convert(&text(bytes)),
        Kind::Sheet => sheet::convert(bytes),
        Kind::Csv => sheet::convert_csv(bytes),
        Kind::OpenDocument => odf::convert(bytes),
        Kind::Picture | Kind::Svg => Err("a picture is described, not converted".to_owned()),
    }?;
    Ok(Converted { markdown, pictures: Vec::new() })
}

/// What a drawing says in letters.
pub fn texts_of_drawing(document: &Document) -> Vec<String> {
    svg::texts(&text(&document.bytes))
}

/// A text file's text: UTF-8 or, by its mark, UTF-16; what is neither is replaced.
fn text(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], word: fn([u8; 2]) -> u16| {
        let words: Vec<u16> = bytes.chunks_exact(2).map(|pair| word([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&words)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}
