//! `config.json` of every family that one decoder covers, with what we do not compute refused by name.

use serde_json::Value as Json;

use super::rope::Rope;
use super::shape::{Config, Gate, LayerKind};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;

const FILE: &str = "config.json";

/// Who reads `config.json` how. The fields are Transformers' own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Llama,
    Mistral,
    Qwen2,
    Qwen3,
    Gemma,
    Gemma2,
    Gemma3,
    Phi3,
    Granite,
    SmolLm3,
}

/// Architecture, `model_type`, family. Those that also see images have their decoder under `text_config`.
const FAMILIES: [(&str, &str, Family); 13] = [
    ("LlamaForCausalLM", "llama", Family::Llama),
    ("MistralForCausalLM", "mistral", Family::Mistral),
    ("Mistral3ForConditionalGeneration", "mistral3", Family::Mistral),
    ("Ministral3ForCausalLM", "ministral", Family::Mistral),
    ("Qwen2ForCausalLM", "qwen2", Family::Qwen2),
    ("Qwen3ForCausalLM", "qwen3", Family::Qwen3),
    ("GemmaForCausalLM", "gemma", Family::Gemma),
    ("Gemma2ForCausalLM", "gemma2", Family::Gemma2),
    ("Gemma3ForCausalLM", "gemma3_text", Family::Gemma3),
    ("Gemma3ForConditionalGeneration", "gemma3", Family::Gemma3),
    ("Phi3ForCausalLM", "phi3", Family::Phi3),
    ("GraniteForCausalLM", "granite", Family::Granite),
    ("SmolLM3ForCausalLM", "smollm3", Family::SmolLm3),
];

impl Config {
    pub fn load(checkpoint: &Checkpoint) -> Result<Self, Failure> {
        let json: Json = checkpoint.json(FILE)?;
        Self::parse(&json).map_err(|reason| checkpoint.failure(FILE, reason))
    }

    /// From `config.json`'s content.
    pub fn parse(json: &Json) -> Result<Self, String> {
        let architecture = json["architectures"][0].as_str().or_else(|| json["model_type"].as_str());
        let family = FAMILIES.iter().find(|(class, kind, _)| architecture.is_some_and(|a| a == *class || a == *kind));
        let Some((_, _, family)) = family else {
            let known: Vec<&str> = FAMILIES.iter().map(|(class, ..)| *class).collect();
            let hint = format!("hint: text generation runs {}", known.join(", "));
            return Err(match architecture {
                Some(other) => format!("the architecture is `{other}`\n{hint}"),
                None => format!("names no architecture\n{hint}"),
            });
        };
        let text = if json["text_config"].is_object() { &json["text_config"] } else { json };
        Fields { text, outer: json, family: *family }.config()
    }
}

struct Fields<'a> {
    /// Where the decoder's fields are.
    text: &'a Json,
    /// The whole file.
    outer: &'a Json,
    family: Family,
}

