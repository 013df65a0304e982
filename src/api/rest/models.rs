//! The catalogue over REST.

use serde_json::json;

use crate::ai::catalog::search::{SearchQuery, authors as author_items, search as find, tasks as task_items};
use crate::ai::schema;
use crate::api::App;
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::error::{AiError, Error};

pub async fn search(app: App, incoming: Incoming) -> Reply {
    let query = SearchQuery::from_pairs(incoming.query_pairs());
    let page = find(app.ai.catalog(), &query, &app.ai.today());
    envelope::enveloped_page(&page.items, &page.result_info)
}

pub async fn schema(app: App, incoming: Incoming) -> Reply {
    let Some(name) = incoming.query_value("model") else {
        return refused(AiError::MissingBody { what: "model".to_owned() });
    };
    let Some(model) = app.ai.catalog().get(&name) else {
        return refused(app.ai.catalog().unknown(&name));
    };
    match schema::of(model) {
        Some(pair) => envelope::enveloped(&json!({"input": pair.input, "output": pair.output})),
        None => refused(AiError::Internal { reason: format!("`{name}` names a schema that is not there") }),
    }
}

pub async fn tasks(_app: App, _incoming: Incoming) -> Reply {
    envelope::enveloped(&task_items())
}

pub async fn authors(app: App, _incoming: Incoming) -> Reply {
    envelope::enveloped(&author_items(app.ai.catalog()))
}

fn refused(error: AiError) -> Reply {
    envelope::refused(&Error::Ai(error), None)
}
