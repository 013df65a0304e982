//! Pictures inside documents, without the models that describe them.

use base64::Engine as _;
use lopdf::{Document as PdfFile, Object, Stream, dictionary};
use serde_json::{Value, json};

use crate::ai::markdown::tests::{archive, written};
use crate::ai::markdown::*;

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(3, 2, image::Rgb([250, 0, 0])).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The document with as many descriptions as it has pictures, and their bytes.
fn read(name: &str, bytes: &[u8], options: &Value) -> (String, Vec<Bytes>) {
    let document = written(name, bytes);
    let options = Options::read(options).unwrap();
    let converted = convert(&document, kind(&document).unwrap().0, &options, &|| true).unwrap();
    let words: Vec<_> = (1..=converted.pictures.len()).map(|place| Some(format!("view\n{place}"))).collect();
    let pictures = converted.pictures.iter().map(|picture| picture.bytes.clone()).collect();
    (converted.told(&words, options.format), pictures)
}

fn wanted(kind: &str, most: usize) -> Value {
    json!({kind: {"images": {"convert": true, "maxConvertedImages": most}}})
}

fn data_url(bytes: &[u8]) -> String {
    format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
}

#[test]
fn a_pages_own_pictures_are_described_where_they_stand() {
    let page = format!(
        "<p>See <img alt='a wall' src='{url}'> and <img alt=far src='https://example.com/far.png'>.</p>
        <main><img alt=broken src='data:image/png;base64,%%%'><h2><img src='{url}'></h2></main><footer><img src='{url}'></footer>",
        url = data_url(&png())
    );
    let (text, pictures) = read("a.html", page.as_bytes(), &wanted("html", 10));
    assert_eq!(pictures, [png(), png()], "those of the footer are none of the text");
    assert!(text.starts_with("See view 1 and ![far](https://example.com/far.png)."), "{text}");
    assert!(text.ends_with("## view 2") && text.contains("![broken]"), "{text}");
    assert_eq!(read("a.html", page.as_bytes(), &wanted("html", 1)).1.len(), 1);
    for none in [json!({}), json!({"html": {"images": {"convert": false}}}), wanted("html", 0), wanted("pdf", 10)] {
        assert!(read("a.html", page.as_bytes(), &none).1.is_empty(), "{none}");
    }
    let mut main = wanted("html", 10);
    main["html"]["cssSelector"] = json!("main");
    main["output"] = json!({"format": "text"});
    let (text, pictures) = read("a.html", page.as_bytes(), &main);
    assert!(text.ends_with("view 1") && pictures.len() == 1, "{text}");
}

#[test]
fn what_cannot_be_described_is_told_by_the_document() {
    let page = format!("<p>See <img alt='a wall' src='{}'></p>", data_url(b"no picture"));
    let document = written("a.html", page.as_bytes());
    let options = Options::read(&wanted("html", 10)).unwrap();
    let converted = convert(&document, Kind::Html, &options, &|| true).unwrap();
    assert_eq!(converted.told(&[None], Format::Markdown), "See a wall");
}

