//! Logits beside those that `models/recipes/parity/decoder.py` recorded from Transformers, family by family.

use super::tests::{all, in_halves, in_integers};
use super::*;

/// How far a logit may be off, in parts of the logits' root mean square; the recorded ones are between 0.3 and 3.
const TOLERANCE: f32 = 5e-5;

/// How near logits in bf16 are to the recorded ones, at least, by the cosine of the angle between them.
const HALVES: f32 = 0.995;

/// One recorded checkpoint.
pub struct Recorded {
    pub checkpoint: Checkpoint,
    pub prompt: usize,
    pub tokens: Vec<u32>,
    /// `vocab_size` numbers for the prompt and for each token behind it.
    pub logits: Vec<f32>,
    first: Vec<f32>,
}

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity")
}

impl Recorded {
    pub fn read(name: &str) -> Self {
        Self::of(Checkpoint::folder(name, folder().join(name)), &format!("{name}/expected.safetensors"))
    }

    /// `file` is within tests/parity.
    fn of(checkpoint: Checkpoint, file: &str) -> Self {
        let bytes = std::fs::read(folder().join(file)).unwrap();
        let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
        let prompt = header.metadata().as_ref().unwrap()["prompt"].parse().unwrap();
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let numbers = |name: &str| -> Vec<f32> {
            tensors.tensor(name).unwrap().data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
        };
        Self {
            checkpoint,
            prompt,
            tokens: numbers("tokens").into_iter().map(|token| token as u32).collect(),
            logits: numbers("logits"),
            first: numbers("first"),
        }
    }
}

