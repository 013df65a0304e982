//! The catalogue over REST.

use serde_json::json;

use crate::ai::catalog::search::{self as find, Page, SearchQuery};
use crate::api::App;
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::error::{AiError, Error};

pub async fn search(app: App, incoming: Incoming) -> Reply {
    paged(&find::search(app.ai.catalog(), &query(&incoming), &incoming.trace.scope.clock.today()))
}

pub async fn schema(app: App, incoming: Incoming) -> Reply {
    let Some(name) = incoming.query_value("model") else {
        return refused(AiError::MissingBody { what: "model".to_owned() });
    };
    let Some(model) = app.ai.catalog().get(&name) else {
        return refused(app.ai.catalog().unknown(&name));
    };
    match app.ai.schema(model) {
        Some(pair) => envelope::enveloped(&json!({"input": pair.input, "output": pair.output})),
        None => refused(AiError::Internal { reason: format!("`{name}` names a schema that is not there") }),
    }
}

pub async fn tasks(_app: App, incoming: Incoming) -> Reply {
    paged(&find::tasks(&query(&incoming)))
}

pub async fn authors(app: App, incoming: Incoming) -> Reply {
    paged(&find::authors(app.ai.catalog(), &query(&incoming), &incoming.trace.scope.clock.today()))
}

fn query(incoming: &Incoming) -> SearchQuery {
    SearchQuery::from_pairs(incoming.query_pairs())
}

fn paged(page: &Page) -> Reply {
    envelope::enveloped_page(&page.items, &page.result_info())
}

fn refused(error: AiError) -> Reply {
    envelope::refused(&Error::Ai(error), None)
}
