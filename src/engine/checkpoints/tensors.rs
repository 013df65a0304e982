//! Weights by name, whatever they are stored as.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use half::{bf16, f16};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use super::packed::{LINEAR, unpack_q4, unpack_q8};
use super::{Bytes, Checkpoint};
use crate::engine::backend::Failure;

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// The tensors of a checkpoint over all of its shards.
#[derive(Debug)]
pub struct Tensors {
    checkpoint: Checkpoint,
    shards: Vec<(String, Bytes)>,
    /// Tensor name to shard.
    places: HashMap<String, usize>,
}

impl Tensors {
    pub(super) fn open(checkpoint: &Checkpoint) -> Result<Self, Failure> {
        let names = match checkpoint.json_or_none::<ShardIndex>(INDEX)? {
            Some(index) => index.shards(),
            None => vec![SINGLE.to_owned()],
        };
        let mut shards = Vec::with_capacity(names.len());
        let mut places = HashMap::new();
        for name in names {
            let bytes = checkpoint.require(&name)?;
            let parsed = SafeTensors::deserialize(&bytes)
                .map_err(|error| checkpoint.failure(&name, format!("not a safetensors file: {error}")))?;
            for tensor in parsed.names() {
                places.insert(tensor.to_owned(), shards.len());
            }
            shards.push((name, bytes));
        }
        Ok(Self { checkpoint: checkpoint.clone(), shards, places })
    }

    /// Whether `name` is there, plain or packed.
    pub fn contains(&self, name: &str) -> bool {
        ["", ".q4", ".q8"].iter().any(|suffix| self.places.contains_key(&format!("{name}{suffix}")))
    }

    /// The first of `names` that is there; for checkpoints that differ in a prefix.
    pub fn first_of<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().copied().find(|name| self.contains(name))
    }

    /// Shape and values, converted to f32 from whatever is stored.
    pub fn f32(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), Failure> {
        if self.places.contains_key(name) {
            return self.plain(name);
        }
        let (suffix, per_code) = [(".q4", 2), (".q8", 1)]
            .into_iter()
            .find(|(suffix, _)| self.places.contains_key(&format!("{name}{suffix}")))
            .ok_or_else(|| self.failure(name, "the tensor is missing"))?;
        let (mut shape, codes) = self.bytes(&format!("{name}{suffix}"))?;
        let [_, columns] = shape.as_mut_slice() else {
            return Err(self.failure(name, "a packed tensor has two dimensions"));
        };
        *columns *= per_code;
        let columns = *columns;
        let (_, scales) = self.plain(&format!("{name}.scale"))?;
        if scales.is_empty() || (codes.len() * per_code) % scales.len() != 0 {
            return Err(self.failure(name, "the scales do not fit the codes"));
        }
        let values = if per_code == 2 {
            let codebook = match self.places.contains_key(&format!("{name}.codebook")) {
                true => self.plain(&format!("{name}.codebook"))?.1,
                false => LINEAR.to_vec(),
            };
            let codebook = codebook.try_into().map_err(|_| self.failure(name, "a codebook has 16 entries"))?;
            unpack_q4(codes, &scales, &codebook, columns)
        } else {
            unpack_q8(codes, &scales, columns)
        };
        Ok((shape, values))
    }

    /// As [`Tensors::f32`], and refuses another shape than `expected`.
    pub fn f32_shaped(&self, name: &str, expected: &[usize]) -> Result<Vec<f32>, Failure> {
        let (shape, values) = self.f32(name)?;
        if shape != expected {
            return Err(self.failure(name, &format!("has shape {shape:?}, the config asks for {expected:?}")));
        }
        Ok(values)
    }

    /// A Candle tensor on `device`, refused if its shape is not `expected`.
    pub fn tensor(&self, name: &str, expected: &[usize], dtype: DType, device: &Device) -> Result<Tensor, Failure> {
        let values = self.f32_shaped(name, expected)?;
        Ok(Tensor::from_vec(values, expected, device)?.to_dtype(dtype)?)
    }

    fn view(&self, name: &str) -> Result<TensorView<'_>, Failure> {
        let shard = *self.places.get(name).ok_or_else(|| self.failure(name, "the tensor is missing"))?;
        // The header was checked when the shard was opened.
        let parsed =
            SafeTensors::deserialize(&self.shards[shard].1).map_err(|error| self.failure(name, &error.to_string()))?;
        parsed.tensor(name).map_err(|error| self.failure(name, &error.to_string()))
    }

    fn bytes(&self, name: &str) -> Result<(Vec<usize>, &[u8]), Failure> {
        let view = self.view(name)?;
        Ok((view.shape().to_vec(), view.data()))
    }

    fn plain(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), Failure> {
        let view = self.view(name)?;
        let data = view.data();
        let values = match view.dtype() {
            Dtype::F32 => data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Dtype::F16 => data.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
            Dtype::BF16 => data.as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32()).collect(),
            other => return Err(self.failure(name, &format!("is stored as {other:?}, which is not supported"))),
        };
        Ok((view.shape().to_vec(), values))
    }

    fn failure(&self, tensor: &str, reason: &str) -> Failure {
        let file = self.places.get(tensor).map_or(SINGLE, |shard| self.shards[*shard].0.as_str());
        self.checkpoint.failure(file, format!("tensor `{tensor}`: {reason}"))
    }
}

#[derive(serde::Deserialize)]
struct ShardIndex {
    weight_map: HashMap<String, String>,
}

impl ShardIndex {
    fn shards(self) -> Vec<String> {
        let mut shards: Vec<String> = self.weight_map.into_values().collect();
        shards.sort();
        shards.dedup();
        shards
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(bytes: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(SINGLE), bytes).unwrap();
        folder
    }

    fn serialized(tensors: &[(&str, Dtype, Vec<usize>, Vec<u8>)]) -> Vec<u8> {
        let views = tensors
            .iter()
            .map(|(name, dtype, shape, data)| (*name, TensorView::new(*dtype, shape.clone(), data).unwrap()));
        safetensors::serialize(views, None).unwrap()
    }

    #[test]
    fn packed_and_plain_read_alike() {
        let half = |value: f32| f16::from_f32(value).to_le_bytes().to_vec();
        let folder = folder_with(&serialized(&[
            ("plain", Dtype::F16, vec![1], half(1.5)),
            ("packed.q4", Dtype::U8, vec![1, 1], vec![0x9f]),
            ("packed.scale", Dtype::F16, vec![1, 1], half(2.0)),
        ]));
        let tensors = Checkpoint::folder("mine", folder.path()).tensors().unwrap();
        assert_eq!(tensors.f32("plain").unwrap(), (vec![1], vec![1.5]));
        assert_eq!(tensors.f32("packed").unwrap(), (vec![1, 2], vec![14.0, 2.0]));
        assert!(tensors.contains("packed") && !tensors.contains("absent"));
        let error = tensors.f32_shaped("plain", &[2]).unwrap_err().to_string();
        assert!(error.contains("`plain`") && error.contains("[2]"), "{error}");
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = folder_with(b"not weights at all");
        let error = Checkpoint::folder("mine", folder.path()).tensors().unwrap_err().to_string();
        assert!(error.contains("model.safetensors") && error.contains("not a safetensors file"), "{error}");
    }
}