/// The greatest difference, in parts of the root mean square.
pub fn difference(actual: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(actual.len(), expected.len());
    let rms = (expected.iter().map(|x| x * x).sum::<f32>() / expected.len() as f32).sqrt();
    actual.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / rms
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// How far the decoders are off, at worst.
fn worst(recorded: &Recorded) -> f32 {
    let mut worst: f32 = 0.0;
    for mut decoder in all(&recorded.checkpoint, 4) {
        let step = |position, tokens| Step { slot: 1, position, tokens, adapter: None };
        let mut expected = recorded.logits.chunks_exact(decoder.spec().vocab_size);
        let prefill = decoder.forward(&[step(0, &recorded.tokens[..recorded.prompt])]).unwrap();
        worst = worst.max(difference(&prefill, expected.next().unwrap()));
        for position in recorded.prompt..recorded.tokens.len() {
            let logits = decoder.forward(&[step(position, &recorded.tokens[position..=position])]).unwrap();
            worst = worst.max(difference(&logits, expected.next().unwrap()));
        }
        assert_eq!(expected.next(), None);
        if !recorded.first.is_empty() {
            let first = decoder.forward(&[step(0, &recorded.tokens[..1])]).unwrap();
            worst = worst.max(difference(&first, &recorded.first));
        }
    }
    worst
}

const FAMILIES: [&str; 14] = [
    "llama-tied",
    "llama-untied",
    "llama-linear",
    "llama-yarn",
    "qwen2",
    "qwen3",
    "mistral",
    "gemma",
    "gemma2",
    "gemma3",
    "phi3",
    "phi3-long",
    "granite",
    "smollm3",
];

#[test]
fn logits_are_those_of_transformers() {
    for name in FAMILIES {
        let worst = worst(&Recorded::read(name));
        println!("{name}: off by {worst:.1e} of the rms");
        assert!(worst <= TOLERANCE, "{name}: off by {worst:e} of the rms");
    }
}

#[test]
fn gguf_gives_the_logits_of_the_numbers_that_it_holds() {
    for name in ["llama", "gemma3"] {
        let checkpoint = Checkpoint::open(name, folder().join(format!("gguf/{name}.gguf")));
        let worst = worst(&Recorded::of(checkpoint, &format!("gguf/{name}.safetensors")));
        println!("{name}: off by {worst:.1e} of the rms");
        assert!(worst <= TOLERANCE, "{name}: off by {worst:e} of the rms");
    }
}

/// Numbers of eight bits, from the weights on: what comes of them is near the recorded logits and not the same.
#[test]
fn bf16_is_near() {
    for name in FAMILIES {
        let recorded = Recorded::read(name);
        let mut decoder = in_halves(&recorded.checkpoint, 2);
        let step = |position, tokens| Step { slot: 1, position, tokens, adapter: None };
        let mut expected = recorded.logits.chunks_exact(decoder.spec().vocab_size);
        let mut actual = vec![decoder.forward(&[step(0, &recorded.tokens[..recorded.prompt])]).unwrap()];
        for position in recorded.prompt..recorded.tokens.len() {
            actual.push(decoder.forward(&[step(position, &recorded.tokens[position..=position])]).unwrap());
        }
        for actual in actual {
            let expected = expected.next().unwrap();
            let (off, cosine) = (difference(&actual, expected), cosine(&actual, expected));
            println!("{name}: off by {off:.1e} of the rms, cosine {cosine:.6}");
            assert!(off > 0.0 && cosine >= HALVES, "{name}: cosine {cosine}");
        }
    }
}

fn adapter(name: &str, config: &Config) -> crate::engine::adapter::Adapter {
    lora::load(&Checkpoint::folder(name, folder().join("lora").join(name)), config).unwrap()
}

/// The last logits with an adapter.
fn adapted(name: &str) -> Vec<f32> {
    let bytes = std::fs::read(folder().join("lora").join(name).join("expected.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let logits = tensors.tensor("logits").unwrap();
    logits.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

#[test]
fn every_family_that_takes_adapters_adds_them() {
    for name in ["mistral", "gemma"] {
        let base = Recorded::read(name);
        let adapter = adapter(name, &Config::load(&base.checkpoint).unwrap());
        for mut decoder in all(&base.checkpoint, 1) {
            let step = Step { slot: 0, position: 0, tokens: &base.tokens, adapter: Some(&adapter) };
            let off = difference(&decoder.forward(&[step]).unwrap(), &adapted(name));
            assert!(off <= TOLERANCE, "{name}: off by {off:e}");
        }
    }
}

#[test]
fn adapters_add_what_peft_would_and_share_a_batch() {
    let base = Recorded::read("llama-tied");
    let config = Config::load(&base.checkpoint).unwrap();
    let names = ["narrow", "wide"];
    let (adapters, expected) = (names.map(|name| adapter(name, &config)), names.map(adapted));
    let last = base.tokens.len() - 1;
    let chosen = [None, Some(&adapters[0]), Some(&adapters[1]), Some(&adapters[0])];
    for mut decoder in all(&base.checkpoint, 4) {
        let vocab_size = decoder.spec().vocab_size;
        let steps = |position: usize, end: usize| {
            [0, 1, 2, 3].map(|slot| Step { slot, position, tokens: &base.tokens[position..end], adapter: chosen[slot] })
        };
        decoder.forward(&steps(0, last)).unwrap();
        let together = decoder.forward(&steps(last, last + 1)).unwrap();
        let plain = base.logits.chunks_exact(vocab_size).last().unwrap();
        for (logits, expected) in
            together.chunks_exact(vocab_size).zip([plain, &expected[0], &expected[1], &expected[0]])
        {
            assert!(difference(logits, expected) <= TOLERANCE, "off by {:e}", difference(logits, expected));
        }
        assert_eq!(together[vocab_size..2 * vocab_size], together[3 * vocab_size..]);
        // Alone, and all at once.
        let alone = Step { slot: 1, position: 0, tokens: &base.tokens, adapter: Some(&adapters[1]) };
        assert!(difference(&decoder.forward(&[alone]).unwrap(), &expected[1]) <= TOLERANCE);
    }
}

#[test]
fn adapters_that_do_not_fit_are_named() {
    let config = Config::load(&Recorded::read("llama-tied").checkpoint).unwrap();
    let narrow = folder().join("lora/narrow");
    let whole = |file: &str| std::fs::read(narrow.join(file)).unwrap();
    let load = |json: serde_json::Value, weights: Vec<u8>, config: &Config| {
        let files = [(lora::CONFIG, json.to_string().into_bytes()), (lora::WEIGHTS, weights)];
        let files = files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.into())).collect();
        lora::load(&Checkpoint::memory("mine", files), config).map(|_| ()).map_err(|error| error.to_string())
    };
    let json: serde_json::Value = serde_json::from_slice(&whole(lora::CONFIG)).unwrap();
    load(json.clone(), whole(lora::WEIGHTS), &config).unwrap();
    for (key, value) in [
        ("peft_type", serde_json::json!("IA3")),
        ("r", serde_json::json!(0)),
        ("use_dora", serde_json::json!(true)),
        ("bias", serde_json::json!("all")),
        ("modules_to_save", serde_json::json!(["lm_head"])),
        ("rank_pattern", serde_json::json!({"q_proj": 2})),
    ] {
        let mut json = json.clone();
        json[key] = value;
        let error = load(json, whole(lora::WEIGHTS), &config).unwrap_err();
        assert!(error.contains(key) && error.contains(lora::CONFIG), "{error}");
    }
    let mut other = json.clone();
    other["r"] = serde_json::json!(5);
    assert!(load(other, whole(lora::WEIGHTS), &config).unwrap_err().contains("shape"));
    let weights = whole(lora::WEIGHTS);
    assert!(load(json.clone(), weights[..weights.len() / 2].to_vec(), &config).unwrap_err().contains("hint:"));
    let smaller = Config { hidden: 40, ..config.clone() };
    assert!(load(json.clone(), weights.clone(), &smaller).unwrap_err().contains("another model"));
    let shallow = Config { layers: config.layers[..1].to_vec(), ..config };
    assert!(load(json, weights, &shallow).unwrap_err().contains("no such matrix"));
}

/// llama.cpp multiplies rounded activations, as our integer arithmetic does, but not the same ones for every format, and
/// keeps keys and values in half precision: logits are alike and not the same.
#[test]
fn gguf_says_what_llama_cpp_makes_of_it() {
    let bytes = std::fs::read(folder().join("gguf/llama.cpp.safetensors")).unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let texts: serde_json::Value = serde_json::from_str(&header.metadata().as_ref().unwrap()["texts"]).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let numbers = |name: String| -> Vec<f32> {
        tensors.tensor(&name).unwrap().data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    };
    let best = |row: &[f32]| (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b]));
    for name in ["llama", "gemma3", "k-quants"] {
        let checkpoint = Checkpoint::open(name, folder().join(format!("gguf/{name}.gguf")));
        let tokenizer = checkpoint.tokenizer().unwrap();
        for pair in texts[name].as_array().unwrap() {
            let ids = tokenizer.encode_fast(pair[0].as_str().unwrap(), true).unwrap().get_ids().to_vec();
            assert_eq!(serde_json::json!(ids), pair[1], "{name}: {}", pair[0]);
        }
        let mut decoders = vec![(all(&checkpoint, 1).remove(1), "float")];
        decoders.extend(in_integers(&checkpoint, 1).into_iter().map(|decoder| (decoder, "integer")));
        for turn in 0..3 * decoders.len() {
            let (length, (decoder, arithmetic)) = ([1, 20, 40][turn % 3], &mut decoders[turn / 3]);
            let expected = numbers(format!("{name}.{length}"));
            let tokens: Vec<u32> = numbers(format!("{name}.{length}.tokens")).iter().map(|id| *id as u32).collect();
            let logits = decoder.forward(&[Step { slot: 0, position: 0, tokens: &tokens, adapter: None }]).unwrap();
            let total = logits.iter().map(|x| x.exp()).sum::<f32>().ln();
            let actual: Vec<f32> = logits.iter().map(|x| x - total).collect();
            let worst = actual.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            let mean = expected.iter().sum::<f32>() / expected.len() as f32;
            let squares = expected.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / expected.len() as f32;
            let worst = worst / squares.sqrt();
            println!("{name} {length} {arithmetic}: log probabilities off by {worst:.3} of their deviation");
            assert!(worst < 0.25 && best(&actual) == best(&expected), "{name} {length} {arithmetic}: {worst}");
        }
    }
}

