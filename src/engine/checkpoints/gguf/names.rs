//! From GGUF's names of tensors to those of Transformers.

use super::{Gguf, Info};

impl Gguf {
    /// Renames what a decoder has; the rest keeps its name.
    pub(super) fn rename(&mut self) {
        let architecture = self.text("general.architecture").unwrap_or_default().to_owned();
        let heads = self.head_dim(&architecture).filter(|_| is_paired(&architecture));
        let renamed = self.tensors.drain().map(|(name, mut info): (String, Info)| {
            let Some((layer, part)) = name.strip_prefix("blk.").and_then(|rest| rest.split_once('.')) else {
                let known = match name.as_str() {
                    "token_embd.weight" => "model.embed_tokens.weight",
                    "output_norm.weight" => "model.norm.weight",
                    "output.weight" => "lm_head.weight",
                    other => other,
                };
                return (known.to_owned(), info);
            };
            let Some((part, suffix)) = part.rsplit_once('.') else { return (name, info) };
            let fits =
                |size: &usize| size.is_multiple_of(2) && info.shape.first().is_some_and(|n| n.is_multiple_of(*size));
            info.paired_heads = heads.filter(|size| matches!(part, "attn_q" | "attn_k") && fits(size));
            match part_name(&architecture, part) {
                Some(part) => (format!("model.layers.{layer}.{part}.{suffix}"), info),
                None => (name, info),
            }
        });
        self.tensors = renamed.collect::<Vec<_>>().into_iter().collect();
    }

    pub(super) fn head_dim(&self, architecture: &str) -> Option<usize> {
        let number = |key: &str| self.get(&format!("{architecture}.{key}")).as_u64().map(|number| number as usize);
        let heads = number("attention.head_count").filter(|heads| *heads > 0)?;
        number("attention.key_length").or_else(|| Some(number("embedding_length")? / heads)).filter(|size| *size > 0)
    }
}

/// Whether llama.cpp turns neighbouring numbers, and so has the rows of queries and keys in another order.
fn is_paired(architecture: &str) -> bool {
    matches!(architecture, "llama" | "granite" | "smollm3")
}

fn part_name(architecture: &str, part: &str) -> Option<&'static str> {
    let has_post_norms = matches!(architecture, "gemma2" | "gemma3");
    Some(match part {
        "attn_norm" => "input_layernorm",
        "attn_q" => "self_attn.q_proj",
        "attn_k" => "self_attn.k_proj",
        "attn_v" => "self_attn.v_proj",
        "attn_qkv" => "self_attn.qkv_proj",
        "attn_output" => "self_attn.o_proj",
        "attn_q_norm" => "self_attn.q_norm",
        "attn_k_norm" => "self_attn.k_norm",
        "post_attention_norm" => "post_attention_layernorm",
        "post_ffw_norm" => "post_feedforward_layernorm",
        "ffn_norm" if has_post_norms => "pre_feedforward_layernorm",
        "ffn_norm" => "post_attention_layernorm",
        "ffn_gate" => "mlp.gate_proj",
        "ffn_up" if architecture == "phi3" => "mlp.gate_up_proj",
        "ffn_up" => "mlp.up_proj",
        "ffn_down" => "mlp.down_proj",
        _ => return None,
    })
}
