//! `config.json` of the Llama family, with everything that we do not compute refused by name.

use serde::Deserialize;
use serde_json::Value as Json;

use super::rope::Scaling;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;

const FILE: &str = "config.json";
const SUPPORTED: &str = "LlamaForCausalLM, MistralForCausalLM and Qwen2ForCausalLM";

/// The shape of a decoder. All widths are in numbers, not bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub vocab_size: usize,
    pub hidden: usize,
    pub intermediate: usize,
    pub layers: usize,
    /// Query heads; a multiple of `kv_heads`.
    pub heads: usize,
    pub kv_heads: usize,
    /// Width of one head; even.
    pub head_dim: usize,
    pub norm_eps: f32,
    pub rope_theta: f64,
    pub rope_scaling: Option<Scaling>,
    /// The output matrix is the embedding.
    pub is_tied: bool,
    /// Biases of the query, key and value matrices.
    pub has_qkv_bias: bool,
    /// Bias of the attention's output matrix.
    pub has_output_bias: bool,
    /// Biases of the three matrices of the feed-forward part.
    pub has_mlp_bias: bool,
    pub max_positions: usize,
}

#[derive(Deserialize)]
struct Raw {
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    rms_norm_eps: f64,
    rope_theta: Option<f64>,
    rope_parameters: Option<Json>,
    rope_scaling: Option<Json>,
    tie_word_embeddings: Option<bool>,
    attention_bias: Option<bool>,
    mlp_bias: Option<bool>,
    max_position_embeddings: usize,
    hidden_act: Option<String>,
    sliding_window: Option<usize>,
    use_sliding_window: Option<bool>,
    quantization_config: Option<Json>,
}

impl Config {
    pub fn load(checkpoint: &Checkpoint) -> Result<Self, Failure> {
        // The architecture first: another one may lack the fields of this one.
        let json: Json = checkpoint.json(FILE)?;
        let refused = |reason: String| checkpoint.failure(FILE, reason);
        let architecture = json["architectures"][0].as_str().or_else(|| json["model_type"].as_str());
        let is_qwen = match architecture {
            Some("LlamaForCausalLM" | "MistralForCausalLM" | "llama" | "mistral") => false,
            Some("Qwen2ForCausalLM" | "qwen2") => true,
            Some(other) => {
                return Err(refused(format!("the architecture is `{other}`\nhint: text generation runs {SUPPORTED}")));
            }
            None => return Err(refused(format!("names no architecture\nhint: text generation runs {SUPPORTED}"))),
        };
        let raw: Raw = serde_json::from_value(json).map_err(|error| refused(error.to_string()))?;
        raw.check(is_qwen).and_then(|()| raw.config(is_qwen)).map_err(refused)
    }
}

impl Raw {
    /// Refuses what is there and would be computed wrongly.
    fn check(&self, is_qwen: bool) -> Result<(), String> {
        match self.hidden_act.as_deref() {
            None | Some("silu" | "swish") => {}
            Some(other) => return Err(format!("`hidden_act` is `{other}`; only `silu` is supported")),
        }
        if let Some(quantization) = self.quantization_config.as_ref().filter(|quantization| !quantization.is_null()) {
            // Our own packing is undone where tensors are read.
            let method = quantization["quant_method"].as_str().unwrap_or("unnamed");
            if method != "kindling-1" {
                return Err(format!("`quantization_config`: weights quantised by `{method}` are not supported"));
            }
        }
        let is_windowed = !is_qwen || self.use_sliding_window == Some(true);
        if let Some(window) = self.sliding_window.filter(|window| is_windowed && *window < self.max_position_embeddings)
        {
            return Err(format!(
                "`sliding_window` is {window}, less than `max_position_embeddings` ({}), which is not supported",
                self.max_position_embeddings
            ));
        }
        Ok(())
    }

