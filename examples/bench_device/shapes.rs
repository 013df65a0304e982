//! The shapes: those of the checkpoints' own `config.json`.

use serde_json::{Value, json};

/// What a shape is measured as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A BERT encoder.
    Encoder,
    /// A decoder; in bf16 everywhere, as its checkpoints are.
    Decoder,
    /// A ResNet.
    Pictures,
    /// A Whisper.
    Speech,
}

pub struct Shape {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether it is measured where none is named.
    pub by_default: bool,
    config: fn() -> Value,
}

impl Shape {
    pub fn config(&self) -> Value {
        (self.config)()
    }
}

/// Positions that a decoder is measured with; 64 streams of a longer window do not fit beside 8 B parameters everywhere.
const WINDOW: usize = 1024;

pub const SHAPES: [Shape; 11] = [
    Shape { name: "tiny", kind: Kind::Encoder, by_default: false, config: || bert(64, 2, 2, 128) },
    Shape {
        name: "tiny-llama",
        kind: Kind::Decoder,
        by_default: false,
        config: || llama("LlamaForCausalLM", [64, 2, 4, 2, 16, 128, 512], true),
    },
    Shape { name: "tiny-resnet", kind: Kind::Pictures, by_default: false, config: || resnet(8, [16, 32], [1, 2]) },
    Shape { name: "tiny-whisper", kind: Kind::Speech, by_default: false, config: || whisper(32, 1, 2, 300) },
    Shape { name: "minilm", kind: Kind::Encoder, by_default: true, config: || bert(384, 6, 12, 1536) },
    Shape { name: "bge-base", kind: Kind::Encoder, by_default: true, config: || bert(768, 12, 12, 3072) },
    Shape {
        name: "qwen3-0.6b",
        kind: Kind::Decoder,
        by_default: true,
        config: || llama("Qwen3ForCausalLM", [1024, 28, 16, 8, 128, 3072, 151_936], true),
    },
    Shape {
        name: "llama-1b",
        kind: Kind::Decoder,
        by_default: true,
        config: || llama("LlamaForCausalLM", [2048, 16, 32, 8, 64, 8192, 128_256], true),
    },
    Shape {
        name: "llama-8b",
        kind: Kind::Decoder,
        by_default: false,
        config: || llama("LlamaForCausalLM", [4096, 32, 32, 8, 128, 14_336, 128_256], false),
    },
    Shape { name: "whisper-tiny", kind: Kind::Speech, by_default: true, config: || whisper(384, 4, 6, 51_865) },
    Shape {
        name: "resnet-50",
        kind: Kind::Pictures,
        by_default: true,
        config: || resnet(64, [256, 512, 1024, 2048], [3, 4, 6, 3]),
    },
];

fn bert(width: usize, layers: usize, heads: usize, inner: usize) -> Value {
    json!({"architectures": ["BertModel"], "model_type": "bert", "vocab_size": 30_522, "hidden_size": width,
        "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": inner, "hidden_act": "gelu",
        "max_position_embeddings": 512, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "pad_token_id": 0})
}

fn resnet<const STAGES: usize>(first: usize, sizes: [usize; STAGES], depths: [usize; STAGES]) -> Value {
    let labels: serde_json::Map<_, _> = (0..1000).map(|label| (label.to_string(), json!(format!("{label}")))).collect();
    json!({"architectures": ["ResNetForImageClassification"], "model_type": "resnet", "num_channels": 3,
        "embedding_size": first, "hidden_sizes": sizes.to_vec(), "depths": depths.to_vec(), "layer_type": "bottleneck",
        "hidden_act": "relu", "id2label": labels})
}

fn whisper(width: usize, layers: usize, heads: usize, vocabulary: usize) -> Value {
    json!({"model_type": "whisper", "vocab_size": vocabulary, "d_model": width, "num_mel_bins": 80,
        "encoder_layers": layers, "encoder_attention_heads": heads, "encoder_ffn_dim": 4 * width,
        "decoder_layers": layers, "decoder_attention_heads": heads, "decoder_ffn_dim": 4 * width,
        "max_source_positions": 1500, "max_target_positions": 448})
}

/// Width, layers, heads, key heads, size of a head, inner width, vocabulary.
fn llama(architecture: &str, shape: [usize; 7], tied: bool) -> Value {
    let [width, layers, heads, keys, head, inner, vocabulary] = shape;
    json!({"architectures": [architecture], "vocab_size": vocabulary, "hidden_size": width, "num_hidden_layers": layers,
        "num_attention_heads": heads, "num_key_value_heads": keys, "head_dim": head, "intermediate_size": inner,
        "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 500_000.0, "max_position_embeddings": WINDOW,
        "tie_word_embeddings": tied, "torch_dtype": "bfloat16"})
}