impl Fields<'_> {
    fn is_gemma(&self) -> bool {
        matches!(self.family, Family::Gemma | Family::Gemma2 | Family::Gemma3)
    }

    fn get(&self, name: &str) -> Option<&Json> {
        [self.text, self.outer].into_iter().map(|json| &json[name]).find(|value| !value.is_null())
    }

    fn count_or_none(&self, name: &str) -> Result<Option<usize>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
        count.map(Some).ok_or_else(|| format!("`{name}` is {value}, not a whole number"))
    }

    /// A size that must be given, unless the family has one that its files leave out.
    fn size(&self, name: &str, default: Option<usize>, most: usize) -> Result<usize, String> {
        let size = self.count_or_none(name)?.or(default).ok_or_else(|| format!("`{name}` is missing"))?;
        match size {
            0 => Err(format!("`{name}` is 0")),
            size if size > most => Err(format!("`{name}` is {size}, which no model comes near")),
            size => Ok(size),
        }
    }

    fn number_or_none(&self, name: &str) -> Result<Option<f64>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_f64().filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| format!("`{name}` is {value}, not a number"))
    }

    fn positive(&self, name: &str, default: f64) -> Result<f64, String> {
        match self.number_or_none(name)?.unwrap_or(default) {
            number if number > 0.0 => Ok(number),
            number => Err(format!("`{name}` is {number}, and must be above 0")),
        }
    }

    fn cap(&self, name: &str) -> Result<Option<f32>, String> {
        Ok(match self.number_or_none(name)? {
            Some(_) => Some(self.positive(name, 0.0)? as f32),
            None => None,
        })
    }

    fn is_set(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(Json::as_bool)
    }

    fn config(&self) -> Result<Config, String> {
        self.refuse_quantised()?;
        // Files of Gemma 3 with images leave out what is the default of its class in Transformers.
        let gemma3 = |default: usize| (self.family == Family::Gemma3).then_some(default);
        let hidden = self.size("hidden_size", None, 1 << 20)?;
        let count = self.size("num_hidden_layers", None, 1 << 10)?;
        let heads = self.size("num_attention_heads", gemma3(8), 1 << 14)?;
        let kv_heads = self.size("num_key_value_heads", Some(gemma3(4).unwrap_or(heads)), 1 << 14)?;
        let head_dim = if self.is_gemma() { Some(256) } else { hidden.checked_div(heads) };
        let head_dim = self.size("head_dim", head_dim, 1 << 14)?;
        if !heads.is_multiple_of(kv_heads) {
            return Err(format!("{heads} attention heads cannot share {kv_heads} key-value heads"));
        }
        if !head_dim.is_multiple_of(2) {
            return Err(format!("`head_dim` is {head_dim}, and rotary embeddings need an even number"));
        }
        let max_positions = self.size("max_position_embeddings", gemma3(131_072), 1 << 28)?;
        let windows = self.windows(count, max_positions)?;
        let rope = |kind: &str| Rope::parse(self.text, kind, head_dim, max_positions);
        let ropes = match self.family {
            Family::Gemma3 => vec![rope("full_attention")?, rope("sliding_attention")?],
            _ => vec![rope("full_attention")?],
        };
        let layers = windows.into_iter().enumerate().map(|(index, window)| LayerKind {
            rope: self.has_rope(index).then_some(usize::from(ropes.len() > 1 && window.is_sliding)),
            window: window.positions,
        });
        let has_bias = self.is_set("attention_bias").unwrap_or(false);
        let scalar = match self.family {
            Family::Gemma2 | Family::Gemma3 => self.positive("query_pre_attn_scalar", 256.0)?,
            _ => head_dim as f64,
        };
        let is_granite = self.family == Family::Granite;
        let multiplier = |name| if is_granite { self.positive(name, 1.0) } else { Ok(1.0) };
        Ok(Config {
            vocab_size: self.size("vocab_size", gemma3(262_208), 1 << 24)?,
            hidden,
            intermediate: self.size("intermediate_size", None, 1 << 22)?,
            layers: layers.collect(),
            heads,
            kv_heads,
            head_dim,
            max_positions,
            norm_eps: self.positive("rms_norm_eps", 1e-6)? as f32,
            // GGUF files bring Gemma's norms with the one added.
            norms_less_one: self.is_gemma() && self.is_set("norms_are_whole") != Some(true),
            has_qk_norm: matches!(self.family, Family::Qwen3 | Family::Gemma3),
            has_post_norms: matches!(self.family, Family::Gemma2 | Family::Gemma3),
            ropes,
            is_tied: self.is_set("tie_word_embeddings").unwrap_or(self.is_gemma()),
            has_qkv_bias: self.family == Family::Qwen2 || has_bias,
            has_output_bias: self.family != Family::Qwen2 && has_bias,
            has_mlp_bias: self.is_set("mlp_bias").unwrap_or(false),
            is_fused: self.family == Family::Phi3,
            gate: self.gate()?,
            embedding_scale: match self.is_gemma() {
                true => (hidden as f64).sqrt() as f32,
                false => multiplier("embedding_multiplier")? as f32,
            },
            score_scale: match is_granite {
                true => multiplier("attention_multiplier")? as f32,
                false => (1.0 / scalar.sqrt()) as f32,
            },
            residual_scale: multiplier("residual_multiplier")? as f32,
            logit_scale: (1.0 / multiplier("logits_scaling")?) as f32,
            score_cap: match self.family {
                Family::Gemma2 => self.cap("attn_logit_softcapping")?,
                _ => None,
            },
            logit_cap: match self.family {
                Family::Gemma2 | Family::Gemma3 => self.cap("final_logit_softcapping")?,
                _ => None,
            },
        })
    }

    fn refuse_quantised(&self) -> Result<(), String> {
        let Some(quantization) = self.get("quantization_config") else { return Ok(()) };
        // Our own packing is undone where tensors are read.
        match quantization["quant_method"].as_str().unwrap_or("unnamed") {
            "kindling-1" => Ok(()),
            method => Err(format!(
                "`quantization_config`: weights quantised by `{method}` are not supported\nhint: take the checkpoint's \
                 unquantised weights, or a GGUF file of it"
            )),
        }
    }

    fn gate(&self) -> Result<Gate, String> {
        // Gemma's first files say `gelu` and mean this; Transformers takes them so too.
        let name = self.get("hidden_activation").or_else(|| self.get("hidden_act")).and_then(Json::as_str);
        match name {
            Some("silu" | "swish") => Ok(Gate::Silu),
            Some("gelu_pytorch_tanh") => Ok(Gate::GeluTanh),
            Some("gelu") if self.family == Family::Gemma => Ok(Gate::GeluTanh),
            None if self.is_gemma() => Ok(Gate::GeluTanh),
            None => Ok(Gate::Silu),
            Some(other) => Err(format!("`hidden_act` is `{other}`; only `silu` and `gelu_pytorch_tanh` are supported")),
        }
    }

    /// SmolLM 3 leaves every fourth layer without positions: `no_rope_layers` has 0 there.
    fn has_rope(&self, layer: usize) -> bool {
        if self.family != Family::SmolLm3 {
            return true;
        }
        match self.get("no_rope_layers").and_then(Json::as_array) {
            Some(listed) => listed.get(layer).and_then(Json::as_u64) != Some(0),
            None => {
                let every = self.get("no_rope_layer_interval").and_then(Json::as_u64).unwrap_or(4).max(1);
                !(layer as u64 + 1).is_multiple_of(every)
            }
        }
    }

    /// One per layer.
    fn windows(&self, count: usize, max_positions: usize) -> Result<Vec<Window>, String> {
        let size = self.count_or_none("sliding_window")?;
        if size == Some(0) {
            return Err("`sliding_window` is 0".to_owned());
        }
        let size = size.or((self.family == Family::Gemma3).then_some(4096));
        let sliding = Window { is_sliding: true, positions: size.filter(|window| *window < max_positions) };
        let full = Window { is_sliding: false, positions: None };
        let kinds = self.get("layer_types").and_then(Json::as_array);
        // Mistral and Phi 3 have no such list; in theirs, one would say what the window says already.
        let Some(kinds) = kinds.filter(|_| !matches!(self.family, Family::Mistral | Family::Phi3)) else {
            return Ok((0..count).map(|layer| if self.slides(layer) { sliding } else { full }).collect());
        };
        if kinds.len() != count {
            return Err(format!("`layer_types` has {} entries for {count} layers", kinds.len()));
        }
        let kind = |kind: &Json| match kind.as_str() {
            Some("full_attention") => Ok(full),
            Some("sliding_attention") if size.is_none() => Err("`sliding_window` is missing".to_owned()),
            Some("sliding_attention") => Ok(sliding),
            _ => Err(format!("`layer_types` holds {kind}; only full and sliding attention are supported")),
        };
        kinds.iter().map(kind).collect()
    }

    /// Whether a layer's attention is local, in files that do not list it.
    fn slides(&self, layer: usize) -> bool {
        let number = |name, default| self.get(name).and_then(Json::as_u64).unwrap_or(default);
        match self.family {
            Family::Llama | Family::Gemma | Family::Granite => false,
            Family::Mistral | Family::Phi3 => true,
            Family::Qwen2 | Family::Qwen3 | Family::SmolLm3 => {
                self.is_set("use_sliding_window") == Some(true) && layer as u64 >= number("max_window_layers", 0)
            }
            Family::Gemma2 => layer.is_multiple_of(2),
            Family::Gemma3 => !(layer as u64 + 1).is_multiple_of(number("sliding_window_pattern", 6).max(1)),
        }
    }
}

