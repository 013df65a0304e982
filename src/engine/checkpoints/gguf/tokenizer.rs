//! `tokenizer.json`, `tokenizer_config.json` and `generation_config.json` from GGUF's vocabulary.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::Gguf;

/// Ends of turns that files forget to name; llama.cpp knows them by their texts as well.
const ENDS: [&str; 7] =
    ["<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|eom_id|>", "<|endoftext|>", "<|end_of_text|>"];

/// Kinds of tokens.
const UNKNOWN: u64 = 2;
const CONTROL: u64 = 3;
const USER_DEFINED: u64 = 4;

impl Gguf {
    pub(super) fn tokenizer(&self) -> Result<Json, String> {
        let tokens = self.tokens();
        if tokens.is_empty() {
            return Err("`tokenizer.ggml.tokens` is missing".to_owned());
        }
        let vocab: Map<String, Json> =
            tokens.iter().enumerate().map(|(id, token)| ((*token).to_owned(), json!(id))).collect();
        let mut tokenizer = match self.text("tokenizer.ggml.model") {
            Some("gpt2") => self.byte_level(vocab)?,
            Some("llama") => self.sentence_pieces(&tokens, vocab),
            Some(other) => {
                return Err(format!("the tokenizer is `{other}`\nhint: of GGUF, `gpt2` and `llama` are supported"));
            }
            None => return Err("`tokenizer.ggml.model` is missing".to_owned()),
        };
        let added = tokens.iter().enumerate().filter_map(|(id, token)| {
            let kind = self.kind(id);
            matches!(kind, UNKNOWN | CONTROL | USER_DEFINED).then(|| {
                json!({"id": id, "content": token, "special": kind != USER_DEFINED, "normalized": false,
                    "single_word": false, "lstrip": false, "rstrip": false})
            })
        });
        tokenizer["added_tokens"] = added.collect();
        tokenizer["version"] = json!("1.0");
        tokenizer["post_processor"] = self.post_processor(&tokens);
        Ok(tokenizer)
    }

    pub(super) fn tokenizer_config(&self) -> Json {
        let tokens = self.tokens();
        let mut config = json!({"chat_template": self.get("tokenizer.chat_template")});
        for (name, key) in
            [("bos_token", "bos"), ("eos_token", "eos"), ("unk_token", "unknown"), ("pad_token", "padding")]
        {
            let id = self.get(&format!("tokenizer.ggml.{key}_token_id")).as_u64();
            config[name] = json!(id.and_then(|id| tokens.get(id as usize)));
        }
        config
    }

    pub(super) fn generation_config(&self) -> Json {
        let named = ["eos", "eot", "eom"].map(|key| self.get(&format!("tokenizer.ggml.{key}_token_id")).as_u64());
        let mut ends: Vec<u64> = named.into_iter().flatten().collect();
        for (id, token) in self.tokens().iter().enumerate() {
            if ENDS.contains(token) && matches!(self.kind(id), CONTROL | USER_DEFINED) {
                ends.push(id as u64);
            }
        }
        json!({"eos_token_id": ends})
    }

    fn tokens(&self) -> Vec<&str> {
        self.list("tokenizer.ggml.tokens").iter().map(|token| token.as_str().unwrap_or_default()).collect()
    }

    fn kind(&self, id: usize) -> u64 {
        self.list("tokenizer.ggml.token_type").get(id).and_then(Json::as_u64).unwrap_or(1)
    }

