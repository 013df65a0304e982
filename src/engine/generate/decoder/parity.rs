//! Logits beside those that `models/recipes/parity/decoder.py` recorded from Transformers, family by family.

use super::tests::all;
use super::*;

/// How far a logit may be off, in parts of the logits' root mean square; the recorded ones are between 0.3 and 3.
const TOLERANCE: f32 = 5e-5;

/// One recorded checkpoint.
pub struct Recorded {
    pub checkpoint: Checkpoint,
    pub prompt: usize,
    pub tokens: Vec<u32>,
    /// `vocab_size` numbers for the prompt and for each token behind it.
    pub logits: Vec<f32>,
    first: Vec<f32>,
}

impl Recorded {
    pub fn read(name: &str) -> Self {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(name);
        let bytes = std::fs::read(folder.join("expected.safetensors")).unwrap();
        let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
        let prompt = header.metadata().as_ref().unwrap()["prompt"].parse().unwrap();
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let numbers = |name: &str| -> Vec<f32> {
            tensors.tensor(name).unwrap().data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
        };
        Self {
            checkpoint: Checkpoint::folder(name, folder),
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

#[test]
fn logits_are_those_of_transformers() {
    for name in [
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
    ] {
        let recorded = Recorded::read(name);
        let mut worst: f32 = 0.0;
        for mut decoder in all(&recorded.checkpoint, 4) {
            let step = |position, tokens| Step { slot: 1, position, tokens };
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
        println!("{name}: off by {worst:.1e} of the rms");
        assert!(worst <= TOLERANCE, "{name}: off by {worst:e} of the rms");
    }
}
