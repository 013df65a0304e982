//! The encoders against `transformers`, on the tiny random checkpoints that `models/recipes/parity/bert.py` and
//! `encoder.py` recorded.

use std::path::PathBuf;

use candle_core::{DType, Device};
use safetensors::SafeTensors;

use super::bert::{BertConfig, BertForward};
use super::cpu::{CpuEncoder, Forward};
use super::device::{DeviceBert, DeviceEncoder, DeviceGated};
use super::gated::{self, GatedForward};
use super::head::Head;
use super::sentence::Architecture;
use crate::engine::backend::{Encoder, EncoderOutput, Pooling, TokenBatch};
use crate::engine::checkpoints::Checkpoint;
use crate::engine::device::place::Place;
use crate::engine::kernels::Isa;

fn recorded(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(name)
}

pub fn folder() -> PathBuf {
    recorded("bert")
}

fn checkpoint(name: &str) -> Checkpoint {
    Checkpoint::folder("parity", recorded(name))
}

/// What `expected.safetensors` of a checkpoint holds, text by text.
struct Expected(Vec<u8>);

impl Expected {
    fn of(name: &str) -> Self {
        Self(std::fs::read(recorded(name).join("expected.safetensors")).unwrap())
    }

    fn floats(&self, name: &str) -> Option<Vec<f32>> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = file.tensor(name).ok()?;
        Some(tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    fn whole(&self, name: &str) -> Option<Vec<u32>> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = file.tensor(name).ok()?;
        Some(tensor.data().as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes) as u32).collect())
    }

    /// The ids of each text, and where its second begins.
    fn texts(&self) -> Vec<(Vec<u32>, usize)> {
        let text = |index: usize| {
            let ids = self.whole(&format!("{index}.ids"))?;
            let second = self.whole(&format!("{index}.second")).map_or(ids.len(), |second| second[0] as usize);
            Some((ids, second))
        };
        (0..).map_while(text).collect()
    }

    /// `what` of all texts, one behind the other.
    fn all(&self, what: &str) -> Vec<f32> {
        (0..).map_while(|index| self.floats(&format!("{index}.{what}"))).flatten().collect()
    }
}

fn bert(checkpoint: &Checkpoint, isa: Isa) -> CpuEncoder<BertForward> {
    let (config, mut spec) = BertConfig::read(checkpoint).unwrap();
    let tensors = checkpoint.tensors().unwrap();
    let head = Head::load(checkpoint, &tensors, &mut spec, isa).unwrap();
    CpuEncoder::new(spec, BertForward::load(&config, &tensors, isa).unwrap(), head)
}

pub fn candle(checkpoint: &Checkpoint) -> DeviceEncoder<DeviceBert> {
    candle_in(checkpoint, DType::F32)
}

fn candle_in(checkpoint: &Checkpoint, dtype: DType) -> DeviceEncoder<DeviceBert> {
    let (config, mut spec) = BertConfig::read(checkpoint).unwrap();
    let tensors = checkpoint.tensors().unwrap();
    let head = Head::load(checkpoint, &tensors, &mut spec, Isa::best()).unwrap();
    let forward = DeviceBert::load(&config, &tensors, Place { device: Device::Cpu, dtype }).unwrap();
    DeviceEncoder::new(spec, forward, head)
}

fn gated(checkpoint: &Checkpoint, isa: Isa) -> CpuEncoder<GatedForward> {
    let model_type = Architecture::read(checkpoint).unwrap().model_type;
    let family = gated::Family::of(model_type.as_deref()).unwrap();
    let tensors = checkpoint.tensors().unwrap();
    let (net, mut spec) = gated::load(family, checkpoint, &tensors, isa).unwrap();
    let head = Head::load(checkpoint, &tensors, &mut spec, isa).unwrap();
    CpuEncoder::new(spec, GatedForward::new(net, isa), head)
}

fn gated_candle(checkpoint: &Checkpoint, dtype: DType) -> DeviceEncoder<DeviceGated> {
    let model_type = Architecture::read(checkpoint).unwrap().model_type;
    let family = gated::Family::of(model_type.as_deref()).unwrap();
    let tensors = checkpoint.tensors().unwrap();
    let (net, mut spec) = gated::load(family, checkpoint, &tensors, Isa::best()).unwrap();
    let head = Head::load(checkpoint, &tensors, &mut spec, Isa::best()).unwrap();
    DeviceEncoder::new(spec, DeviceGated::new(net, Place { device: Device::Cpu, dtype }).unwrap(), head)
}

