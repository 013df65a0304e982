//! PDF: what it says of itself, and the text of each page.

mod pictures;

use std::fmt::Write as _;

use lopdf::{Document, LoadOptions, Object};

use self::pictures::Pictures;
use super::TOO_LONG;
use super::inside::{Converted, Shown};
use super::options::Pdf;

/// Bytes that one stream of a page may unpack to.
const MOST_OF_A_STREAM: usize = 16 << 20;
const MOST_PAGES: usize = 5_000;
/// Characters of all pages together.
const MOST_TEXT: usize = 32 << 20;

pub fn convert(bytes: &[u8], name: &str, options: &Pdf, is_wanted: &dyn Fn() -> bool) -> Result<Converted, String> {
    let load = LoadOptions { max_decompressed_size: Some(MOST_OF_A_STREAM), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, load).map_err(|error| match error {
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => encrypted(),
        error => format!("damaged: {error}"),
    })?;
    // Those without a password to open them have been read; what is left is locked.
    if document.is_encrypted() {
        return Err(encrypted());
    }
    let mut out = format!("# {name}\n");
    if options.metadata {
        metadata(&document, &mut out);
    }
    out.push_str("\n## Contents\n");
    let pages = document.get_pages();
    if pages.len() > MOST_PAGES {
        return Err(format!("has more than {MOST_PAGES} pages"));
    }
    let (mut shown, mut pictures) = (Shown::new(options.pictures), Pictures::default());
    for (number, page) in &pages {
        // All pages may show the same large stream.
        if !is_wanted() {
            return Err(TOO_LONG.to_owned());
        }
        // A page that cannot be read is an empty one: the others are still worth having.
        let text = document.extract_text_with_limit(&[*number], MOST_OF_A_STREAM).unwrap_or_default();
        let _ = write!(out, "### Page {number}\n{}\n\n", text.trim());
        if !shown.is_full() {
            for picture in pictures.of_page(&document, *page) {
                let _ = write!(out, "{}\n\n", shown.take(picture, ""));
                if shown.is_full() {
                    break;
                }
            }
        }
        if out.len() > MOST_TEXT {
            return Err(format!("has more than {} MB of text", MOST_TEXT >> 20));
        }
    }
    Ok(shown.beside(out.trim_end().to_owned()))
}

fn encrypted() -> String {
    "the document is encrypted".to_owned()
}

fn metadata(document: &Document, out: &mut String) {
    let catalog = document.catalog().ok();
    let has = |key: &[u8]| catalog.is_some_and(|catalog| catalog.has(key));
    let form = catalog.and_then(|catalog| catalog.get(b"AcroForm").ok());
    let form = form.and_then(|form| document.dereference(form).ok()).and_then(|(_, form)| form.as_dict().ok());
    let forms = |key: &[u8]| form.is_some_and(|form| form.has(key));
    out.push_str("## Metadata\n");
    let facts = [
        ("PDFFormatVersion", document.version.clone()),
        ("IsLinearized", is_linearized(document).to_string()),
        ("IsAcroFormPresent", has(b"AcroForm").to_string()),
        ("IsXFAPresent", forms(b"XFA").to_string()),
        ("IsCollectionPresent", has(b"Collection").to_string()),
        ("IsSignaturesPresent", forms(b"SigFlags").to_string()),
    ];
    for (name, value) in facts {
        let _ = writeln!(out, "- {name}={value}");
    }
    let info = document.trailer.get(b"Info").ok().and_then(|info| document.dereference(info).ok());
    let Some(info) = info.and_then(|(_, info)| info.as_dict().ok()) else { return };
    for (key, value) in info {
        if let Object::String(..) = value
            && let Ok(text) = lopdf::decode_text_string(value)
        {
            let text = text.replace(['\n', '\r'], " ");
            let _ = writeln!(out, "- {}={}", String::from_utf8_lossy(key), text.trim());
        }
    }
}

/// Written for a slow line: the first object says so.
fn is_linearized(document: &Document) -> bool {
    let first = document.objects.values().next();
    first.and_then(|first| first.as_dict().ok()).is_some_and(|first| first.has(b"Linearized"))
}
