//! A checkpoint's own chat template: Jinja as Transformers sets it up, from messages to the prompt's text.

mod messages;
mod python;

use std::collections::HashMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};
use serde_json::{Map, Value as Json};

use crate::clock::Clock;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;

const CONFIG: &str = "tokenizer_config.json";
const FILE: &str = "chat_template.jinja";
const SPECIAL_TOKENS: [&str; 5] = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token"];

/// Steps of a template; 64 bytes that it writes count as one. Far above what the longest chats take, and a quarter of a gigabyte at most.
const FUEL: u64 = 4_000_000;

/// The templates of one checkpoint and the special tokens that they may write.
pub struct ChatTemplate {
    checkpoint: String,
    environment: Environment<'static>,
    tokens: HashMap<&'static str, String>,
    /// The text of all templates.
    source: String,
}

impl ChatTemplate {
    /// The template of `chat_template.jinja`, else of `tokenizer_config.json` (one text, or a list of named ones of
    /// which `default` and `tool_use` are used). A checkpoint without one loads; it refuses chats when they come.
    pub fn load(checkpoint: &Checkpoint) -> Result<Self, Failure> {
        let config: Json = checkpoint.json_or_none(CONFIG)?.unwrap_or_default();
        let mut template = Self::empty(checkpoint.name());
        for name in SPECIAL_TOKENS {
            if let Some(token) = special_token(&config[name]) {
                template.tokens.insert(name, token.to_owned());
            }
        }
        if let Some(bytes) = checkpoint.read(FILE)? {
            let source = std::str::from_utf8(&bytes).map_err(|error| checkpoint.failure(FILE, error.to_string()))?;
            template.add("default", source).map_err(|error| checkpoint.failure(FILE, text_of(&error)))?;
            return Ok(template);
        }
        let refused = |reason: &str| checkpoint.failure(CONFIG, format!("`chat_template`: {reason}"));
        match &config["chat_template"] {
            Json::Null => {}
            Json::String(source) => template.add("default", source).map_err(|error| refused(&text_of(&error)))?,
            Json::Array(named) => {
                for entry in named {
                    let (Some(name), Some(source)) = (entry["name"].as_str(), entry["template"].as_str()) else {
                        return Err(refused("each entry of a list needs `name` and `template`"));
                    };
                    // One that is never used may use what we do not have.
                    if let Some(used) = ["default", "tool_use"].into_iter().find(|used| *used == name) {
                        template.add(used, source).map_err(|error| refused(&text_of(&error)))?;
                    }
                }
            }
            _ => return Err(refused("is neither a text nor a list")),
        }
        Ok(template)
    }

    /// A template given as text, for backends without a checkpoint.
    pub fn from_source(name: &str, source: &str) -> Result<Self, Failure> {
        let mut template = Self::empty(name);
        template.add("default", source).map_err(|error| Failure::Input(text_of(&error)))?;
        Ok(template)
    }

    /// `<|role|>content` line by line: for backends that do not care.
    pub fn plain(name: &str) -> Result<Self, Failure> {
        let source = "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}\n{% endfor %}\
                      {% if add_generation_prompt %}<|assistant|>{% endif %}";
        Self::from_source(name, source)
    }

    /// Lets `strftime_now` read a clock that can be steered.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.environment.add_function("strftime_now", move |format: String| -> Result<String, Error> {
            jiff::fmt::strtime::format(&format, clock.now())
                .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
        });
        self
    }

    fn empty(checkpoint: &str) -> Self {
        let mut environment = Environment::new();
        // As in Transformers' `render_jinja_template`.
        if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
            environment.set_syntax(syntax);
        }
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.set_formatter(python::format);
        environment.add_filter("tojson", python::to_json);
        environment.add_function("raise_exception", |text: String| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, text))
        });
        let template =
            Self { checkpoint: checkpoint.to_owned(), environment, tokens: HashMap::new(), source: String::new() };
        template.with_clock(Clock::default())
    }

    fn add(&mut self, name: &'static str, source: &str) -> Result<(), Error> {
        self.environment.add_template_owned(name, without_generation_marks(source))?;
        self.source.push_str(source);
        Ok(())
    }

    /// The text of the templates, to see what they know.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The prompt of a chat, ready for the assistant's turn. Messages and tools are OpenAI's; `content` may be parts.
    /// `options` are further variables of the template; they cannot replace those that it always has.
    pub fn render(&self, messages: &[Json], tools: &[Json], options: &Map<String, Json>) -> Result<String, Failure> {
        let name = if tools.is_empty() { "default" } else { "tool_use" };
        let found = self.environment.get_template(name).or_else(|_| self.environment.get_template("default"));
        let template = found.map_err(|_| {
            Failure::Input(format!(
                "checkpoint `{}` has no chat template, so it cannot take messages\nhint: send `prompt` with `raw: true`",
                self.checkpoint
            ))
        })?;
        let tools = match tools {
            [] => Value::from(()),
            tools => tools.iter().map(python::value).collect(),
        };
        let knows_developers = self.source.contains("developer");
        let messages = messages::normalized(messages, knows_developers)?;
        let mut context: Vec<(&str, Value)> =
            options.iter().map(|(name, value)| (name.as_str(), python::value(value))).collect();
        context.extend([
            ("messages", messages.iter().map(python::value).collect::<Value>()),
            ("tools", tools),
            ("documents", Value::from(())),
            ("add_generation_prompt", Value::from(true)),
        ]);
        context.extend(self.tokens.iter().map(|(name, token)| (*name, Value::from(token.as_str()))));
        template.render(Value::from_pairs(context)).map_err(|error| {
            Failure::Input(format!("the chat template of `{}` refuses this: {}", self.checkpoint, text_of(&error)))
        })
    }
}

impl std::fmt::Debug for ChatTemplate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ChatTemplate").field("checkpoint", &self.checkpoint).finish_non_exhaustive()
    }
}

/// A special token is a text, or an object with its text as `content`.
fn special_token(value: &Json) -> Option<&str> {
    value.as_str().or_else(|| value["content"].as_str())
}

/// `{% generation %}` marks what training learns from; it says nothing here and is no Jinja.
fn without_generation_marks(source: &str) -> String {
    let mut result = source.to_owned();
    for dash in ["", "-"] {
        for (mark, harmless) in [("generation", "if true"), ("endgeneration", "endif")] {
            for end in ["", "-"] {
                let harmless = format!("{{%{dash} {harmless} {end}%}}");
                result = result.replace(&format!("{{%{dash} {mark} {end}%}}"), &harmless);
            }
        }
    }
    result
}

/// What went wrong, without the stack of template names around it.
fn text_of(error: &Error) -> String {
    if error.kind() == ErrorKind::OutOfFuel {
        return "it takes too many steps".to_owned();
    }
    let text = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    match error.line() {
        Some(line) if error.kind() != ErrorKind::InvalidOperation => format!("{text} (line {line})"),
        _ => text,
    }
}

#[cfg(test)]
mod tests;
