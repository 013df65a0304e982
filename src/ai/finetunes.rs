//! Finetunes: LoRA adapters that an account has uploaded, checked as they come, and found again by id or name.

mod checks;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::ai::catalog::{Catalog, Model};
use crate::engine::checkpoints::Checkpoint;
use crate::error::AiError;
use crate::harness::Scope;

pub const CONFIG: &str = "adapter_config.json";
pub const WEIGHTS: &str = "adapter_model.safetensors";

/// Cloudflare's own, by name: they are listed as production lists them, but their weights are not here.
const PUBLIC: [(&str, &str); 3] = [
    ("cf-public-magicoder", "For code, by the data of Magicoder."),
    ("cf-public-jigsaw-classification", "Classifies toxic comments, by the data of Jigsaw."),
    ("cf-public-cnn-summarization", "Summarises news, by the data of CNN."),
];
const PUBLIC_PREFIX: &str = "cf-public-";
const PUBLIC_BASE: &str = "@cf/mistral/mistral-7b-instruct-v0.2-lora";

/// Those of all accounts, in memory.
#[derive(Debug, Default)]
pub struct Finetunes {
    accounts: Mutex<BTreeMap<Arc<str>, Vec<Finetune>>>,
}

#[derive(Debug, Clone)]
struct Finetune {
    id: String,
    model: String,
    name: String,
    description: String,
    public: bool,
    created: String,
    modified: String,
    files: BTreeMap<String, Arc<[u8]>>,
}

impl Finetune {
    fn shown(&self) -> Value {
        json!({"id": self.id, "model": self.model, "name": self.name, "description": self.description,
            "created_at": self.created, "modified_at": self.modified, "public": self.public})
    }
}

impl Finetunes {
    pub fn has_any(&self, account: &str) -> bool {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(account).is_some_and(|finetunes| !finetunes.is_empty())
    }

    /// Creates one without files. Its base must take adapters, and its name be free.
    pub fn create(&self, scope: &Scope, catalog: &Catalog, body: &Value) -> Result<Value, AiError> {
        let (model, name) = (text(body, "model")?, text(body, "name")?);
        let model = catalog.get(model).ok_or_else(|| catalog.unknown(model))?;
        if !model.takes_lora() {
            return Err(AiError::LoraUnsupported { model: model.name.clone() });
        }
        checks::name(name)?;
        let description = body["description"].as_str().unwrap_or_default().to_owned();
        let now = scope.clock.now().to_string();
        let finetune = Finetune {
            id: scope.entropy.uuid(),
            model: model.name.clone(),
            name: name.to_owned(),
            description,
            public: body["public"].as_bool().unwrap_or(false),
            created: now.clone(),
            modified: now,
            files: BTreeMap::new(),
        };
        let most = scope.limits().value("ai.finetunes_per_account").unwrap_or(u64::MAX);
        self.with(&scope.account, |finetunes| {
            if finetunes.iter().any(|other| other.name == name) {
                return Err(refused(format!("a finetune named `{name}` is there already\nhint: choose another name")));
            }
            if finetunes.len() as u64 >= most {
                return Err(refused(format!("the account has {most} finetunes, and there can be no more")));
            }
            finetunes.push(finetune.clone());
            Ok(finetune.shown())
        })
    }

    /// Keeps a file of one of them, once it is checked.
    pub fn upload(&self, scope: &Scope, id: &str, file: &str, bytes: &[u8]) -> Result<Value, AiError> {
        let model = self.with(&scope.account, |finetunes| {
            let found = finetunes.iter().find(|finetune| finetune.id == id || finetune.name == id);
            found.map(|finetune| finetune.model.clone()).ok_or_else(|| unknown(id))
        })?;
        checks::file(&scope.limits(), &model, file, bytes)?;
        let now = scope.clock.now().to_string();
        let asset = scope.entropy.uuid();
        self.with(&scope.account, |finetunes| {
            let found = finetunes.iter_mut().find(|finetune| finetune.id == id || finetune.name == id);
            let finetune = found.ok_or_else(|| unknown(id))?;
            finetune.files.insert(file.to_owned(), bytes.into());
            finetune.modified = now.clone();
            Ok(json!({"id": asset, "finetune_id": finetune.id, "file_name": file, "bucket_name": "finetune-assets",
                "created_at": now, "modified_at": now, "success": true}))
        })
    }

    /// All of an account's.
    pub fn list(&self, account: &Arc<str>) -> Vec<Value> {
        self.with(account, |finetunes| finetunes.iter().map(Finetune::shown).collect())
    }

    /// Cloudflare's own.
    pub fn list_public() -> Vec<Value> {
        let item = |(name, description): &(&str, &str)| {
            json!({"id": name, "model": PUBLIC_BASE, "name": name, "description": description,
                "created_at": "2024-04-02T00:00:00Z", "modified_at": "2024-04-02T00:00:00Z", "public": true})
        };
        PUBLIC.iter().map(item).collect()
    }

    /// The files of the adapter that a request to `model` names.
    pub fn adapter(&self, account: &Arc<str>, model: &Model, asked: &str) -> Result<Checkpoint, AiError> {
        if !model.takes_lora() {
            return Err(AiError::LoraUnsupported { model: model.name.clone() });
        }
        if asked.starts_with(PUBLIC_PREFIX) {
            return Err(AiError::NotEmulated {
                what: format!("the public finetune `{asked}`"),
                hint: "its weights are Cloudflare's; upload an adapter of your own and name that".to_owned(),
            });
        }
        self.with(account, |finetunes| {
            let found = finetunes.iter().find(|finetune| finetune.id == asked || finetune.name == asked);
            let finetune = found.ok_or_else(|| unknown(asked))?;
            if finetune.model != model.name {
                return Err(refused(format!(
                    "the finetune `{asked}` is for `{}`, not for `{}`",
                    finetune.model, model.name
                )));
            }
            if [CONFIG, WEIGHTS].iter().any(|file| !finetune.files.contains_key(*file)) {
                return Err(AiError::FinetuneIncomplete);
            }
            // A file that is uploaded again makes another adapter.
            let name = format!("finetune {} of {}", finetune.id, finetune.modified);
            Ok(Checkpoint::memory(&name, finetune.files.clone()))
        })
    }

    /// Forgets those of one account, or all.
    pub fn clear(&self, account: Option<&str>) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        match account {
            Some(account) => {
                accounts.remove(account);
            }
            None => accounts.clear(),
        }
    }

    fn with<T>(&self, account: &Arc<str>, work: impl FnOnce(&mut Vec<Finetune>) -> T) -> T {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        work(accounts.entry(Arc::clone(account)).or_default())
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, AiError> {
    match &body[name] {
        Value::String(text) if !text.is_empty() => Ok(text),
        Value::Null => Err(AiError::MissingBody { what: name.to_owned() }),
        _ => Err(refused(format!("`{name}` must be a text that is not empty"))),
    }
}

fn unknown(asked: &str) -> AiError {
    refused(format!("there is no finetune `{asked}`\nhint: create it, or list those that are there, at …/ai/finetunes"))
}

fn refused(text: String) -> AiError {
    AiError::BadInput { text }
}
