use std::io::{Cursor, Write as _};

use super::*;
use serde_json::{Value, json};

fn fixture(name: &str) -> Document {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/documents");
    Document {
        name: name.to_owned(),
        mime_type: String::new(),
        bytes: std::fs::read(folder.join(name)).unwrap().into(),
    }
}

pub fn written(name: &str, text: &[u8]) -> Document {
    Document { name: name.to_owned(), mime_type: String::new(), bytes: text.to_vec().into() }
}

fn with(document: &Document, options: &Value) -> Result<String, String> {
    let (kind, _) = kind(document).unwrap();
    let options = Options::read(options).unwrap();
    Ok(convert(document, kind, &options, &|| true)?.told(&[], options.format))
}

fn plainly(document: &Document) -> String {
    with(document, &json!({})).unwrap()
}

const CITIES: &str =
    "## Cities\n\n| City | People |\n| --- | --- |\n| Lisbon | 545923 |\n| Oslo \\| Bergen | 709037.5 |";

#[test]
fn spreadsheets_are_tables() {
    assert_eq!(plainly(&fixture("cities.ods")), CITIES);
    assert_eq!(plainly(&fixture("cities.xls")), CITIES);
    let far = "\n\n## Far\n\n| near |  |  |\n| --- | --- | --- |\n|  |  |  |\n|  |  | true |";
    assert_eq!(plainly(&fixture("cities.xlsx")), format!("{CITIES}{far}"));
    let csv = written("c.csv", b"City,People\nLisbon,545923\n\"Oslo | Bergen\",709037.5\n");
    assert_eq!(format!("## Cities\n\n{}", plainly(&csv)), CITIES);
    let text = with(&csv, &json!({"output": {"format": "text"}})).unwrap();
    assert_eq!(text, "City\tPeople\nLisbon\t545923\nOslo | Bergen\t709037.5");
}

#[test]
fn texts_keep_their_structure() {
    let word = plainly(&fixture("lanterns.docx"));
    let expected = "# Lanterns\n\n# How they work\n\nA flame needs **air** and *wax*.\n\n- light it\n1. wait\n\n| City | People |\n| --- | --- |\n| Lisbon | 545923 |\n| Oslo \\| Bergen | 709037.5 |";
    assert_eq!(word, expected);
    assert_eq!(plainly(&fixture("lanterns.odt")), "# Lanterns\n\nSee [the wax](https://example.com/wax)\n\n- light it");
    let text = with(&fixture("lanterns.odt"), &json!({"output": {"format": "text"}})).unwrap();
    assert_eq!(text, "Lanterns\n\nSee the wax\n\n- light it");
}

#[test]
fn a_pdf_tells_of_itself_and_has_its_pages() {
    let pdf = plainly(&fixture("lanterns.pdf"));
    assert!(pdf.starts_with("# lanterns.pdf\n## Metadata\n- PDFFormatVersion=1."), "{pdf}");
    assert!(pdf.contains("- Title=Lanterns\n") && pdf.contains("- IsLinearized=false\n"), "{pdf}");
    assert!(pdf.ends_with("## Contents\n### Page 1\nA flame needs air.\n\n### Page 2\nAnd wax."), "{pdf}");
    let bare = with(&fixture("lanterns.pdf"), &json!({"pdf": {"metadata": false}})).unwrap();
    assert!(!bare.contains("Metadata") && bare.contains("A flame needs air."), "{bare}");
    assert_eq!(with(&fixture("locked.pdf"), &json!({})), Err("the document is encrypted".to_owned()));
}

const PAGE: &str = r##"<html><head><title>Wax &amp; wick</title><meta name="description" content="On candles">
<script>nothing()</script><script type="application/ld+json">{"@type": "Thing"}</script></head><body>
<header>Menu</header><main><h1>Wax</h1><p>Burns <b>well</b>, see <a href="/more">more</a>.</p></main>
<div class="aside"><ul><li>one</li><li>two</li></ul></div><footer>Imprint</footer></body></html>"##;

