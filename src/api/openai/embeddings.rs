//! `POST …/v1/embeddings`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{call, refused};
use crate::ai::service::{Answer, Output, text_bytes};
use crate::api::App;
use crate::api::encode::ai_headers;
use crate::api::envelope::{self, Reply};
use crate::api::incoming::Incoming;
use crate::error::AiError;
use crate::harness::estimate_tokens;

/// `encoding_format`. OpenAI's own SDKs ask for base64 unless told otherwise.
#[derive(Clone, Copy)]
enum Encoding {
    Float,
    Base64,
}

/// Vectors, row by row.
struct Rows {
    values: Vec<f32>,
    dimensions: usize,
    tokens: usize,
}

pub async fn create(app: App, incoming: Incoming) -> Reply {
    let mut call = match call(incoming, None) {
        Ok(call) => call,
        Err(error) => return refused(&app, error),
    };
    let (encoding, dimensions) = match options(&mut call.input) {
        Ok(options) => options,
        Err(error) => return refused(&app, error),
    };
    // For a recording, which does not say.
    let estimated = estimate_tokens(text_bytes(&call.input)) as usize;
    let Answer { meta, output, neurons } = match app.ai.run(call).await {
        Ok(answer) => answer,
        Err(refusal) => return envelope::refusal(&refusal),
    };
    let output = match output {
        Output::Said(result) => recorded(&result, estimated),
        Output::Embeddings(mut output) => {
            if let Some((model, wanted)) = app.ai.catalog().get(&meta.model).zip(dimensions)
                && let Err(error) = output.cut(model, wanted)
            {
                return refused(&app, error);
            }
            Some(Rows { values: output.values, dimensions: output.dimensions, tokens: output.tokens })
        }
        _ => None,
    };
    let Some(output) = output else {
        let text = format!("model {} does not make embeddings", meta.model);
        return refused(&app, AiError::InvalidInput { text });
    };
    // A recording's rows are as they are.
    if dimensions.is_some_and(|wanted| wanted != output.dimensions as u64) {
        let text = format!("model {} makes {} dimensions and no others", meta.model, output.dimensions);
        return refused(&app, AiError::InvalidInput { text });
    }
    let data: Vec<Value> = output
        .values
        .chunks_exact(output.dimensions)
        .enumerate()
        .map(|(index, row)| json!({"object": "embedding", "index": index, "embedding": encode(row, encoding)}))
        .collect();
    let body = json!({
        "object": "list",
        "data": data,
        "model": meta.model,
        "usage": {"prompt_tokens": output.tokens, "total_tokens": output.tokens},
    });
    let mut reply = envelope::json_reply(200, &body);
    ai_headers(reply.headers_mut(), &meta, neurons);
    reply
}

/// A recorded result of the model's own endpoint; nothing where it holds no vectors.
fn recorded(result: &RawValue, tokens: usize) -> Option<Rows> {
    #[derive(Deserialize)]
    struct Result {
        data: Vec<Vec<f32>>,
    }
    let Result { data } = serde_json::from_str(result.get()).ok()?;
    let dimensions = data.first()?.len();
    let is_even = dimensions > 0 && data.iter().all(|row| row.len() == dimensions);
    is_even.then(|| Rows { values: data.concat(), dimensions, tokens })
}

/// Turns OpenAI's input into the native one, and takes out what only concerns the answer.
fn options(input: &mut Value) -> Result<(Encoding, Option<u64>), AiError> {
    let bad = |text: &str| AiError::BadInput { text: format!("Error: {text}") };
    let Some(members) = input.as_object_mut() else { return Err(bad("the body must be a JSON object")) };
    let text = members.shift_remove("input").ok_or_else(|| bad("required properties at '/' are 'input'"))?;
    if text.as_array().is_some_and(|items| items.iter().any(|item| item.is_number() || item.is_array())) {
        return Err(bad("'/input' must hold strings; token ids are of another model"));
    }
    let encoding = match members.shift_remove("encoding_format") {
        None | Some(Value::Null) => Encoding::Float,
        Some(Value::String(name)) if name == "float" => Encoding::Float,
        Some(Value::String(name)) if name == "base64" => Encoding::Base64,
        Some(_) => return Err(bad("'/encoding_format' must be one of 'float,base64'")),
    };
    let dimensions = match members.shift_remove("dimensions") {
        None | Some(Value::Null) => None,
        Some(value) => Some(value.as_u64().ok_or_else(|| bad("'/dimensions' must be a positive integer"))?),
    };
    members.shift_remove("user");
    members.insert("text".to_owned(), text);
    Ok((encoding, dimensions))
}

fn encode(row: &[f32], encoding: Encoding) -> Value {
    match encoding {
        // Through text, so that a float32 keeps its shortest spelling.
        Encoding::Float => row.iter().map(|value| shortest(*value)).collect(),
        Encoding::Base64 => {
            let bytes: Vec<u8> = row.iter().flat_map(|value| value.to_le_bytes()).collect();
            Value::String(STANDARD.encode(bytes))
        }
    }
}

fn shortest(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}
