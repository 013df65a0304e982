//! Gemma 3 (embeddinggemma) and Qwen 3 (qwen3-embedding): a text generator's layers, without its head.

use serde_json::Value as Json;

use super::{Gated, Layer, Norm, Norms};
use crate::engine::backend::{EncoderSpec, Failure};
use crate::engine::checkpoints::{Checkpoint, Tensors};
use crate::engine::embed::sentence::{self, CONFIG};
use crate::engine::generate::decoder::{Angles, Config, Dense, Gate, Weights};
use crate::engine::kernels::GateKind;
use crate::engine::kernels::attention::Sight;

pub fn load(checkpoint: &Checkpoint, tensors: &Tensors) -> Result<(Gated<Dense>, EncoderSpec), Failure> {
    let mut json: Json = checkpoint.json(CONFIG)?;
    let refuse = |reason: String| checkpoint.failure(CONFIG, reason);
    // The family's name decides, whatever the class around its layers is called.
    json["architectures"] = Json::Null;
    let config = Config::parse(&json).map_err(refuse)?;
    if config.score_cap.is_some() || config.residual_scale != 1.0 {
        return Err(refuse("capped scores and scaled residuals are not supported in an encoder".to_owned()));
    }
    let is_bidirectional = json["use_bidirectional_attention"].as_bool().unwrap_or(false);
    let window = json["sliding_window"].as_u64().and_then(|window| usize::try_from(window).ok());
    let spec = sentence::spec(checkpoint, config.hidden, config.max_positions)?;
    let weights = Weights::new(tensors, &config);
    let rms = |scale| Norm::Rms { scale, eps: config.norm_eps };
    let layers = config.layers.iter().enumerate().map(|(index, kind)| {
        let layer = weights.layer(index)?;
        let is_local = kind.rope == Some(1) || kind.window.is_some();
        let rope = kind.rope.ok_or_else(|| refuse("a layer has no positions".to_owned()))?;
        let reach = match is_bidirectional {
            // Half of the window lies before a token and half behind it.
            true => window.filter(|_| is_local).map(|window| window / 2),
            // A token is itself one of those in its window.
            false => kind.window.map(|window| window.saturating_sub(1)),
        };
        Ok(Layer {
            sight: Sight {
                heads: config.heads,
                kv_heads: config.kv_heads,
                size: config.head_dim,
                is_causal: !is_bidirectional,
                reach,
            },
            rope,
            norms: Norms::Before {
                before: [Some(rms(layer.attention_norm)), Some(rms(layer.mlp_norm))],
                after: layer.post_norms.map(|norms| norms.map(rms)),
            },
            qkv: layer.qkv,
            qk_norms: layer.qk_norms.map(|norms| (norms, config.norm_eps)),
            output: layer.output,
            gate_up: layer.gate_up,
            down: layer.down,
        })
    });
    let net = Gated {
        width: config.hidden,
        intermediate: config.intermediate,
        words: weights.embedding()?,
        embedding_scale: config.embedding_scale,
        types: None,
        embedding_norm: None,
        layers: layers.collect::<Result<_, Failure>>()?,
        final_norm: Some(rms(weights.final_norm()?)),
        angles: config.ropes.iter().map(|rope| Angles::new(rope, spec.max_tokens)).collect(),
        score_scale: config.score_scale,
        gate: match config.gate {
            Gate::Silu => GateKind::Silu,
            Gate::GeluTanh => GateKind::GeluTanh,
        },
    };
    Ok((net, spec))
}
