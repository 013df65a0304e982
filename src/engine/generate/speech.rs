//! How a checkpoint speaks: the marks around its reasoning and its tool calls. Everything that differs between open
//! checkpoints in this stands in the table below; which of its rows holds is read off the vocabulary and the template.

use super::vocabulary::Vocabulary;

/// A form in which checkpoints write tool calls: `{"name": …, <arguments>: {…}}` between marks.
#[derive(Debug, PartialEq, Eq)]
pub struct CallFormat {
    /// Opens each call, or the list of them. Empty: the object itself does.
    pub open: &'static str,
    /// Closes each call; empty where the object does.
    pub close: &'static str,
    /// Between two calls.
    pub between: &'static str,
    /// The key of the arguments.
    pub arguments: &'static str,
    /// One opening for all calls, which are a JSON array.
    pub is_list: bool,
    /// May stand before calls and means nothing.
    pub prelude: &'static str,
    /// Found in the vocabulary or in the template, it tells that the checkpoint speaks like this.
    sign: &'static str,
}

/// The known forms; the first whose sign is found holds.
static FORMATS: [CallFormat; 4] = [
    // kindling-chat.
    CallFormat {
        open: "<|call|>",
        close: "",
        between: "",
        arguments: "arguments",
        is_list: false,
        prelude: "",
        sign: "<|call|>",
    },
    // Qwen 2.5 and 3, Hermes 2 and 3, and most that were tuned on their data.
    CallFormat {
        open: "<tool_call>",
        close: "</tool_call>",
        between: "\n",
        arguments: "arguments",
        is_list: false,
        prelude: "",
        sign: "<tool_call>",
    },
    // Mistral 7B v0.3 to Small 3.
    CallFormat {
        open: "[TOOL_CALLS]",
        close: "",
        between: "",
        arguments: "arguments",
        is_list: true,
        prelude: "",
        sign: "[TOOL_CALLS]",
    },
    // Llama 3.1 to 3.3.
    CallFormat {
        open: "",
        close: "",
        between: "; ",
        arguments: "parameters",
        is_list: false,
        prelude: "<|python_tag|>",
        sign: "<|python_tag|>",
    },
];

/// What a checkpoint without a sign of its own is held to: the widest spread form.
const FALLBACK: usize = 1;

const THINK: (&str, &str) = ("<think>", "</think>");

/// A mark as it stands in an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// A special token, which no text contains.
    Token(u32),
    Text(String),
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Speech {
    pub calls: &'static CallFormat,
    /// The marks around reasoning, if the checkpoint reasons.
    pub think: Option<(Marker, Marker)>,
    /// It is the prompt that opens reasoning, so an output begins none by itself.
    pub prompted: bool,
    /// Marks that are special tokens: in an output they are written out, for whoever reads it needs them.
    special: Vec<(u32, &'static str)>,
}

impl Speech {
    /// The widest spread form, all of it text: what is said without a checkpoint.
    pub fn plain() -> Self {
        Self { calls: &FORMATS[FALLBACK], think: None, prompted: false, special: Vec::new() }
    }

    /// Reads it off a checkpoint.
    pub fn detect(vocabulary: &Vocabulary, template: &str) -> Self {
        let shows = |sign: &str| template.contains(sign) || vocabulary.tokenizer.token_to_id(sign).is_some();
        let calls = FORMATS.iter().find(|format| shows(format.sign)).unwrap_or(&FORMATS[FALLBACK]);
        let mut special = Vec::new();
        for mark in [THINK.0, THINK.1, calls.open, calls.close] {
            special.extend(vocabulary.special(mark).map(|token| (token, mark)));
        }
        let mut speech = Self { calls, think: None, prompted: false, special };
        if shows(THINK.0) || shows(THINK.1) {
            speech.think = speech.marker(THINK.0).zip(speech.marker(THINK.1));
        }
        speech
    }

    /// How `mark` stands in an output; `None` for the empty one.
    pub fn marker(&self, mark: &str) -> Option<Marker> {
        if mark.is_empty() {
            return None;
        }
        let token = self.special.iter().find(|(_, text)| *text == mark);
        Some(token.map_or_else(|| Marker::Text(mark.to_owned()), |(token, _)| Marker::Token(*token)))
    }

    /// Whether a prompt leaves the model within its reasoning.
    pub fn opens_thought(&self, prompt: &str) -> bool {
        self.think.is_some() && prompt.trim_end().ends_with(THINK.0)
    }

    /// Told by what the template writes for someone who wants reasoning.
    pub fn prompted_by(self, prompt: &str) -> Self {
        Self { prompted: self.opens_thought(prompt), ..self }
    }

    /// The special tokens that an output writes out: those of reasoning, and with `calls` those of tool calls.
    pub fn spelled(&self, calls: bool) -> Vec<(u32, &'static str)> {
        let wanted = |mark: &str| calls || mark == THINK.0 || mark == THINK.1;
        self.special.iter().copied().filter(|(_, mark)| wanted(mark)).collect()
    }

    pub fn think_marks(&self) -> Option<(&'static str, &'static str)> {
        self.think.as_ref().map(|_| THINK)
    }
}

#[cfg(test)]
pub fn scripted(row: usize, thinks: bool) -> Speech {
    let text = |mark: &str| Marker::Text(mark.to_owned());
    let think = thinks.then(|| (text(THINK.0), text(THINK.1)));
    Speech { calls: &FORMATS[row], think, prompted: false, special: Vec::new() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::scripted::byte_tokenizer;

    #[test]
    fn signs_decide() {
        let vocabulary = Vocabulary::new(Arc::new(byte_tokenizer().unwrap()), vec![256], 257);
        let detect = |template: &str| Speech::detect(&vocabulary, template);
        assert_eq!(detect("{{ messages }}").calls.open, "<tool_call>");
        assert_eq!(detect("… [TOOL_CALLS] …").calls.open, "[TOOL_CALLS]");
        assert_eq!(detect("<|python_tag|>").calls.arguments, "parameters");
        assert!(detect("").think.is_none());
        let thinks = detect("{%- if enable_thinking %}<think>\n\n</think>{% endif %}");
        assert!(thinks.opens_thought("<|assistant|><think>\n") && !thinks.opens_thought("<think></think>\n"));
    }
}