#[test]
fn a_page_is_its_text() {
    let page = plainly(&written("a.html", PAGE.as_bytes()));
    let front = "---\ntitle: \"Wax & wick\"\ndescription: \"On candles\"\n---\n\n";
    assert!(page.starts_with(front) && page.ends_with("```json\n{\"@type\": \"Thing\"}\n```"), "{page}");
    assert!(page.contains("# Wax") && page.contains("**well**") && page.contains("[more](/more)"), "{page}");
    for gone in ["Menu", "Imprint", "nothing()"] {
        assert!(!page.contains(gone), "{gone}: {page}");
    }
    let options = json!({"html": {"cssSelector": "main", "hostname": "example.com"}});
    let main = with(&written("a.html", PAGE.as_bytes()), &options).unwrap();
    assert!(main.contains("[more](https://example.com/more)") && !main.contains("one"), "{main}");
    let broken = with(&written("a.html", PAGE.as_bytes()), &json!({"html": {"cssSelector": "a[["}}));
    assert_eq!(broken, Err("`html.cssSelector` is no CSS selector".to_owned()));
}

#[test]
fn xml_is_a_list() {
    let xml = written("a.xml", b"<?xml version='1.0'?><shop open='yes'><item>Wax &amp; wick</item><empty/></shop>");
    assert_eq!(plainly(&xml), "- **shop** open=\"yes\":\n  - **item**: Wax & wick\n  - **empty**");
}

#[test]
fn wide_text_and_marks_are_read() {
    let wide: Vec<u8> = "\u{feff}a,é\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(plainly(&written("a.csv", &wide)), "| a | é |\n| --- | --- |");
    assert_eq!(plainly(&written("a.csv", b"\xEF\xBB\xBFa\n")), "| a |\n| --- |");
}

/// An archive of this one entry.
fn zipped(entry: &str, content: &[u8]) -> Vec<u8> {
    archive(&[(entry, content)])
}

