//! `config.json` from GGUF's hyper-parameters.

use serde_json::{Value as Json, json};

use super::Gguf;

const KNOWN: [&str; 10] =
    ["llama", "qwen2", "qwen3", "gemma", "gemma2", "gemma3", "phi3", "granite", "smollm3", "mistral"];

impl Gguf {
    pub(super) fn config(&self) -> Result<Json, String> {
        let Some(architecture) = self.text("general.architecture") else {
            return Err("`general.architecture` is missing".to_owned());
        };
        if !KNOWN.contains(&architecture) {
            return Err(format!(
                "the architecture is `{architecture}`\nhint: of GGUF, text generation runs {}",
                KNOWN.join(", ")
            ));
        }
        let get = |key: &str| self.get(&format!("{architecture}.{key}"));
        let has = |name: &str| self.tensors.contains_key(name);
        if get("expert_count").as_u64().is_some_and(|count| count > 0) {
            return Err("is a mixture of experts, which is not supported".to_owned());
        }
        let layers = get("block_count");
        let vocab_size = self.tensors.get("model.embed_tokens.weight").and_then(|info| info.shape.first().copied());
        let mut config = json!({
            "model_type": if architecture == "gemma3" { "gemma3_text" } else { architecture },
            "vocab_size": vocab_size.map_or_else(|| get("vocab_size").clone(), Json::from),
            "hidden_size": get("embedding_length"),
            "intermediate_size": get("feed_forward_length"),
            "num_hidden_layers": layers,
            "num_attention_heads": get("attention.head_count"),
            "num_key_value_heads": get("attention.head_count_kv"),
            "head_dim": self.head_dim(architecture),
            "max_position_embeddings": get("context_length"),
            "rms_norm_eps": get("attention.layer_norm_rms_epsilon"),
            "sliding_window": get("attention.sliding_window").as_u64().filter(|window| *window > 0),
            "attention_bias": has("model.layers.0.self_attn.o_proj.bias"),
            "mlp_bias": has("model.layers.0.mlp.down_proj.bias"),
            "tie_word_embeddings": !has("lm_head.weight"),
            "norms_are_whole": true,
            "attn_logit_softcapping": get("attn_logit_softcapping"),
            "final_logit_softcapping": get("final_logit_softcapping"),
            "embedding_multiplier": get("embedding_scale"),
            "attention_multiplier": get("attention.scale"),
            "residual_multiplier": get("residual_scale"),
            "logits_scaling": get("logit_scale"),
            "query_pre_attn_scalar": self.query_scalar(architecture),
            "rope_parameters": self.rope(architecture)?,
        });
        // A list of one number per layer stands for that number where all are the same.
        for key in ["intermediate_size", "num_attention_heads", "num_key_value_heads"] {
            if let Some([first, rest @ ..]) = config[key].as_array().map(Vec::as_slice) {
                if rest.iter().any(|other| other != first) {
                    return Err(format!("`{key}` differs from layer to layer, which is not supported"));
                }
                config[key] = first.clone();
            }
        }
        Ok(config)
    }

    /// Gemma's largest models divide by another number than the width of a head; llama.cpp knows them by their depth.
    fn query_scalar(&self, architecture: &str) -> Option<usize> {
        let number = |key: &str| self.get(&format!("{architecture}.{key}")).as_u64();
        let is_largest = matches!((architecture, number("block_count")), ("gemma2", Some(46)) | ("gemma3", Some(62)));
        match is_largest {
            true => Some((number("embedding_length")? / number("attention.head_count")?.max(1)) as usize),
            false => self.head_dim(architecture),
        }
    }

    fn rope(&self, architecture: &str) -> Result<Json, String> {
        let get = |key: &str| self.get(&format!("{architecture}.rope.{key}"));
        let default = if architecture == "gemma3" { 1_000_000.0 } else { 10_000.0 };
        let theta = get("freq_base").as_f64().unwrap_or(default);
        let mut rope = json!({"rope_theta": theta, "rope_type": "default"});
        if let (Some(turned), Some(head)) = (get("dimension_count").as_u64(), self.head_dim(architecture))
            && turned as usize != head
        {
            rope["partial_rotary_factor"] = json!(turned as f64 / head as f64);
        }
        let factor = get("scaling.factor").as_f64();
        let original = get("scaling.original_context_length");
        let both = [self.numbers("rope_factors_short.weight"), self.numbers("rope_factors_long.weight")];
        match (get("scaling.type").as_str(), both, self.numbers("rope_freqs.weight")) {
            (_, [Some(short), Some(long)], _) => {
                rope["rope_type"] = json!("longrope");
                rope["short_factor"] = json!(short);
                rope["long_factor"] = json!(long);
                rope["original_max_position_embeddings"] = original.clone();
                rope["attention_factor"] = get("scaling.attn_factor").clone();
            }
            // Llama 3's stretching, as a divisor for each frequency.
            (_, _, Some(factors)) => {
                rope["rope_type"] = json!("longrope");
                rope["short_factor"] = json!(factors);
                rope["long_factor"] = json!(factors);
                rope["attention_factor"] = json!(1.0);
            }
            (Some("linear"), ..) => {
                rope["rope_type"] = json!("linear");
                rope["factor"] = json!(factor);
            }
            (Some("yarn"), ..) => {
                rope["rope_type"] = json!("yarn");
                rope["factor"] = json!(factor);
                rope["original_max_position_embeddings"] = original.clone();
                rope["beta_fast"] = get("scaling.yarn_beta_fast").clone();
                rope["beta_slow"] = get("scaling.yarn_beta_slow").clone();
            }
            (None | Some("none" | "longrope"), ..) => {}
            (Some(other), ..) => return Err(format!("rope scaling `{other}` is not supported")),
        }
        if architecture == "gemma3" {
            let local = get("freq_base_swa").as_f64().unwrap_or(10_000.0);
            rope = json!({"full_attention": rope, "sliding_attention": {"rope_theta": local, "rope_type": "default"}});
        }
        Ok(rope)
    }
}
