//! Adapters in PEFT's layout: `adapter_config.json` beside `adapter_model.safetensors`.

use serde_json::Value as Json;

use super::shape::Config;
use crate::engine::adapter::{Adapter, LowRank, Module};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Checkpoint, Tensors};

pub const CONFIG: &str = "adapter_config.json";
pub const WEIGHTS: &str = "adapter_model.safetensors";

/// A matrix that may have an addition: its name in Transformers, where its outputs are, and how large it is.
struct Target {
    name: &'static str,
    module: Module,
    first: usize,
    outputs: usize,
    inputs: usize,
}

/// Reads an adapter and refuses one that does not fit the decoder, or that does more than low-rank additions.
pub fn load(files: &Checkpoint, config: &Config) -> Result<Adapter, Failure> {
    let json: Json = files.json(CONFIG)?;
    let refused = |reason: String| files.failure(CONFIG, reason);
    let settings = Settings::parse(&json).map_err(refused)?;
    let tensors = files.tensors_of(&[WEIGHTS])?;
    let targets = targets(config);
    let mut layers: Vec<Vec<LowRank>> = (0..config.layers.len()).map(|_| Vec::new()).collect();
    for name in tensors.names() {
        let refused = |reason: &str| files.failure(WEIGHTS, format!("tensor `{name}`: {reason}"));
        let (matrix, is_down) = match (name.split_once(".lora_A."), name.split_once(".lora_B.")) {
            (Some((matrix, _)), _) => (matrix, true),
            (_, Some((matrix, _))) => (matrix, false),
            _ => return Err(refused("is no `lora_A` or `lora_B`, and nothing else is supported")),
        };
        let place = matrix.rsplit_once("layers.").and_then(|(_, rest)| rest.split_once('.'));
        let place = place.and_then(|(layer, part)| {
            let target = targets.iter().find(|target| target.name == part)?;
            Some((layers.get_mut(layer.parse::<usize>().ok()?)?, target))
        });
        let Some((layer, target)) = place else {
            return Err(refused("the base model has no such matrix\nhint: was the adapter trained on another model?"));
        };
        // Each pair comes up twice, and is read with its first half.
        if is_down {
            let other = name.replacen(".lora_A.", ".lora_B.", 1);
            layer.push(pair(files, &tensors, &settings, target, name, &other)?);
        } else if !tensors.contains(&name.replacen(".lora_B.", ".lora_A.", 1)) {
            return Err(refused("its `lora_A` is missing"));
        }
    }
    if layers.iter().all(Vec::is_empty) {
        return Err(files.failure(WEIGHTS, "holds no `lora_A` and `lora_B`".to_owned()));
    }
    Ok(Adapter::new(layers))
}

fn pair(
    files: &Checkpoint,
    tensors: &Tensors,
    settings: &Settings,
    target: &Target,
    down: &str,
    up: &str,
) -> Result<LowRank, Failure> {
    let (shape, values) = tensors.f32(down)?;
    let rank = match shape[..] {
        [rank, inputs] if inputs == target.inputs && rank == settings.rank => rank,
        _ => {
            let expected = [settings.rank, target.inputs];
            let reason = format!(
                "tensor `{down}`: has shape {shape:?}, where the base model and `r` ask for {expected:?}\nhint: was the \
                 adapter trained on another model?"
            );
            return Err(files.failure(WEIGHTS, reason));
        }
    };
    let other = tensors.f32_shaped(up, &[target.outputs, rank])?;
    Ok(LowRank::new(target.module, target.first, settings.scale, rank, values, other))
}

struct Settings {
    rank: usize,
    scale: f32,
}

impl Settings {
    fn parse(json: &Json) -> Result<Self, String> {
        if let Some(kind) = json["peft_type"].as_str().filter(|kind| *kind != "LORA") {
            return Err(format!("`peft_type` is `{kind}`; only `LORA` is supported"));
        }
        let rank = json["r"].as_u64().filter(|rank| (1..=4096).contains(rank)).ok_or("`r` must be a rank above 0")?;
        let alpha = json["lora_alpha"].as_f64().filter(|alpha| alpha.is_finite()).unwrap_or(8.0);
        for name in ["use_dora", "fan_in_fan_out", "lora_bias"] {
            if json[name].as_bool() == Some(true) {
                return Err(format!("`{name}` is not supported"));
            }
        }
        if let Some(bias) = json["bias"].as_str().filter(|bias| *bias != "none") {
            return Err(format!("`bias` is `{bias}`; only `none` is supported"));
        }
        for name in ["modules_to_save", "rank_pattern", "alpha_pattern"] {
            let is_empty = match &json[name] {
                Json::Null => true,
                Json::Array(items) => items.is_empty(),
                Json::Object(members) => members.is_empty(),
                _ => false,
            };
            if !is_empty {
                return Err(format!("`{name}` is not supported"));
            }
        }
        let divisor = if json["use_rslora"].as_bool() == Some(true) { (rank as f64).sqrt() } else { rank as f64 };
        Ok(Self { rank: rank as usize, scale: (alpha / divisor) as f32 })
    }
}

fn targets(config: &Config) -> Vec<Target> {
    let Config { hidden, intermediate, heads, kv_heads, head_dim, .. } = *config;
    let (q, kv) = (heads * head_dim, kv_heads * head_dim);
    let target = |name, module, first, outputs, inputs| Target { name, module, first, outputs, inputs };
    let mut targets = vec![
        target("self_attn.o_proj", Module::Output, 0, hidden, q),
        target("mlp.down_proj", Module::Down, 0, hidden, intermediate),
    ];
    match config.is_fused {
        true => targets.extend([
            target("self_attn.qkv_proj", Module::Qkv, 0, q + 2 * kv, hidden),
            target("mlp.gate_up_proj", Module::GateUp, 0, 2 * intermediate, hidden),
        ]),
        false => targets.extend([
            target("self_attn.q_proj", Module::Qkv, 0, q, hidden),
            target("self_attn.k_proj", Module::Qkv, q, kv, hidden),
            target("self_attn.v_proj", Module::Qkv, q + kv, kv, hidden),
            target("mlp.gate_proj", Module::GateUp, 0, intermediate, hidden),
            target("mlp.up_proj", Module::GateUp, intermediate, intermediate, hidden),
        ]),
    }
    targets
}