pub fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (entry, content) in entries {
        zip.start_file(*entry, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn what_would_grow_without_end_is_refused() {
    let bomb = zipped("word/document.xml", &vec![b' '; MOST_UNPACKED as usize + 1]);
    assert!(bomb.len() < 1 << 20);
    for name in ["bomb.docx", "bomb.xlsx"] {
        assert_eq!(with(&written(name, &bomb), &json!({})), Err("unpacks to more than 256 MB".to_owned()), "{name}");
    }
    let deep = "<a>".repeat(DEEPEST + 1);
    for name in ["a.xml", "a.html"] {
        let deep = if name == "a.html" { "<div>".repeat(100_000) } else { deep.clone() };
        let refused = with(&written(name, deep.as_bytes()), &json!({})).unwrap_err();
        assert!(refused.contains("nested more than"), "{name}: {refused}");
    }
    let wide = format!("{}{}", "<div>".repeat(400), "<p>".repeat(3_000_000));
    assert!(with(&written("a.html", wide.as_bytes()), &json!({})).unwrap_err().contains("nested more than"));
    let repeated = r#"<o:x xmlns:o="o"><table:table table:name="t"><table:table-row table:number-rows-repeated="1000000">
        <table:table-cell table:number-columns-repeated="1000"><text:p>x</text:p></table:table-cell>
        </table:table-row></table:table></o:x>"#;
    let refused = with(&written("a.ods", &zipped("content.xml", repeated.as_bytes())), &json!({})).unwrap_err();
    assert_eq!(refused, "has more than 1000000 cells");
    let lol = "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><l>&b;</l>";
    assert_eq!(plainly(&written("a.xml", lol.as_bytes())), "- **l**");
}

#[test]
fn what_is_broken_says_so() {
    for name in ["cities.xlsx", "cities.xls", "cities.ods", "lanterns.docx", "lanterns.odt", "lanterns.pdf"] {
        let whole = fixture(name);
        for cut in [0, 1, 7, whole.bytes.len() / 3, whole.bytes.len() / 2] {
            let document = Document { bytes: whole.bytes.slice(..cut), ..whole.clone() };
            // A PDF without its end is mended by its reader.
            let refused = with(&document, &json!({}));
            assert!(name.ends_with(".pdf") || refused.is_err(), "{name} cut at {cut}: {refused:?}");
        }
    }
    assert!(plainly(&written("a.html", b"\xff<p>still")).contains("still"));
}

#[test]
fn a_drawing_is_rendered_and_its_texts_are_read() {
    let drawing = r##"<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><title>A flag</title>
        <rect width="20" height="10" fill="#f00"/><text x="1" y="5">Ahoy</text></svg>"##;
    let picture = image::load_from_memory(&svg::render(drawing.as_bytes()).unwrap()).unwrap().into_rgb8();
    assert_eq!((picture.width(), picture.height()), (256, 128));
    assert!(picture.pixels().all(|pixel| pixel.0 == [255, 0, 0]));
    assert_eq!(svg::texts(drawing), ["A flag", "Ahoy"]);
    let huge = drawing.replace("width=\"20\" height=\"10\"", "width=\"1e9\" height=\"1e9\"");
    let picture = image::load_from_memory(&svg::render(huge.as_bytes()).unwrap()).unwrap();
    assert_eq!((picture.width(), picture.height()), (720, 720));
    assert!(svg::render(b"<svg").is_err() && svg::render(b"").is_err());
}

#[test]
fn what_nobody_wants_any_more_is_given_up() {
    let pdf = fixture("lanterns.pdf");
    let given_up = convert(&pdf, Kind::Pdf, &Options::default(), &|| false);
    assert_eq!(given_up, Err(TOO_LONG.to_owned()));
}

#[test]
fn options_are_checked() {
    let refused = |options: Value| Options::read(&options).unwrap_err();
    assert!(refused(json!({"output": {"format": "pdf"}})).contains("hint: `markdown` or `text`"));
    assert!(refused(json!({"image": {"descriptionLanguage": "xx"}})).contains("en, es, fr"));
    assert_eq!(refused(json!({"html": {"cssSelector": 7}})), "`html.cssSelector` is no text");
    assert_eq!(refused(json!([])), "`conversionOptions` is no object");
    assert_eq!(refused(json!({"pdf": {"metadata": 1}})), "`pdf.metadata` is neither true nor false");
    for kind in ["html", "docx", "pdf"] {
        let images = |images: Value| json!({kind: {"images": images}});
        assert_eq!(
            refused(images(json!({"convert": "yes"}))),
            format!("`{kind}.images.convert` is neither true nor false")
        );
        for count in [json!(-1), json!(1.5), json!("3")] {
            let expected = format!("`{kind}.images.maxConvertedImages` is no count");
            assert_eq!(refused(images(json!({"convert": true, "maxConvertedImages": count}))), expected);
        }
        assert!(refused(images(json!({"descriptionLanguage": "xx"}))).contains("images.descriptionLanguage` is `xx`"));
        assert_eq!(Options::read(&images(json!({"maxConvertedImages": 3}))), Ok(Options::default()), "not asked for");
        let many = Options::read(&images(json!({"convert": true, "maxConvertedImages": 12}))).unwrap();
        assert_eq!(many.html.pictures + many.word_pictures + many.pdf.pictures, 10);
    }
    assert_eq!(Options::read(&json!({"unknown": 1})), Ok(Options::default()));
}

#[test]
fn a_document_is_known_by_name_then_by_type() {
    let known = |name: &str, mime_type: &str| {
        let document = Document { mime_type: mime_type.to_owned(), ..written(name, b"") };
        kind(&document).map(|(kind, _)| kind)
    };
    assert_eq!(known("a.PDF", "text/csv"), Some(Kind::Pdf));
    assert_eq!(known("noname", "text/html; charset=utf-8"), Some(Kind::Html));
    assert_eq!(known("noname", "text/xml"), Some(Kind::Xml));
    assert_eq!(known("a.numbers", ""), None);
}
