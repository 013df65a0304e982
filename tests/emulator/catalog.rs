//! The catalogue over REST.

use serde_json::json;

use super::client::{ACCOUNT, Client, EMBED};

#[tokio::test]
async fn paging_ends() {
    let client = Client::start().await;
    let base = format!("/client/v4/accounts/{ACCOUNT}/ai/models/search");
    let all = client.get(&base).await["result"].as_array().unwrap().len();
    let mut found = 0;
    for page in 1.. {
        let items = client.get(&format!("{base}?per_page=20&page={page}")).await["result"].as_array().unwrap().len();
        if items == 0 {
            break;
        }
        found += items;
        assert!(page < 50, "paging does not end");
    }
    assert_eq!((found, all > 60), (all, true));
}

#[tokio::test]
async fn search_and_schema() {
    let client = Client::start().await;
    let base = format!("/client/v4/accounts/{ACCOUNT}/ai");
    let found = client.get(&format!("{base}/models/search?task=Text%20Embeddings&author=baai")).await;
    assert!(found["result"].as_array().unwrap().iter().any(|model| model["name"] == EMBED));
    let schema = client.get(&format!("{base}/models/schema?model={EMBED}")).await;
    assert!(schema["result"]["input"].is_object() && schema["result"]["output"].is_object(), "{schema}");
    let missing = client.get(&format!("{base}/models/schema?model=@cf/no/model")).await;
    assert_eq!(missing["errors"][0]["code"], json!(5007));
    for list in ["tasks", "authors"] {
        assert!(
            client.get(&format!("{base}/{list}/search")).await["result"].as_array().is_some_and(|all| all.len() > 5)
        );
    }
}
