//! Whose requests are answered at all.

use std::net::{IpAddr, Ipv4Addr};

use candleflare::Emulator;
use reqwest::header::{AUTHORIZATION, HOST, ORIGIN};
use serde_json::json;

use super::client::{Client, EMBED};

#[tokio::test]
async fn pages_of_other_sites_are_not_answered() {
    let client = Client::start().await;
    let run = client.api(&format!("/ai/run/{EMBED}"));
    let reset = client.url("/__candleflare/reset");
    for url in [&run, &reset] {
        for (name, value) in [(HOST, "evil.example"), (ORIGIN, "https://evil.example"), (ORIGIN, "null")] {
            let call = client.http.post(url).header(name, value).body("{}").send().await.unwrap();
            assert_eq!(call.status(), 403, "{url} {value}");
            let text = call.text().await.unwrap();
            assert!(text.contains("hint:"), "{text}");
        }
        let page = client.http.post(url).header("sec-fetch-site", "cross-site").body("{}").send().await.unwrap();
        assert_eq!(page.status(), 403);
    }
    let local = client.http.post(&run).header(ORIGIN, "http://localhost:3000").json(&json!({"text": "a"}));
    assert_eq!(local.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_address_that_others_reach_wants_a_token() {
    let exposed = || Emulator::builder().seed(7).config(|config| config.host = IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let error = exposed().start().await.unwrap_err().to_string();
    assert!(error.contains("`--token`") && error.contains("hint:"), "{error}");

    let client = Client::of(exposed().token("secret")).await;
    let at = |path: &str| format!("http://127.0.0.1:{}{path}", client.emulator.address().port());
    let search = format!("/client/v4/accounts/{}/ai/models/search", "0".repeat(32));
    for path in [search.as_str(), "/__candleflare/requests", "/__candleflare/usage", "/binding/ai/ai-api/models/search"]
    {
        assert_eq!(client.http.get(at(path)).send().await.unwrap().status(), 401, "{path}");
        let known = client.http.get(at(path)).header(AUTHORIZATION, "Bearer secret").header(HOST, "emulator.test");
        assert_eq!(known.send().await.unwrap().status(), 200, "{path}");
    }
    assert_eq!(client.http.get(at("/__candleflare/health")).send().await.unwrap().status(), 200);
}