/// What rounding activations costs, and that it costs the same on every instruction set, in chunks and in company.
#[test]
fn integer_arithmetic_is_close_to_floats_and_the_same_everywhere() {
    for name in ["llama", "gemma3", "k-quants"] {
        let checkpoint = Checkpoint::open(name, folder().join(format!("gguf/{name}.gguf")));
        let tokens: Vec<u32> = (0..48).map(|index| (index * 37 + 11) % 270).collect();
        let step =
            |slot, position: usize, end: usize| Step { slot, position, tokens: &tokens[position..end], adapter: None };
        let exact = all(&checkpoint, 1).remove(1).forward(&[step(0, 0, 48)]).unwrap();
        let mut first: Option<Vec<f32>> = None;
        for mut decoder in in_integers(&checkpoint, 3) {
            let whole = decoder.forward(&[step(0, 0, 48)]).unwrap();
            let off = difference(&whole, &exact);
            println!("{name}: off by {off:.1e} of the rms");
            let cosine = cosine(&whole, &exact);
            println!("{name}: cosine {cosine:.5}");
            assert!(off > 0.0 && cosine > 0.99, "{name}: off by {off:e} of the rms, cosine {cosine}");
            // The last bit of a float may turn a rounding: no further apart than from the floats.
            let first = first.get_or_insert_with(|| whole.clone());
            assert!(difference(&whole, first) <= off, "{name}: {:e}", difference(&whole, first));
            decoder.forward(&[step(1, 0, 20), step(2, 0, 31)]).unwrap();
            decoder.forward(&[step(2, 31, 47), step(1, 20, 47)]).unwrap();
            let together = decoder.forward(&[step(1, 47, 48), step(2, 47, 48)]).unwrap();
            assert!(together.chunks_exact(whole.len()).all(|logits| logits == whole), "{name}");
        }
    }
}
