//! smart-turn: whether a speaker has finished (workers-ai reference 4.5).

use serde_json::{Value, json};

use super::field;
use crate::engine::backend::Failure;
use crate::engine::speech::Turn;
use crate::error::AiError;

/// How raw samples are written, mono at 16 kHz as smart-turn hears them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raw {
    Bytes,
    Singles,
    Doubles,
}

impl Raw {
    /// What `dtype` says; `None`: a recording in a container.
    pub fn of(input: &Value) -> Result<Option<Self>, AiError> {
        Ok(match field(input, "dtype").and_then(Value::as_str) {
            Some("float32") => Some(Self::Singles),
            Some("float64") => Some(Self::Doubles),
            Some("uint8") => Some(Self::Bytes),
            _ => None,
        })
    }

    /// The samples, in -1..1.
    pub fn samples(self, bytes: &[u8]) -> Result<Vec<f32>, Failure> {
        // A container is one, whatever it is called.
        let is_container =
            [&b"RIFF"[..], b"fLaC", b"OggS", b"ID3", b"\x1aE\xdf\xa3"].iter().any(|mark| bytes.starts_with(mark));
        if is_container {
            return crate::engine::speech::sound::decode(bytes.to_vec().into(), &|| Ok(()));
        }
        let width = match self {
            Self::Bytes => 1,
            Self::Singles => 4,
            Self::Doubles => 8,
        };
        if !bytes.len().is_multiple_of(width) {
            let text = format!("{} bytes are no whole number of samples of {width} bytes", bytes.len());
            return Err(Failure::Input(format!("{text}\nhint: `dtype` says how they are written")));
        }
        let tame = |sample: f32| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
        Ok(match self {
            Self::Bytes => bytes.iter().map(|byte| (f32::from(*byte) - 128.0) / 128.0).collect(),
            Self::Singles => bytes.as_chunks().0.iter().map(|sample| tame(f32::from_le_bytes(*sample))).collect(),
            Self::Doubles => {
                bytes.as_chunks().0.iter().map(|sample| tame(f64::from_le_bytes(*sample) as f32)).collect()
            }
        })
    }
}

/// The native result.
pub fn render(turn: Turn) -> Value {
    json!({"is_complete": turn.is_complete, "probability": (f64::from(turn.probability) * 1e6).round() / 1e6})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_read_as_they_are_written() {
        let of = |dtype: &str| Raw::of(&json!({"dtype": dtype})).unwrap().unwrap();
        assert_eq!(of("uint8").samples(&[0, 128, 192]).unwrap(), [-1.0, 0.0, 0.5]);
        assert_eq!(of("float32").samples(&0.25_f32.to_le_bytes()).unwrap(), [0.25]);
        assert_eq!(of("float32").samples(&f32::NAN.to_le_bytes()).unwrap(), [0.0]);
        assert_eq!(of("float64").samples(&9.0_f64.to_le_bytes()).unwrap(), [1.0]);
        assert!(of("float64").samples(&[0; 9]).unwrap_err().to_string().contains("hint:"));
        assert_eq!(Raw::of(&json!({})).unwrap(), None);
    }
}
