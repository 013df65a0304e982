//! Names and shapes of a checkpoint's tensors, as the hub has them.

use serde_json::{Value, json};

use crate::shapes::Kind;

pub type Tensors = Vec<(String, Vec<usize>)>;

pub fn of(kind: Kind, config: &Value) -> Tensors {
    match kind {
        Kind::Encoder => encoder(config),
        Kind::Decoder => decoder(config),
        Kind::Pictures => resnet(config),
        Kind::Speech => whisper(config),
    }
}

fn number(config: &Value, key: &str) -> usize {
    config[key].as_u64().and_then(|number| number.try_into().ok()).unwrap_or_default()
}

fn encoder(config: &Value) -> Tensors {
    let (width, inner) = (number(config, "hidden_size"), number(config, "intermediate_size"));
    let mut tensors = Tensors::new();
    let mut table =
        |name: &str, rows| tensors.push((format!("embeddings.{name}_embeddings.weight"), vec![rows, width]));
    table("word", number(config, "vocab_size"));
    table("position", number(config, "max_position_embeddings"));
    table("token_type", number(config, "type_vocab_size"));
    let mut pair = |name: String, shape: Vec<usize>| {
        tensors.push((format!("{name}.bias"), vec![shape[0]]));
        tensors.push((format!("{name}.weight"), shape));
    };
    pair("embeddings.LayerNorm".to_owned(), vec![width]);
    for layer in 0..number(config, "num_hidden_layers") {
        let at = |name: &str| format!("encoder.layer.{layer}.{name}");
        for part in ["query", "key", "value"] {
            pair(at(&format!("attention.self.{part}")), vec![width, width]);
        }
        pair(at("attention.output.dense"), vec![width, width]);
        pair(at("attention.output.LayerNorm"), vec![width]);
        pair(at("intermediate.dense"), vec![inner, width]);
        pair(at("output.dense"), vec![width, inner]);
        pair(at("output.LayerNorm"), vec![width]);
    }
    tensors
}

fn decoder(config: &Value) -> Tensors {
    let (width, inner) = (number(config, "hidden_size"), number(config, "intermediate_size"));
    let (head, vocabulary) = (number(config, "head_dim"), number(config, "vocab_size"));
    let (queries, keys) = (number(config, "num_attention_heads") * head, number(config, "num_key_value_heads") * head);
    let mut tensors = vec![
        ("model.embed_tokens.weight".to_owned(), vec![vocabulary, width]),
        ("model.norm.weight".to_owned(), vec![width]),
    ];
    if config["tie_word_embeddings"] == json!(false) {
        tensors.push(("lm_head.weight".to_owned(), vec![vocabulary, width]));
    }
    for layer in 0..number(config, "num_hidden_layers") {
        let mut add =
            |name: &str, shape: Vec<usize>| tensors.push((format!("model.layers.{layer}.{name}.weight"), shape));
        add("input_layernorm", vec![width]);
        add("post_attention_layernorm", vec![width]);
        add("self_attn.q_proj", vec![queries, width]);
        add("self_attn.k_proj", vec![keys, width]);
        add("self_attn.v_proj", vec![keys, width]);
        add("self_attn.o_proj", vec![width, queries]);
        add("mlp.gate_proj", vec![inner, width]);
        add("mlp.up_proj", vec![inner, width]);
        add("mlp.down_proj", vec![width, inner]);
        if config["architectures"][0] == "Qwen3ForCausalLM" {
            add("self_attn.q_norm", vec![head]);
            add("self_attn.k_norm", vec![head]);
        }
    }
    tensors
}

fn resnet(config: &Value) -> Tensors {
    let mut tensors = Tensors::new();
    let mut convolution = |name: String, outputs: usize, inputs: usize, kernel: usize| {
        tensors.push((format!("{name}.convolution.weight"), vec![outputs, inputs, kernel, kernel]));
        for part in ["weight", "bias", "running_mean", "running_var"] {
            tensors.push((format!("{name}.normalization.{part}"), vec![outputs]));
        }
    };
    let numbers = |key: &str| -> Vec<usize> {
        let numbers = config[key].as_array().into_iter().flatten();
        numbers.filter_map(|number| number.as_u64()?.try_into().ok()).collect()
    };
    let mut channels = number(config, "embedding_size");
    convolution("resnet.embedder.embedder".to_owned(), channels, 3, 7);
    for (stage, (size, depth)) in numbers("hidden_sizes").into_iter().zip(numbers("depths")).enumerate() {
        for layer in 0..depth {
            let at = format!("resnet.encoder.stages.{stage}.layers.{layer}");
            if layer == 0 {
                convolution(format!("{at}.shortcut"), size, channels, 1);
            }
            convolution(format!("{at}.layer.0"), size / 4, channels, 1);
            convolution(format!("{at}.layer.1"), size / 4, size / 4, 3);
            convolution(format!("{at}.layer.2"), size, size / 4, 1);
            channels = size;
        }
    }
    let classes = config["id2label"].as_object().map_or(0, serde_json::Map::len);
    tensors.extend([
        ("classifier.1.weight".to_owned(), vec![classes, channels]),
        ("classifier.1.bias".to_owned(), vec![classes]),
    ]);
    tensors
}

fn whisper(config: &Value) -> Tensors {
    let width = number(config, "d_model");
    let mut tensors = Tensors::new();
    let mut add = |name: String, shape: Vec<usize>| tensors.push((name, shape));
    for (name, inputs) in [("conv1", number(config, "num_mel_bins")), ("conv2", width)] {
        add(format!("model.encoder.{name}.weight"), vec![width, inputs, 3]);
        add(format!("model.encoder.{name}.bias"), vec![width]);
    }
    let places = [("encoder", "max_source_positions"), ("decoder", "max_target_positions")];
    for (part, key) in places {
        add(format!("model.{part}.embed_positions.weight"), vec![number(config, key), width]);
    }
    add("model.decoder.embed_tokens.weight".to_owned(), vec![number(config, "vocab_size"), width]);
    for part in ["encoder", "decoder"] {
        let inner = number(config, &format!("{part}_ffn_dim"));
        let attentions: &[&str] = if part == "decoder" { &["self_attn", "encoder_attn"] } else { &["self_attn"] };
        let mut norms = vec![format!("model.{part}.layer_norm")];
        for layer in 0..number(config, &format!("{part}_layers")) {
            let at = format!("model.{part}.layers.{layer}");
            for attention in attentions {
                norms.push(format!("{at}.{attention}_layer_norm"));
                for projection in ["q", "k", "v", "out"] {
                    add(format!("{at}.{attention}.{projection}_proj.weight"), vec![width, width]);
                    if projection != "k" {
                        add(format!("{at}.{attention}.{projection}_proj.bias"), vec![width]);
                    }
                }
            }
            norms.push(format!("{at}.final_layer_norm"));
            for (name, outputs, inputs) in [("fc1", inner, width), ("fc2", width, inner)] {
                add(format!("{at}.{name}.weight"), vec![outputs, inputs]);
                add(format!("{at}.{name}.bias"), vec![outputs]);
            }
        }
        for norm in norms {
            add(format!("{norm}.weight"), vec![width]);
            add(format!("{norm}.bias"), vec![width]);
        }
    }
    tensors
}
