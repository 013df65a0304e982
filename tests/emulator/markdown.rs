//! `toMarkdown` over REST and as the binding asks for it.

use std::time::{Duration, Instant};

use base64::Engine as _;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::client::{ACCOUNT, Client, json_of, refusal_of};

fn file(name: &str, bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name(name.to_owned())
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/documents/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

async fn transform(client: &Client, form: Form) -> reqwest::Response {
    client.http.post(client.api("/ai/tomarkdown")).multipart(form).send().await.unwrap()
}

#[tokio::test]
async fn each_document_is_an_item_and_a_broken_one_spoils_no_other() {
    let client = Client::start().await;
    let form = Form::new()
        .part("files", file("lanterns.odt", fixture("lanterns.odt")))
        .part("files", file("broken.docx", b"no archive".to_vec()))
        .part("files", file("locked.pdf", fixture("locked.pdf")))
        .part("files", file("strange.xyz", b"?".to_vec()))
        .text("conversionOptions", r#"{"output": {"format": "text"}}"#);
    let (status, body) = json_of(transform(&client, form).await).await;
    assert_eq!((status, &body["success"]), (reqwest::StatusCode::OK, &json!(true)));
    let items = body["result"].as_array().unwrap();
    let formats: Vec<_> = items.iter().map(|item| item["format"].as_str().unwrap()).collect();
    assert_eq!(formats, ["text", "error", "error", "error"]);
    assert_eq!(items[0]["data"], "Lanterns\n\nSee the wax\n\n- light it");
    assert_eq!(items[0]["mimeType"], "application/vnd.oasis.opendocument.text");
    assert!(items[0]["tokens"].as_u64().unwrap() > 0 && items[0]["id"].is_string());
    assert_eq!(items[2]["error"], "the document is encrypted");
    assert!(items[3]["error"].as_str().unwrap().contains("hint: .pdf"));
    let journal = client.get("/__candleflare/requests").await;
    assert_eq!(journal["requests"][0]["operation"], "tomarkdown");
}

#[tokio::test]
async fn the_binding_sends_base64_and_reads_the_envelope() {
    let client = Client::start().await;
    let data = base64::engine::general_purpose::STANDARD.encode("<h1>Wax</h1><p>burns</p>");
    let body = json!({"files": [{"name": "a.html", "mimeType": "text/html", "data": data}], "options": {}});
    let url = client.url("/binding/ai/to-everything/markdown/transformer");
    let (_, answer) = json_of(client.post(url.clone(), &body).await).await;
    assert_eq!(answer["result"][0]["data"], "# Wax\n\nburns");
    let bad = json!({"files": [{"name": "a.html", "data": "not base64!"}]});
    assert_eq!(refusal_of(client.post(url, &bad).await).await.1, 5004);
    let formats = client.get("/binding/ai/to-everything/markdown/supported").await;
    let extensions: Vec<&Value> = formats["result"].as_array().unwrap().iter().map(|one| &one["extension"]).collect();
    assert!(extensions.contains(&&json!(".docx")) && extensions.contains(&&json!(".ods")));
}

#[tokio::test]
async fn what_is_no_call_is_refused() {
    let client = Client::start().await;
    let none = transform(&client, Form::new().text("conversionOptions", "{}")).await;
    assert_eq!(refusal_of(none).await.1, 3003);
    let options = Form::new().part("files", file("a.csv", b"a".to_vec())).text("conversionOptions", "{");
    assert_eq!(refusal_of(transform(&client, options).await).await.1, 5006);
    let format = Form::new()
        .part("files", file("a.csv", b"a".to_vec()))
        .text("conversionOptions", r#"{"output": {"format": "pdf"}}"#);
    let (status, code, text) = refusal_of(transform(&client, format).await).await;
    assert_eq!((status, code), (400, 5006));
    assert!(text.contains("hint: `markdown` or `text`"), "{text}");
    let empty = client.http.post(client.api("/ai/tomarkdown")).send().await.unwrap();
    assert_eq!(refusal_of(empty).await.1, 3003);
}

/// A small file whose pages all show the same large stream.
fn endless_pdf() -> Vec<u8> {
    use lopdf::{Document, Object, Stream, dictionary};
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let mut content = Stream::new(dictionary! {}, b"BT /F1 9 Tf (wax) Tj ET\n".repeat(300_000));
    content.compress().unwrap();
    let content = document.add_object(content);
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier" });
    let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
    let page = dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content, "Resources" => resources };
    let kids: Vec<Object> = (0..4000).map(|_| document.add_object(page.clone()).into()).collect();
    let count = kids.len() as i64;
    document.objects.insert(pages, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut file = Vec::new();
    document.save_to(&mut file).unwrap();
    file
}

#[tokio::test]
async fn a_document_without_end_is_given_up_in_time() {
    let client = Client::start().await;
    let url = client.url("/__candleflare/limits");
    let rows = json!({"limits": {"ai.inference_seconds": 1}});
    assert!(
        client.http.put(format!("{url}?account={ACCOUNT}")).json(&rows).send().await.unwrap().status().is_success()
    );
    let file_bytes = endless_pdf();
    assert!(file_bytes.len() < 2 << 20, "{}", file_bytes.len());
    let form = Form::new().part("files", file("endless.pdf", file_bytes)).part("files", file("a.csv", b"a".to_vec()));
    let started = Instant::now();
    let items = json_of(transform(&client, form).await).await.1["result"].clone();
    assert_eq!(
        (&items[0]["format"], &items[0]["error"]),
        (&json!("error"), &json!("takes too long to read")),
        "{items}"
    );
    assert_eq!(items[1]["data"], "| a |\n| --- |");
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}