#[derive(Clone, Copy)]
struct Window {
    is_sliding: bool,
    /// None where it is as wide as the context.
    positions: Option<usize>,
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
        Config::parse(&config)
    }

    #[test]
    fn both_generations_of_config_are_read() {
        let old = load(json!({})).unwrap();
        assert_eq!((old.head_dim, old.kv_heads, old.ropes[0].theta, old.is_tied), (4, 2, 500.0, false));
        let new = load(json!({"rope_theta": null, "head_dim": 8, "tie_word_embeddings": true,
            "rope_parameters": {"rope_type": "default", "rope_theta": 7.5}}));
        let new = new.unwrap();
        assert_eq!((new.head_dim, new.ropes[0].theta, new.is_tied), (8, 7.5, true));
        load(json!({"quantization_config": {"quant_method": "kindling-1", "bits": 8}})).unwrap();
        let qwen = load(json!({"architectures": ["Qwen2ForCausalLM"], "sliding_window": 8,
            "use_sliding_window": false}))
        .unwrap();
        assert!(qwen.has_qkv_bias && !qwen.has_output_bias && qwen.layers[0].window.is_none());
    }

    #[test]
    fn local_layers_are_found_with_and_without_a_list() {
        let windows = |changes: Json| {
            load(changes).unwrap().layers.iter().map(|layer| layer.window.is_some()).collect::<Vec<_>>()
        };
        let gemma2 = json!({"architectures": ["Gemma2ForCausalLM"], "sliding_window": 8, "hidden_act": null});
        assert_eq!(windows(gemma2), [true, false]);
        let listed = json!({"architectures": ["Gemma2ForCausalLM"], "sliding_window": 8, "hidden_act": null,
            "layer_types": ["full_attention", "sliding_attention"]});
        assert_eq!(windows(listed), [false, true]);
        assert_eq!(windows(json!({"architectures": ["MistralForCausalLM"], "sliding_window": 8})), [true, true]);
        assert_eq!(windows(json!({"architectures": ["MistralForCausalLM"], "sliding_window": 64})), [false, false]);
        let qwen = json!({"architectures": ["Qwen3ForCausalLM"], "sliding_window": 8, "use_sliding_window": true,
            "max_window_layers": 1});
        assert_eq!(windows(qwen), [false, true]);
    }

    #[test]
    fn gemma_3_with_images_is_read_from_its_text_part() {
        let config = Config::parse(&json!({"architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3",
            "text_config": {"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text",
                "num_hidden_layers": 34, "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024},
            "vision_config": {"hidden_size": 1152}}))
        .unwrap();
        assert_eq!((config.heads, config.kv_heads, config.head_dim, config.vocab_size), (8, 4, 256, 262_208));
        assert_eq!((config.layers[4].window, config.layers[5].window), (Some(1024), None));
        assert_eq!((config.layers[4].rope, config.layers[5].rope), (Some(1), Some(0)));
        assert_eq!((config.ropes[0].theta, config.ropes[1].theta), (1_000_000.0, 10_000.0));
        assert!(config.is_tied && config.norms_less_one && config.gate == Gate::GeluTanh);
    }

    #[test]
    fn what_is_not_computed_is_refused_by_name() {
        for (changes, named) in [
            (json!({"architectures": ["MixtralForCausalLM"]}), "MixtralForCausalLM"),
            (json!({"architectures": null}), "no architecture"),
            (json!({"hidden_act": "relu"}), "relu"),
            (json!({"sliding_window": 0}), "sliding_window"),
            (json!({"layer_types": ["full_attention"]}), "layer_types"),
            (json!({"layer_types": ["full_attention", "chunked_attention"]}), "chunked_attention"),
            (json!({"quantization_config": {"quant_method": "gptq"}}), "gptq"),
            (json!({"rope_scaling": {"rope_type": "mrope", "factor": 2.0}}), "mrope"),
            (json!({"rope_scaling": {"rope_type": "linear"}}), "factor"),
            (json!({"num_attention_heads": 0}), "num_attention_heads"),
            (json!({"num_key_value_heads": 3}), "key-value heads"),
            (json!({"num_hidden_layers": 1_000_000_000}), "num_hidden_layers"),
            (json!({"hidden_size": "x"}), "hidden_size"),
            (json!({"hidden_size": -1}), "hidden_size"),
            (json!({"hidden_size": null}), "hidden_size"),
            (json!({"head_dim": 3}), "head_dim"),
            (json!({"rope_theta": -1.0}), "rope_theta"),
            (json!({"rms_norm_eps": 0}), "rms_norm_eps"),
        ] {
            let error = load(changes).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }
}
