//! The rows of finetunes. A finetune is found by its name as well, so that no case needs an id.

use serde_json::{Value, json};

use super::{Ask, Case};

const SMALL: &str = "@cf/meta-llama/llama-2-7b-chat-hf-lora";
const LARGE: &str = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";

pub fn case(name: &str) -> Option<Case> {
    Some(match name {
        "ai.finetunes_per_account" => Case::new(1, vec![create(SMALL, "mine")], create(SMALL, "other")),
        "ai.finetune_asset_bytes" => {
            let sized = |bytes: usize| {
                let empty = upload(config(4), 0).body.len();
                upload(config(4), bytes - empty)
            };
            Case::new(600, vec![create(SMALL, "mine"), sized(600)], sized(601))
        }
        "ai.finetune_rank" => Case::new(3, vec![create(LARGE, "mine"), upload(config(3), 0)], upload(config(4), 0)),
        "ai.finetune_rank_small" => {
            Case::new(3, vec![create(SMALL, "mine"), upload(config(3), 0)], upload(config(4), 0))
        }
        _ => return None,
    })
}

fn create(model: &str, name: &str) -> Ask {
    Ask::json("/ai/finetunes", &json!({"model": model, "name": name}))
}

fn config(rank: usize) -> Value {
    json!({"model_type": "llama", "r": rank})
}

/// The form with `adapter_config.json`, and some spaces behind it.
fn upload(config: Value, spaces: usize) -> Ask {
    let part = |name: &str, content: &str| {
        format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    };
    let file = format!("{config}{}", " ".repeat(spaces));
    let body = part("file_name", "adapter_config.json") + &part("file", &file) + "--edge--\r\n";
    let shell = Ask::json("/ai/finetunes/mine/finetune-assets", &Value::Null);
    Ask { kind: "multipart/form-data; boundary=edge", body: body.into_bytes(), ..shell }
}
