//! The architectures against `transformers`, on the tiny random checkpoints that `models/recipes/parity/vision.py` recorded.

use std::path::PathBuf;
use std::time::Duration;

use candle_core::Device;
use safetensors::SafeTensors;

use super::body::Hardware;
use super::caption::Write;
use super::classify::Classify;
use super::conv::Map;
use super::detr::Detr;
use crate::clock::Deadline;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::kernels::Isa;
use crate::engine::queue::{Cancel, Ticket};

pub fn checkpoint(name: &str) -> Checkpoint {
    Checkpoint::folder(name, PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(name))
}

pub fn ticket() -> Ticket {
    Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() }
}

/// What `expected.safetensors` holds.
struct Expected(Vec<u8>);

impl Expected {
    fn of(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(name);
        Self(std::fs::read(folder.join("expected.safetensors")).unwrap())
    }

    fn shaped(&self, name: &str) -> Option<(Vec<usize>, Vec<f32>)> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = file.tensor(name).ok()?;
        let values = tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Some((tensor.shape().to_vec(), values))
    }

    fn floats(&self, name: &str) -> Vec<f32> {
        self.shaped(name).unwrap().1
    }

    fn whole(&self, name: &str) -> Vec<u32> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = file.tensor(name).unwrap();
        tensor.data().as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes) as u32).collect()
    }

    /// The pictures, from `[channels, height, width]`.
    fn pictures(&self) -> Vec<Map> {
        let one = |index: usize| {
            let (shape, values) = self.shaped(&format!("{index}.pixels"))?;
            let (height, width) = (shape[1], shape[2]);
            let turned = (0..height * width * 3).map(|at| values[at % 3 * height * width + at / 3]).collect();
            Some(Map { height, width, channels: 3, values: turned })
        };
        (0..).map_while(one).collect()
    }
}

/// Every instruction set of this machine, and what a device would compute, by Candle on the CPU.
fn all() -> Vec<Hardware> {
    let mut all: Vec<_> = Isa::all().into_iter().map(Hardware::cpu).collect();
    all.push(Hardware { isa: Isa::best(), device: Some(Device::Cpu) });
    all
}

/// Greatest difference over the root mean square: what two f32 implementations differ by, ten times over.
fn assert_parity(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let rms = (expected.iter().map(|x| x * x).sum::<f32>() / expected.len() as f32).sqrt();
    let difference = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(rms > 0.0 && difference / rms < 1e-4, "{what}: {}", difference / rms);
}

#[test]
fn resnets_agree_on_every_instruction_set_and_in_candles_operations() {
    for name in ["resnet", "resnet-basic"] {
        let expected = Expected::of(name);
        for hardware in all() {
            let model = Classify::load(&checkpoint(name), &hardware).unwrap();
            for (index, pixels) in expected.pictures().iter().enumerate() {
                let logits = model.logits_of(pixels, &ticket()).unwrap();
                assert_parity(&logits, &expected.floats(&format!("{index}.logits")), name);
            }
        }
    }
}

#[test]
fn detr_agrees_on_every_instruction_set_and_in_candles_operations() {
    let expected = Expected::of("detr");
    for hardware in all() {
        let model = Detr::load(&checkpoint("detr"), &hardware).unwrap();
        for (index, pixels) in expected.pictures().iter().enumerate() {
            let (logits, boxes) = model.forward(pixels, &ticket()).unwrap();
            assert_parity(&logits, &expected.floats(&format!("{index}.logits")), "logits");
            assert_parity(&boxes, &expected.floats(&format!("{index}.boxes")), "boxes");
        }
    }
}

#[test]
fn blip_agrees_on_every_instruction_set() {
    let expected = Expected::of("blip");
    for isa in Isa::all() {
        let model = Write::load(&checkpoint("blip"), &Hardware::cpu(isa)).unwrap();
        let (eyes, writer) = model.parts();
        for (index, pixels) in expected.pictures().iter().enumerate() {
            let seen = eyes.unwrap().see(pixels, &ticket()).unwrap();
            assert_parity(&seen, &expected.floats(&format!("{index}.seen")), "seen");
            let ids = expected.whole(&format!("{index}.ids"));
            let logits = writer.logits_of(&seen, &ids).unwrap();
            assert_parity(&logits, &expected.floats(&format!("{index}.logits")), "logits");
            let greedy = expected.whole(&format!("{index}.greedy"));
            let (written, is_whole) = writer.write(&seen, &ids[..3], 12, &ticket()).unwrap();
            // `generate` gives the prompt as well, and the end where it came.
            let end = greedy.iter().skip(3).position(|id| *id == 3);
            assert_eq!(written, greedy[3..end.map_or(greedy.len(), |end| end + 3)]);
            assert_eq!(is_whole, end.is_some());
        }
    }
}
