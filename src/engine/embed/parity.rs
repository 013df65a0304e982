//! The encoder against `transformers`, on a tiny random BERT that `models/recipes/parity/bert.py` recorded.

use std::path::PathBuf;

use candle_core::Device;
use safetensors::SafeTensors;

use super::bert::BertConfig;
use super::candle::CandleBert;
use super::cpu::CpuBert;
use crate::engine::backend::{Encoder, Pooling, TokenBatch};
use crate::engine::checkpoints::Checkpoint;
use crate::engine::kernels::Isa;

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/parity/bert")
}

/// One recorded text.
struct Case {
    ids: Vec<u32>,
    /// `[tokens, hidden]`
    hidden: Vec<f32>,
    mean: Vec<f32>,
    cls: Vec<f32>,
}

fn cases() -> Vec<Case> {
    let bytes = std::fs::read(folder().join("expected.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let floats = |name: String| -> Vec<f32> {
        file.tensor(&name).unwrap().data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    };
    let ids = |index: usize| -> Option<Vec<u32>> {
        let tensor = file.tensor(&format!("{index}.ids")).ok()?;
        Some(tensor.data().as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes) as u32).collect())
    };
    (0..)
        .map_while(|index| {
            let of = |what: &str| floats(format!("{index}.{what}"));
            ids(index).map(|ids| Case { ids, hidden: of("hidden"), mean: of("mean"), cls: of("cls") })
        })
        .collect()
}

fn cpu(isa: Isa) -> CpuBert {
    let checkpoint = Checkpoint::folder("parity", folder());
    let (config, spec) = BertConfig::read(&checkpoint).unwrap();
    CpuBert::load(&config, spec, &checkpoint.tensors().unwrap(), isa).unwrap()
}

fn candle() -> CandleBert {
    let checkpoint = Checkpoint::folder("parity", folder());
    let (config, spec) = BertConfig::read(&checkpoint).unwrap();
    CandleBert::load(&config, spec, &checkpoint.tensors().unwrap(), &Device::Cpu).unwrap()
}

/// Greatest difference over the root mean square: 5e-5 is five times the noise of two f32 implementations.
fn assert_parity(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let rms = (expected.iter().map(|x| x * x).sum::<f32>() / expected.len() as f32).sqrt();
    let difference = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(difference / rms < 5e-5, "{what}: {}", difference / rms);
}

fn assert_vectors(encoder: &mut dyn Encoder, what: &str) {
    let cases = cases();
    let (mut batch, mut pooling, mut expected) = (TokenBatch::default(), Vec::new(), Vec::new());
    for case in &cases {
        for (how, vector) in [(Pooling::Mean, &case.mean), (Pooling::Cls, &case.cls)] {
            batch.push(&case.ids);
            pooling.push(how);
            expected.extend_from_slice(vector);
        }
    }
    let found = encoder.encode(&batch, &pooling).unwrap();
    assert_parity(&found, &expected, what);
    // A text's vector does not depend on what it is computed with.
    for (row, ids) in batch.rows().enumerate() {
        let mut alone = TokenBatch::default();
        alone.push(ids);
        let vector = encoder.encode(&alone, &pooling[row..=row]).unwrap();
        assert_parity(&vector, &expected[row * 48..(row + 1) * 48], what);
    }
}

#[test]
fn our_forward_agrees_on_every_instruction_set() {
    for isa in Isa::all() {
        let mut encoder = cpu(isa);
        for case in cases() {
            assert_parity(&encoder.hidden_states(&case.ids).unwrap(), &case.hidden, isa.name());
        }
        assert_vectors(&mut encoder, isa.name());
    }
}

#[test]
fn candles_forward_agrees() {
    let mut encoder = candle();
    for case in cases() {
        assert_parity(&encoder.hidden_states(&case.ids).unwrap(), &case.hidden, "candle");
    }
    assert_vectors(&mut encoder, "candle");
}

#[test]
fn the_lengths_that_break_things_are_there() {
    let lengths: Vec<usize> = cases().iter().map(|case| case.ids.len()).collect();
    assert!([1, 2, 7, 40].iter().all(|length| lengths.contains(length)), "{lengths:?}");
}

#[test]
fn a_vector_is_the_same_bits_alone_and_in_any_batch() {
    let mut encoder = cpu(Isa::best());
    let mut batch = TokenBatch::default();
    for row in 0..300u32 {
        let ids: Vec<u32> = (0..row % 37 + 1).map(|position| (row * 31 + position * 7) % 120).collect();
        batch.push(&ids);
    }
    let together = encoder.encode(&batch, &vec![Pooling::Mean; batch.len()]).unwrap();
    for (row, ids) in batch.rows().enumerate().step_by(23) {
        let mut alone = TokenBatch::default();
        alone.push(ids);
        assert_eq!(encoder.encode(&alone, &[Pooling::Mean]).unwrap(), together[row * 48..(row + 1) * 48]);
    }
}
