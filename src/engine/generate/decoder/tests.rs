use std::time::Instant;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value as Json, json};

use super::*;

/// A checkpoint of random weights in a folder of its own.
struct Random {
    folder: tempfile::TempDir,
}

impl Random {
    fn new(changes: Json) -> Self {
        let mut config = json!({"architectures": ["LlamaForCausalLM"], "vocab_size": 61, "hidden_size": 32,
            "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "max_position_embeddings": 64, "tie_word_embeddings": true});
        for (key, value) in changes.as_object().unwrap() {
            config[key] = value.clone();
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        let random = Self { folder };
        let config = Config::load(&random.checkpoint()).unwrap();
        std::fs::write(random.folder.path().join("model.safetensors"), weights(&config)).unwrap();
        random
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint::folder("random", self.folder.path())
    }

    fn all(&self) -> Vec<Box<dyn Decoder>> {
        all(&self.checkpoint(), 4)
    }
}

fn on_cpu(dtype: DType) -> Place {
    Place { device: Device::Cpu, dtype }
}

/// Candle's operations on the CPU, and the plain loops for every instruction set of this machine.
pub fn all(checkpoint: &Checkpoint, slots: usize) -> Vec<Box<dyn Decoder>> {
    let config = Config::load(checkpoint).unwrap();
    let tensors = checkpoint.tensors().unwrap();
    let weights = Weights::new(&tensors, &config);
    let spec = spec(&config, slots, KV_MEMORY, DType::F32);
    let candle = DeviceDecoder::load(config.clone(), spec.clone(), &weights, on_cpu(DType::F32)).unwrap();
    let mut all: Vec<Box<dyn Decoder>> = vec![Box::new(candle)];
    for isa in Isa::all() {
        all.push(Box::new(CpuDecoder::load((isa, Arithmetic::Float), config.clone(), spec.clone(), &weights).unwrap()));
    }
    all
}

/// Candle's operations on the CPU in bf16, as a GPU computes checkpoints that are stored so.
pub fn in_halves(checkpoint: &Checkpoint, slots: usize) -> DeviceDecoder {
    let config = Config::load(checkpoint).unwrap();
    let tensors = checkpoint.tensors().unwrap();
    let weights = Weights::new(&tensors, &config);
    let spec = spec(&config, slots, KV_MEMORY, DType::BF16);
    DeviceDecoder::load(config.clone(), spec, &weights, on_cpu(DType::BF16)).unwrap()
}

/// Integer arithmetic with every instruction set of this machine.
pub fn in_integers(checkpoint: &Checkpoint, slots: usize) -> Vec<Box<dyn Decoder>> {
    let config = Config::load(checkpoint).unwrap();
    let tensors = checkpoint.tensors().unwrap();
    let weights = Weights::new(&tensors, &config);
    let spec = spec(&config, slots, KV_MEMORY, DType::F32);
    let load = |isa| CpuDecoder::load((isa, Arithmetic::Integer), config.clone(), spec.clone(), &weights).unwrap();
    Isa::all().into_iter().map(|isa| Box::new(load(isa)) as Box<dyn Decoder>).collect()
}

fn weights(config: &Config) -> Vec<u8> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    let mut add = |name: String, shape: Vec<usize>, scale: f32, offset: f32| {
        let mut number = || {
            let sum: f32 = (0..4).map(|_| (random.next_u32() >> 8) as f32 / (1 << 24) as f32 - 0.5).sum();
            sum * scale + offset
        };
        let bytes = (0..shape.iter().product()).flat_map(|_| number().to_le_bytes()).collect();
        tensors.push((name, shape, bytes));
    };
    let Config { hidden, intermediate, heads, kv_heads, head_dim, vocab_size, .. } = *config;
    add("model.embed_tokens.weight".into(), vec![vocab_size, hidden], 1.0, 0.0);
    if !config.is_tied {
        add("lm_head.weight".into(), vec![vocab_size, hidden], 0.3, 0.0);
    }
    add("model.norm.weight".into(), vec![hidden], 0.2, 1.0);
    for layer in 0..config.layers.len() {
        let name = |part: &str| format!("model.layers.{layer}.{part}");
        for norm in ["input_layernorm.weight", "post_attention_layernorm.weight"] {
            add(name(norm), vec![hidden], 0.2, 1.0);
        }
        for (part, outputs, inputs, has_bias) in [
            ("self_attn.q_proj", heads * head_dim, hidden, config.has_qkv_bias),
            ("self_attn.k_proj", kv_heads * head_dim, hidden, config.has_qkv_bias),
            ("self_attn.v_proj", kv_heads * head_dim, hidden, config.has_qkv_bias),
            ("self_attn.o_proj", hidden, heads * head_dim, config.has_output_bias),
            ("mlp.gate_proj", intermediate, hidden, config.has_mlp_bias),
            ("mlp.up_proj", intermediate, hidden, config.has_mlp_bias),
            ("mlp.down_proj", hidden, intermediate, config.has_mlp_bias),
        ] {
            add(name(&format!("{part}.weight")), vec![outputs, inputs], 1.5 / (inputs as f32).sqrt(), 0.0);
            if has_bias {
                add(name(&format!("{part}.bias")), vec![outputs], 0.5, 0.0);
            }
        }
    }
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    safetensors::serialize(views, None).unwrap()
}

fn tokens(count: usize) -> Vec<u32> {
    (0..count as u32).map(|index| (index * 37 + 11) % 61).collect()
}

fn assert_close(actual: &[f32], expected: &[f32]) {
    let rms = (expected.iter().map(|x| x * x).sum::<f32>() / expected.len() as f32).sqrt();
    let worst = actual.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= 5e-5 * rms, "differs by {worst} at an rms of {rms}");
}

#[test]
fn plain_loops_and_candle_agree() {
    let shapes = [
        json!({}),
        json!({"tie_word_embeddings": false, "attention_bias": true, "mlp_bias": true}),
        json!({"architectures": ["Qwen2ForCausalLM"], "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 20}),
        json!({"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32}}),
    ];
    for shape in shapes {
        let [candle, plain @ ..] = &mut *Random::new(shape).all() else { panic!("nothing to compare") };
        let tokens = tokens(40);
        let rounds = [
            [
                Step { slot: 1, position: 0, tokens: &tokens[..23], adapter: None },
                Step { slot: 0, position: 0, tokens: &tokens[..1], adapter: None },
                Step { slot: 3, position: 0, tokens: &tokens[5..9], adapter: None },
            ],
            [
                Step { slot: 3, position: 4, tokens: &tokens[9..10], adapter: None },
                Step { slot: 1, position: 23, tokens: &tokens[23..40], adapter: None },
                Step { slot: 0, position: 1, tokens: &tokens[1..2], adapter: None },
            ],
        ];
        for steps in rounds {
            let expected = candle.forward(&steps).unwrap();
            for plain in plain.iter_mut() {
                assert_close(&plain.forward(&steps).unwrap(), &expected);
            }
        }
    }
}

#[test]
fn a_result_depends_neither_on_company_nor_on_chunks() {
    let tokens = tokens(40);
    for (index, mut decoder) in Random::new(json!({})).all().into_iter().enumerate() {
        let mut alone = Vec::new();
        for position in 30..40 {
            let start = if position == 30 { 0 } else { position };
            let step = Step { slot: 2, position: start, tokens: &tokens[start..=position], adapter: None };
            alone.push(decoder.forward(&[step]).unwrap());
        }
        for position in 30..40 {
            let start = if position == 30 { 0 } else { position };
            let together = [
                Step { slot: 0, position: 0, tokens: &tokens[..position % 5 + 1], adapter: None },
                Step { slot: 1, position: start, tokens: &tokens[start..=position], adapter: None },
                Step { slot: 3, position: 0, tokens: &tokens[3..4], adapter: None },
            ];
            let vocab_size = decoder.spec().vocab_size;
            let logits = decoder.forward(&together).unwrap();
            assert_eq!(logits[vocab_size..2 * vocab_size], alone[position - 30]);
        }
        if index > 0 {
            for chunk in tokens[..31].chunks(7).enumerate() {
                let step = Step { slot: 0, position: chunk.0 * 7, tokens: chunk.1, adapter: None };
                let logits = decoder.forward(&[step]).unwrap();
                if chunk.0 == 4 {
                    assert_eq!(logits, alone[0]);
                }
            }
        }
    }
}

/// Slots whose tokens attend over numbers of positions of different sizes, with a window and without.
#[test]
fn single_tokens_attend_over_spans_of_their_own() {
    for shape in [json!({}), json!({"architectures": ["MistralForCausalLM"], "sliding_window": 50})] {
        let random = Random::new(shape.as_object().unwrap().iter().fold(
            json!({"max_position_embeddings": 300}),
            |mut all, (key, value)| {
                all[key] = value.clone();
                all
            },
        ));
        let [candle, plain @ ..] = &mut *random.all() else { panic!("nothing to compare") };
        let tokens = tokens(290);
        // Two of one span, one of the next, one of the last, which is cut at the context's end.
        let lengths = [5, 100, 130, 270];
        let prompts = |slot: usize| Step { slot, position: 0, tokens: &tokens[..lengths[slot]], adapter: None };
        let next = |slot: usize, more: usize| {
            let position = lengths[slot] + more;
            Step { slot, position, tokens: &tokens[position..=position], adapter: None }
        };
        let vocab_size = candle.spec().vocab_size;
        // Token by token, of each slot.
        let mut alone = vec![Vec::new(); 3];
        for slot in 0..4 {
            candle.forward(&[prompts(slot)]).unwrap();
            for (more, alone) in alone.iter_mut().enumerate() {
                alone.push(candle.forward(&[next(slot, more)]).unwrap());
            }
        }
        for decoder in std::iter::once(&mut *candle).chain(plain.iter_mut().map(|decoder| &mut *decoder)) {
            decoder.forward(&[3, 0, 2, 1].map(prompts)).unwrap();
        }
        for (more, alone) in alone.iter().enumerate() {
            let steps = [2, 0, 3, 1].map(|slot| next(slot, more));
            let together = candle.forward(&steps).unwrap();
            for (step, logits) in steps.iter().zip(together.chunks_exact(vocab_size)) {
                assert_eq!(logits, alone[step.slot]);
            }
            for plain in plain.iter_mut() {
                assert_close(&plain.forward(&steps).unwrap(), &together);
            }
        }
    }
}

#[test]
fn steps_that_do_not_fit_are_refused() {
    for mut decoder in Random::new(json!({})).all() {
        let tokens = tokens(65);
        for (slot, position, tokens) in [
            (4, 0, &tokens[..1]),
            (0, 64, &tokens[..1]),
            (0, usize::MAX, &tokens[..1]),
            (0, 0, &tokens),
            (0, 0, &[]),
            (0, 0, &[61]),
        ] {
            assert!(decoder.forward(&[Step { slot, position, tokens, adapter: None }]).is_err());
        }
        let step = Step { slot: 0, position: 0, tokens: &tokens[..1], adapter: None };
        assert!(decoder.forward(&[step, step]).is_err());
        assert!(decoder.forward(&[]).unwrap().is_empty());
    }
}

#[test]
fn damaged_checkpoints_are_named() {
    let random = Random::new(json!({}));
    let reason = |random: &Random| match load(&random.checkpoint(), &Device::Cpu, &QueueOptions::default()) {
        Err(failure @ Failure::Checkpoint { .. }) => failure.to_string(),
        other => panic!("{:?}", other.map(|(decoder, _)| decoder.spec().clone())),
    };
    let path = random.folder.path().join("config.json");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, config.replace("\"vocab_size\":61", "\"vocab_size\":62")).unwrap();
    assert!(reason(&random).contains("model.embed_tokens.weight"));
    std::fs::write(&path, config.replace("\"num_hidden_layers\":2", "\"num_hidden_layers\":3")).unwrap();
    assert!(reason(&random).contains("model.layers.2"));
    std::fs::remove_file(random.folder.path().join("model.safetensors")).unwrap();
    assert!(reason(&random).contains("model.safetensors"));
}

/// `cargo test --release --lib generate::decoder::tests::speed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, not a test"]
fn speed_of_the_bundled_shape() {
    let random = Random::new(json!({"vocab_size": 4096, "hidden_size": 192, "intermediate_size": 512,
        "num_hidden_layers": 5, "num_attention_heads": 6, "num_key_value_heads": 2, "max_position_embeddings": 2048}));
    let prompt: Vec<u32> = (0..512).map(|index| index * 7 % 4096).collect();
    let names = std::iter::once("Candle".to_owned()).chain(Isa::all().into_iter().map(|isa| isa.name().to_owned()));
    for (name, mut decoder) in names.zip(all(&random.checkpoint(), 8)) {
        let mut rates = Vec::new();
        for _ in 0..3 {
            let start = Instant::now();
            for (index, tokens) in prompt.chunks(128).enumerate() {
                decoder.forward(&[Step { slot: 0, position: index * 128, tokens, adapter: None }]).unwrap();
            }
            rates.push(512.0 / start.elapsed().as_secs_f64());
        }
        println!("{name}: prefill of 512 {:.0} tokens/s", rates.iter().copied().fold(0.0, f64::max));
        for streams in [1, 8] {
            let start = Instant::now();
            for position in 0..256 {
                let steps: Vec<_> = (0..streams)
                    .map(|slot| Step { slot, position, tokens: &prompt[position..=position], adapter: None })
                    .collect();
                decoder.forward(&steps).unwrap();
            }
            let rate = (256 * streams) as f64 / start.elapsed().as_secs_f64();
            println!("{name}: decode of {streams} streams {rate:.0} tokens/s");
        }
    }
}

#[test]
fn caches_keep_to_their_budget() {
    let tiny = Config::load(&super::parity::Recorded::read("llama-tied").checkpoint).unwrap();
    let of = |layers: usize, kv_heads, head_dim, max_positions| {
        let layers = vec![tiny.layers[0]; layers];
        let config = Config { layers, kv_heads, head_dim, max_positions, ..tiny.clone() };
        spec(&config, QueueOptions::default().slots, KV_MEMORY, DType::F32)
    };
    let asked = QueueOptions::default().slots;
    // A small model is limited by its own window, a 1B one has long contexts, an 8B one fewer slots.
    let small = of(2, 2, 16, 512);
    assert_eq!((small.slots, small.context), (asked, 512));
    let medium = of(16, 8, 64, 131_072);
    assert_eq!((medium.slots, medium.context), (asked, 8192));
    let large = of(32, 8, 128, 131_072);
    assert_eq!((large.slots, large.context), (2, 8192));
    let huge = of(80, 64, 128, 8192);
    assert_eq!((huge.slots, huge.context), (1, 819));
    for (spec, bytes) in [(medium, 16 * 2 * 8 * 64 * 4), (large, 32 * 2 * 8 * 128 * 4), (huge, 80 * 2 * 64 * 128 * 4)] {
        assert!(spec.slots * spec.context * bytes <= KV_MEMORY << 20, "{spec:?}");
    }
}