/// Greatest difference over the root mean square: 5e-5 is five times the noise of two f32 implementations.
fn assert_parity(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let rms = (expected.iter().map(|x| x * x).sum::<f32>() / expected.len() as f32).sqrt();
    let difference = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(rms > 0.0 && difference / rms < 5e-5, "{what}: {}", difference / rms);
}

/// All texts of a recorded checkpoint, together and each alone.
fn assert_answers(encoder: &mut dyn Encoder, expected: &Expected, what: &str) {
    let (spec, texts) = (encoder.spec().clone(), expected.texts());
    let (kind, width) = match spec.output {
        EncoderOutput::Vector => ("vector", spec.dimensions),
        EncoderOutput::Logits => ("logits", spec.dimensions),
    };
    let answers = expected.all(kind);
    assert!(texts.len() >= 6 && answers.len() == texts.len() * width, "{what}");
    let mut batch = TokenBatch::default();
    texts.iter().for_each(|(ids, second)| batch.push_pair(ids, *second));
    let together = encoder.encode(&batch, &vec![spec.pooling; texts.len()]).unwrap();
    assert_parity(&together, &answers, what);
    for (row, (ids, second)) in texts.iter().enumerate() {
        let mut alone = TokenBatch::default();
        alone.push_pair(ids, *second);
        let answer = encoder.encode(&alone, &[spec.pooling]).unwrap();
        assert_parity(&answer, &together[row * width..(row + 1) * width], what);
    }
}

fn assert_states<F: Forward>(encoder: &CpuEncoder<F>, expected: &Expected, what: &str) {
    for (index, (ids, _)) in expected.texts().iter().enumerate() {
        let hidden = expected.floats(&format!("{index}.hidden")).unwrap();
        assert_parity(&encoder.hidden_states(ids).unwrap(), &hidden, what);
    }
}

#[test]
fn the_bert_family_agrees_on_every_instruction_set() {
    for name in ["xlm-roberta", "distilbert", "xlm-roberta-reranker", "bert-reranker", "distilbert-classifier"] {
        let (checkpoint, expected) = (checkpoint(name), Expected::of(name));
        for isa in Isa::all() {
            let what = format!("{name}, {}", isa.name());
            let mut encoder = bert(&checkpoint, isa);
            if encoder.spec().output == EncoderOutput::Vector {
                assert_states(&encoder, &expected, &what);
            }
            assert_answers(&mut encoder, &expected, &what);
        }
        assert_answers(&mut candle(&checkpoint), &expected, &format!("{name}, candle"));
    }
}

#[test]
fn the_gated_families_agree_on_every_instruction_set() {
    let names = ["modernbert", "nomic", "nomic-published", "gemma3-embed", "qwen3-embed", "modernbert-reranker"];
    for name in names {
        let (checkpoint, expected) = (checkpoint(name), Expected::of(name));
        for isa in Isa::all() {
            let what = format!("{name}, {}", isa.name());
            let mut encoder = gated(&checkpoint, isa);
            if encoder.spec().output == EncoderOutput::Vector {
                assert_states(&encoder, &expected, &what);
            }
            assert_answers(&mut encoder, &expected, &what);
        }
        assert_answers(&mut gated_candle(&checkpoint, DType::F32), &expected, &format!("{name}, candle"));
    }
}

#[test]
fn what_a_checkpoint_says_of_itself_is_read() {
    let spec = |name: &str| {
        let checkpoint = checkpoint(name);
        let options = crate::engine::queue::QueueOptions::default();
        super::EmbeddingModel::load(&checkpoint, &Device::Cpu, &options).unwrap().spec().clone()
    };
    let all = [
        ("xlm-roberta", 48, 40, Pooling::Cls, EncoderOutput::Vector),
        ("xlm-roberta-reranker", 1, 40, Pooling::Cls, EncoderOutput::Logits),
        ("distilbert", 48, 40, Pooling::Mean, EncoderOutput::Vector),
        ("distilbert-classifier", 2, 40, Pooling::Cls, EncoderOutput::Logits),
        ("gemma3-embed", 32, 64, Pooling::Mean, EncoderOutput::Vector),
        ("qwen3-embed", 48, 64, Pooling::Last, EncoderOutput::Vector),
    ];
    for (name, dimensions, max_tokens, pooling, output) in all {
        let found = spec(name);
        let found = (found.dimensions, found.max_tokens, found.pooling, found.output);
        assert_eq!(found, (dimensions, max_tokens, pooling, output), "{name}");
    }
}