    /// Byte-level pairs, as GPT-2 and its heirs have them; they differ in how a text is cut beforehand.
    fn byte_level(&self, vocab: Map<String, Json>) -> Result<Json, String> {
        let merges = self.list("tokenizer.ggml.merges").iter().filter_map(|pair| pair.as_str()?.split_once(' '));
        let merges: Vec<Json> = merges.map(|(left, right)| json!([left, right])).collect();
        let kind = self.text("tokenizer.ggml.pre").unwrap_or("default");
        let split = |pattern: &str| json!({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false});
        let bytes = |use_regex: bool| json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": use_regex});
        let digits = json!({"type": "Digits", "individual_digits": true});
        let steps = match kind {
            "default" | "gpt-2" | "gpt2" | "granite-docling" => vec![bytes(true)],
            "llama-bpe" | "llama3" | "llama-v3" | "dbrx" | "smaug-bpe" => vec![split(&words("{1,3}")), bytes(false)],
            "qwen2" | "deepseek-r1-qwen" | "stablelm2" => vec![split(&words("")), bytes(false)],
            "smollm" | "starcoder" | "refact" | "command-r" => vec![digits, bytes(true)],
            "tekken" => vec![split(&cased("", "", "/")), bytes(false)],
            "gpt-4o" | "llama4" => vec![split(&cased("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "{1,3}", "/")), bytes(false)],
            other => {
                return Err(format!(
                    "the tokenizer cuts texts as `{other}` does, which is not known here\nhint: known are default, \
                     gpt-2, llama-bpe, qwen2, smollm, refact, starcoder, tekken, gpt-4o and dbrx"
                ));
            }
        };
        let is_qwen = kind.contains("qwen");
        Ok(json!({
            "normalizer": if is_qwen { json!({"type": "NFC"}) } else { Json::Null },
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps},
            "decoder": bytes(true),
            "model": {"type": "BPE", "vocab": vocab, "merges": merges, "byte_fallback": false, "fuse_unk": false,
                "ignore_merges": matches!(kind, "llama-bpe" | "llama3" | "llama-v3" | "tekken")},
        }))
    }

    /// SentencePiece's pairs: there are no merges, but a score for each token, and the highest goes first.
    fn sentence_pieces(&self, tokens: &[&str], vocab: Map<String, Json>) -> Json {
        let scores = self.list("tokenizer.ggml.scores");
        let score = |id: usize| scores.get(id).and_then(Json::as_f64).unwrap_or(0.0);
        let ids: HashMap<&str, usize> = tokens.iter().enumerate().map(|(id, token)| (*token, id)).collect();
        let mut merges: Vec<(f64, usize, usize, &str, &str)> = Vec::new();
        for (id, token) in tokens.iter().enumerate().filter(|(id, _)| matches!(self.kind(*id), 1 | USER_DEFINED)) {
            for (at, _) in token.char_indices().skip(1) {
                let (left, right) = token.split_at(at);
                if let (Some(first), Some(second)) = (ids.get(left), ids.get(right)) {
                    merges.push((score(id), *first, *second, left, right));
                }
            }
        }
        merges.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let merges: Vec<Json> = merges.into_iter().map(|(.., left, right)| json!([left, right])).collect();
        let prefixes = self.get("tokenizer.ggml.add_space_prefix").as_bool().unwrap_or(true);
        let replace = |from: &str, to: &str| json!({"type": "Replace", "pattern": {"String": from}, "content": to});
        let mut normalizers = vec![replace(" ", "▁")];
        let mut decoders = vec![replace("▁", " "), json!({"type": "ByteFallback"}), json!({"type": "Fuse"})];
        if prefixes {
            normalizers.insert(0, json!({"type": "Prepend", "prepend": "▁"}));
            decoders.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
        }
        let unknown = self.get("tokenizer.ggml.unknown_token_id").as_u64().and_then(|id| tokens.get(id as usize));
        json!({
            "normalizer": {"type": "Sequence", "normalizers": normalizers},
            "pre_tokenizer": null,
            "decoder": {"type": "Sequence", "decoders": decoders},
            "model": {"type": "BPE", "vocab": vocab, "merges": merges, "unk_token": unknown, "byte_fallback": true,
                "fuse_unk": true, "ignore_merges": false},
        })
    }

    /// A beginning-of-text token before, and an end-of-text token behind, where the file asks for them.
    fn post_processor(&self, tokens: &[&str]) -> Json {
        let is_sentence_piece = self.text("tokenizer.ggml.model") == Some("llama");
        let token = |key: &str, default: bool| {
            let is_added = self.get(&format!("tokenizer.ggml.add_{key}_token")).as_bool().unwrap_or(default);
            let id = self.get(&format!("tokenizer.ggml.{key}_token_id")).as_u64().filter(|_| is_added)?;
            Some((id, *tokens.get(id as usize)?))
        };
        let (first, last) = (token("bos", is_sentence_piece), token("eos", false));
        if first.is_none() && last.is_none() {
            return Json::Null;
        }
        let special = |(_, token): (u64, &str)| json!({"SpecialToken": {"id": token, "type_id": 0}});
        let text = |id: &str| json!({"Sequence": {"id": id, "type_id": 0}});
        let known = first
            .into_iter()
            .chain(last)
            .map(|(id, token)| (token.to_owned(), json!({"id": token, "ids": [id], "tokens": [token]})));
        let around = |texts: &[&str]| -> Vec<Json> {
            let texts = texts.iter().map(|id| text(id));
            first.into_iter().map(special).chain(texts).chain(last.into_iter().map(special)).collect()
        };
        json!({"type": "TemplateProcessing", "single": around(&["A"]), "pair": around(&["A", "B"]),
            "special_tokens": known.collect::<Map<_, _>>()})
    }
}

/// Llama 3's pattern; `numbers` says how many digits stay together.
fn words(numbers: &str) -> String {
    format!(
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{numbers}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
}

/// The pattern that also cuts where a word turns to capitals.
fn cased(contraction: &str, numbers: &str, slash: &str) -> String {
    let (upper, lower) = (r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}", r"\p{Ll}\p{Lm}\p{Lo}\p{M}");
    format!(
        r"[^\r\n\p{{L}}\p{{N}}]?[{upper}]*[{lower}]+{contraction}|[^\r\n\p{{L}}\p{{N}}]?[{upper}]+[{lower}]*{contraction}|\p{{N}}{numbers}| ?[^\s\p{{L}}\p{{N}}]+[\r\n{slash}]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
}