    fn config(&self, is_qwen: bool) -> Result<Config, String> {
        let heads = self.num_attention_heads;
        let kv_heads = self.num_key_value_heads.unwrap_or(heads);
        let head_dim = match self.head_dim {
            Some(width) => width,
            None => self.hidden_size.checked_div(heads).unwrap_or(0),
        };
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", heads),
            ("num_key_value_heads", kv_heads),
            ("head_dim", head_dim),
            ("max_position_embeddings", self.max_position_embeddings),
        ];
        for (name, size) in sizes {
            // Above this the products below could overflow; no model comes near.
            if size == 0 || size > 1 << 28 {
                return Err(format!("`{name}` is {size}"));
            }
        }
        if !heads.is_multiple_of(kv_heads) {
            return Err(format!("{heads} attention heads cannot share {kv_heads} key-value heads"));
        }
        if !head_dim.is_multiple_of(2) {
            return Err(format!("`head_dim` is {head_dim}, and rotary embeddings need an even number"));
        }
        let parameters = self.rope_parameters.as_ref().or(self.rope_scaling.as_ref()).unwrap_or(&Json::Null);
        let theta = parameters["rope_theta"].as_f64().or(self.rope_theta).unwrap_or(10_000.0);
        if !(theta.is_finite() && theta > 0.0) {
            return Err(format!("`rope_theta` is {theta}"));
        }
        let has_bias = self.attention_bias.unwrap_or(false);
        Ok(Config {
            vocab_size: self.vocab_size,
            hidden: self.hidden_size,
            intermediate: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads,
            kv_heads,
            head_dim,
            norm_eps: self.rms_norm_eps as f32,
            rope_theta: theta,
            rope_scaling: Scaling::parse(parameters)?,
            is_tied: self.tie_word_embeddings.unwrap_or(false),
            has_qkv_bias: is_qwen || has_bias,
            has_output_bias: !is_qwen && has_bias,
            has_mlp_bias: self.mlp_bias.unwrap_or(false),
            max_positions: self.max_position_embeddings,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn load(changes: Json) -> Result<Config, String> {
        let mut config = json!({"architectures": ["LlamaForCausalLM"], "vocab_size": 32, "hidden_size": 16,
            "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "rms_norm_eps": 1e-5, "rope_theta": 500.0, "max_position_embeddings": 64, "hidden_act": "silu"});
        for (key, value) in changes.as_object().unwrap() {
            config[key] = value.clone();
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), config.to_string()).unwrap();
        Config::load(&Checkpoint::folder("mine", folder.path())).map_err(|error| error.to_string())
    }

    #[test]
    fn both_generations_of_config_are_read() {
        let old = load(json!({})).unwrap();
        assert_eq!((old.head_dim, old.kv_heads, old.rope_theta, old.is_tied), (4, 2, 500.0, false));
        let new = load(json!({"rope_theta": null, "head_dim": 8, "tie_word_embeddings": true,
            "rope_parameters": {"rope_type": "default", "rope_theta": 7.5}}));
        let new = new.unwrap();
        assert_eq!((new.head_dim, new.rope_theta, new.is_tied), (8, 7.5, true));
        load(json!({"quantization_config": {"quant_method": "kindling-1", "bits": 8}})).unwrap();
        let qwen = load(json!({"architectures": ["Qwen2ForCausalLM"], "sliding_window": 8,
            "use_sliding_window": false}))
        .unwrap();
        assert!(qwen.has_qkv_bias && !qwen.has_output_bias);
    }

    #[test]
    fn what_is_not_computed_is_refused_by_name() {
        for (changes, named) in [
            (json!({"architectures": ["GemmaForCausalLM"]}), "GemmaForCausalLM"),
            (json!({"architectures": null}), "no architecture"),
            (json!({"hidden_act": "gelu"}), "gelu"),
            (json!({"sliding_window": 8}), "sliding_window"),
            (json!({"quantization_config": {"quant_method": "gptq"}}), "gptq"),
            (json!({"rope_scaling": {"rope_type": "yarn", "factor": 2.0}}), "yarn"),
            (json!({"num_attention_heads": 0}), "num_attention_heads"),
            (json!({"num_key_value_heads": 3}), "key-value heads"),
            (json!({"hidden_size": "x"}), "expected usize"),
            (json!({"head_dim": 3}), "head_dim"),
            (json!({"rope_theta": -1.0}), "rope_theta"),
        ] {
            let error = load(changes).unwrap_err();
            assert!(error.contains(named) && error.contains("config.json"), "{error}");
        }
    }
}
