//! A model and a task as `models/search` and `tasks/search` show them.

use serde_json::{Value, json};

use super::{Model, Price, Task};

/// The `source` of Cloudflare's own listing; every model here has it.
pub(super) const SOURCE: i64 = 1;

/// What comes first among the properties of production's answers; the others follow by name.
const FIRST: [&str; 5] = ["async_queue", "beta", "require_workers_paid", "context_window", "price"];

/// A task, alone or inside a model.
pub(super) fn task(task: Task) -> Value {
    json!({"id": task.id(), "name": task.name(), "description": task.description()})
}

/// A model: every property value is a string, except `price` and `reasoning_effort`.
pub(super) fn model(model: &Model) -> Value {
    json!({
        "id": model.id,
        "source": SOURCE,
        "name": model.name,
        "description": model.description,
        "task": task(model.task),
        "created_at": model.created_at,
        "tags": model.tags,
        "properties": properties(model),
    })
}

fn properties(model: &Model) -> Vec<Value> {
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let number = |number: Option<usize>| number.map(|number| Value::from(number.to_string()));
    let listed = |length: Option<usize>| number(length.filter(|_| model.lengths_listed));
    let prices = (!model.prices.is_empty()).then(|| model.prices.iter().map(price).collect());
    let flags = model.properties.iter().map(|flag| (flag.id(), Some("true".into())));
    let mut all: Vec<(&str, Option<Value>)> = vec![
        ("context_window", number(model.context_window)),
        ("price", prices),
        ("info", text(&model.info)),
        ("languages", text(&model.languages)),
        ("max_input_tokens", listed(model.max_input_tokens)),
        ("output_dimensions", listed(model.dimensions)),
        ("planned_deprecation_date", text(&model.deprecated)),
        ("reasoning_effort", model.reasoning_effort.clone()),
        ("terms", text(&model.terms)),
    ];
    all.extend(flags);
    all.sort_by_key(|(id, _)| (FIRST.iter().position(|first| first == id).unwrap_or(FIRST.len()), *id));
    let shown = all.into_iter().filter_map(|(id, value)| Some((id, value?)));
    shown.map(|(id, value)| json!({"property_id": id, "value": value})).collect()
}

fn price(price: &Price) -> Value {
    // `4`, not `4.0`, as JavaScript writes it.
    let usd = if price.usd.fract() == 0.0 { json!(price.usd as u64) } else { json!(price.usd) };
    json!({"unit": price.unit.text(), "price": usd, "currency": "USD"})
}
