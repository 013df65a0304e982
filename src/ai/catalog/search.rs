//! What `models/search`, `tasks/search` and `authors/search` answer: values, no HTTP.
//!
//! No query is refused, as no client expects a refusal here: a `page` or `per_page` that is not a whole number above
//! zero counts as not sent, and a `per_page` that is too big is cut. A page past the end is empty: Cloudflare's SDK
//! asks until it gets an empty one, wrangler until it gets a short one, so both stop.

use std::collections::BTreeSet;

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{Catalog, Model, Property, Task, item, openrouter};

/// How long after its date a deprecated model can still be listed with `include_deprecated`.
const DEPRECATED_MONTHS: i64 = 3;

/// The query of a search. Empty values count as not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// The author in the model's name (`baai`); case does not matter.
    pub author: Option<String>,
    /// Leaves out models with the property `beta`; what production calls experimental is not documented.
    pub hide_experimental: bool,
    /// Brings back models whose deprecation date passed at most three months ago.
    pub include_deprecated: bool,
    /// `format=openrouter`: items in the shape that OpenRouter reads from its providers.
    pub openrouter: bool,
    /// From 1.
    pub page: Option<usize>,
    /// Without it, everything is on one page.
    pub per_page: Option<usize>,
    /// Substring of name or description; case does not matter.
    pub search: Option<String>,
    pub source: Option<i64>,
    /// A task's name; its id is taken too.
    pub task: Option<String>,
}

impl SearchQuery {
    /// Reads decoded query parameters. Unknown keys are ignored; of a key that comes twice, the last counts.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut query = Self::default();
        for (key, value) in pairs {
            let value = value.as_ref().trim();
            let text = || Some(value.to_owned()).filter(|text| !text.is_empty());
            match key.as_ref() {
                "author" => query.author = text(),
                "hide_experimental" => query.hide_experimental = truth(value),
                "include_deprecated" => query.include_deprecated = truth(value),
                "format" => query.openrouter = value.eq_ignore_ascii_case("openrouter"),
                "page" => query.page = count(value),
                "per_page" => query.per_page = count(value),
                "search" => query.search = text(),
                "source" => query.source = value.parse().ok(),
                "task" => query.task = text(),
                _ => {}
            }
        }
        query
    }

    fn admits(&self, model: &Model, today: &str) -> bool {
        let author = self.author.as_ref().is_none_or(|author| author.eq_ignore_ascii_case(model.author()));
        let source = self.source.is_none_or(|source| source == item::SOURCE);
        let task = self.task.as_ref().is_none_or(|task| Task::find(task) == Some(model.task));
        let experimental = !(self.hide_experimental && model.has(Property::Beta));
        let text = self.search.as_ref().is_none_or(|search| {
            let search = search.to_lowercase();
            model.name.to_lowercase().contains(&search) || model.description.to_lowercase().contains(&search)
        });
        author && source && task && experimental && text && self.shows(model, today)
    }

    fn shows(&self, model: &Model, today: &str) -> bool {
        !model.is_deprecated(today) || (self.include_deprecated && recently_deprecated(model, today))
    }
}

fn truth(value: &str) -> bool {
    matches!(value, "true" | "True" | "TRUE" | "1")
}

/// A whole number above zero; digits beyond what fits are as good as the biggest number.
fn count(value: &str) -> Option<usize> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(value.parse().unwrap_or(usize::MAX)).filter(|&number| number > 0)
}

fn recently_deprecated(model: &Model, today: &str) -> bool {
    let date = |text: &str| text.parse::<jiff::civil::Date>().ok();
    let oldest = date(today).and_then(|today| today.checked_sub(DEPRECATED_MONTHS.months()).ok());
    let deprecated = model.deprecated.as_deref().and_then(date);
    deprecated.zip(oldest).is_some_and(|(deprecated, oldest)| deprecated >= oldest)
}

/// One page of an answer, and where it stands in the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// `result`.
    pub items: Vec<Value>,
    pub page: usize,
    pub per_page: usize,
    pub total_count: usize,
    pub total_pages: usize,
}

impl Page {
    fn cut(all: Vec<Value>, query: &SearchQuery) -> Self {
        let total_count = all.len();
        let page = query.page.unwrap_or(1);
        let per_page = query.per_page.unwrap_or(total_count).min(total_count).max(1);
        let items = all.into_iter().skip((page - 1).saturating_mul(per_page)).take(per_page).collect();
        Self { items, page, per_page, total_count, total_pages: total_count.div_ceil(per_page) }
    }

    /// `result_info`.
    pub fn result_info(&self) -> Value {
        json!({
            "page": self.page,
            "per_page": self.per_page,
            "count": self.items.len(),
            "total_count": self.total_count,
            "total_pages": self.total_pages,
        })
    }
}

/// `models/search` on `today` (`YYYY-MM-DD`).
pub fn search(catalog: &Catalog, query: &SearchQuery, today: &str) -> Page {
    let shape = if query.openrouter { openrouter::item } else { item::model };
    Page::cut(catalog.iter().filter(|model| query.admits(model, today)).map(shape).collect(), query)
}

/// `tasks/search`: `search`, `page` and `per_page` are heeded. The shape of an item is that of a model's `task`.
pub fn tasks(query: &SearchQuery) -> Page {
    let wanted = query.search.as_ref().map(|search| search.to_lowercase());
    let admits = |task: &Task| wanted.as_ref().is_none_or(|wanted| task.name().to_lowercase().contains(wanted));
    Page::cut(Task::ALL.into_iter().filter(admits).map(item::task).collect(), query)
}

/// `authors/search`: the authors of what `search` with the same query would list. No source types the items: `{name}`
/// is a guess.
pub fn authors(catalog: &Catalog, query: &SearchQuery, today: &str) -> Page {
    let names: BTreeSet<&str> =
        catalog.iter().filter(|model| query.admits(model, today)).map(|model| model.author()).collect();
    Page::cut(names.into_iter().map(|name| json!({"name": name})).collect(), query)
}