fn word(blips: &str) -> Vec<u8> {
    let body = format!("<w:document><w:body><w:p><w:r><w:t>Above</w:t></w:r></w:p>{blips}</w:body></w:document>");
    let relations = r#"<Relationships><Relationship Id="r1" Target="media/a.png"/><Relationship Id="r2" Target="/word/media/a.png"/>
        <Relationship Id="r3" Target="media/lost.png"/><Relationship Id="r4" TargetMode="External" Target="https://example.com/far.png"/></Relationships>"#;
    archive(&[
        ("word/document.xml", body.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
        ("word/media/a.png", &png()),
    ])
}

fn blip(id: &str) -> String {
    let drawing = format!(r#"<w:drawing><wp:docPr descr="a wall"/><a:blip r:embed="{id}"/></w:drawing>"#);
    format!("<w:p><w:r>{drawing}</w:r></w:p>")
}

#[test]
fn a_word_documents_pictures_are_described_where_they_stand() {
    let blips: String = ["r1", "r2", "r3", "r4", "unknown"].iter().map(|id| blip(id)).collect();
    let (text, pictures) = read("a.docx", &word(&blips), &wanted("docx", 10));
    assert_eq!((text.as_str(), pictures.len()), ("Above\n\nview 1\n\nview 2", 2), "what is missing is left out");
    assert_eq!(pictures[0], png());
    let cell = format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", blip("r1"));
    assert!(read("a.docx", &word(&cell), &wanted("docx", 10)).0.contains("| view 1 |"));
    let many = blip("r1").repeat(30);
    assert_eq!(read("a.docx", &word(&many), &wanted("docx", 30)).1.len(), 10);
    assert_eq!(read("a.docx", &word(&many), &json!({})), ("Above".to_owned(), Vec::new()));
}

/// A page for each list of pictures, which are numbers of streams.
fn pdf(streams: Vec<Stream>, pages: &[&[usize]]) -> Vec<u8> {
    let mut file = PdfFile::with_version("1.5");
    let root = file.new_object_id();
    let pictures: Vec<_> = streams.into_iter().map(|stream| file.add_object(stream)).collect();
    let kids: Vec<Object> = pages
        .iter()
        .map(|shown| {
            let mut all = lopdf::Dictionary::new();
            shown.iter().for_each(|place| all.set(format!("Im{place}"), pictures[*place]));
            let resources = dictionary! { "XObject" => all };
            file.add_object(dictionary! { "Type" => "Page", "Parent" => root, "Resources" => resources }).into()
        })
        .collect();
    let count = kids.len() as i64;
    file.objects.insert(root, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = file.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    file.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).unwrap();
    bytes
}

fn samples(width: i64, height: i64, space: &str, content: Vec<u8>) -> Stream {
    let about = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => width, "Height" => height,
        "ColorSpace" => space, "BitsPerComponent" => 8,
    };
    let mut stream = Stream::new(about, content);
    stream.compress().unwrap();
    stream
}

#[test]
fn a_pdfs_pictures_are_described_once_on_their_pages() {
    let mut jpeg = samples(9, 9, "DeviceRGB", b"\xff\xd8 as it is".to_vec());
    jpeg.dict.set("Filter", "DCTDecode");
    let grey = samples(1600, 800, "DeviceGray", vec![7; 1600 * 800]);
    assert!(grey.dict.has(b"Filter"), "compressed");
    let file = pdf(vec![jpeg, grey, samples(2, 1, "DeviceRGB", vec![1, 2, 3, 4, 5, 6])], &[&[0, 1], &[0, 2]]);
    let (text, pictures) = read("a.pdf", &file, &wanted("pdf", 10));
    assert!(text.ends_with("### Page 1\n\n\nview 1\n\nview 2\n\n### Page 2\n\n\nview 3"), "{text}");
    assert_eq!(pictures[0], &b"\xff\xd8 as it is"[..]);
    let sizes = [&pictures[1], &pictures[2]].map(|png| image::load_from_memory(png).unwrap());
    assert_eq!((sizes[0].width(), sizes[0].height()), (1280, 640), "no larger than production looks at");
    assert_eq!(sizes[1].to_rgb8().into_raw(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(read("a.pdf", &file, &wanted("pdf", 2)).1.len(), 2);
}

#[test]
fn a_pdfs_lying_pictures_are_left_out() {
    let lies = vec![
        samples(i64::MAX, i64::MAX, "DeviceRGB", vec![0; 64]),
        samples(-1, 2, "DeviceRGB", vec![0; 64]),
        samples(0, 0, "DeviceRGB", vec![0; 64]),
        samples(100, 100, "DeviceRGB", vec![0; 64]),
        samples(4, 4, "Indexed", vec![0; 64]),
        samples(4, 4, "DeviceCMYK", vec![0; 64]),
        // A bomb: some hundred megabytes of one byte.
        samples(10_000, 10_000, "DeviceGray", vec![0; 100_000_000]),
    ];
    let file = pdf(lies, &[&[0, 1, 2, 3, 4, 5, 6]]);
    assert!(file.len() < 1 << 20, "{}", file.len());
    assert!(read("a.pdf", &file, &wanted("pdf", 10)).1.is_empty());
}