#[test]
fn our_forward_agrees_on_every_instruction_set() {
    let expected = Expected::of("bert");
    for isa in Isa::all() {
        let mut encoder = bert(&checkpoint("bert"), isa);
        assert_states(&encoder, &expected, isa.name());
        assert_vectors(&mut encoder, isa.name());
    }
}

#[test]
fn candles_forward_agrees() {
    let (mut encoder, expected) = (candle(&checkpoint("bert")), Expected::of("bert"));
    for (index, (ids, _)) in expected.texts().iter().enumerate() {
        let hidden = expected.floats(&format!("{index}.hidden")).unwrap();
        assert_parity(&encoder.hidden_states(ids).unwrap(), &hidden, "candle");
    }
    assert_vectors(&mut encoder, "candle");
}

/// Of numbers of eight bits: near what `transformers` gives in f32, and not the same.
#[test]
fn candles_forward_in_bf16_is_near() {
    for name in ["bert", "xlm-roberta", "distilbert", "modernbert", "nomic", "gemma3-embed", "qwen3-embed"] {
        let (checkpoint, expected) = (checkpoint(name), Expected::of(name));
        let family = gated::Family::of(Architecture::read(&checkpoint).unwrap().model_type.as_deref());
        let mut encoder: Box<dyn Encoder> = match family {
            None => Box::new(candle_in(&checkpoint, DType::BF16)),
            Some(_) => Box::new(gated_candle(&checkpoint, DType::BF16)),
        };
        let (spec, texts) = (encoder.spec().clone(), expected.texts());
        let kind = if name == "bert" { "mean" } else { "vector" };
        for (index, (ids, second)) in texts.iter().enumerate() {
            let mut batch = TokenBatch::default();
            batch.push_pair(ids, *second);
            let found = encoder.encode(&batch, &[spec.pooling]).unwrap();
            let expected = expected.floats(&format!("{index}.{kind}")).unwrap();
            let cosine: f32 = found.iter().zip(&expected).map(|(a, b)| a * b).sum();
            println!("{name} {index}: cosine {cosine:.6}");
            assert!(found != expected && cosine > 0.998, "{name} {index}: cosine {cosine}");
        }
    }
}

/// Both poolings in one batch.
fn assert_vectors(encoder: &mut dyn Encoder, what: &str) {
    let expected = Expected::of("bert");
    let (mut batch, mut pooling, mut vectors) = (TokenBatch::default(), Vec::new(), Vec::new());
    for (index, (ids, _)) in expected.texts().iter().enumerate() {
        for (how, name) in [(Pooling::Mean, "mean"), (Pooling::Cls, "cls")] {
            batch.push(ids);
            pooling.push(how);
            vectors.extend(expected.floats(&format!("{index}.{name}")).unwrap());
        }
    }
    let found = encoder.encode(&batch, &pooling).unwrap();
    assert_parity(&found, &vectors, what);
    // A text's vector does not depend on what it is computed with.
    for (row, ids) in batch.rows().enumerate() {
        let mut alone = TokenBatch::default();
        alone.push(ids);
        let vector = encoder.encode(&alone, &pooling[row..=row]).unwrap();
        assert_parity(&vector, &vectors[row * 48..(row + 1) * 48], what);
    }
}

#[test]
fn the_lengths_that_break_things_are_there() {
    let lengths: Vec<usize> = Expected::of("bert").texts().iter().map(|(ids, _)| ids.len()).collect();
    assert!([1, 2, 7, 40].iter().all(|length| lengths.contains(length)), "{lengths:?}");
}

#[test]
fn a_vector_is_the_same_bits_alone_and_in_any_batch() {
    let mut encoder = bert(&checkpoint("bert"), Isa::best());
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
