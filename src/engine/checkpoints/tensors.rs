//! Weights by name, whatever they are stored as.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use super::blocks::BlockType;
use super::gguf::Gguf;
use super::packed::{LINEAR, unpack_q4, unpack_q8};
use super::rows::{Codes, Rows, paired};
use super::{Bytes, Checkpoint, Files};
use crate::engine::backend::Failure;

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// The tensors of a checkpoint over all of its shards.
#[derive(Debug)]
pub struct Tensors {
    checkpoint: Checkpoint,
    shards: Vec<(String, Bytes)>,
    places: HashMap<String, Place>,
}

/// Where a tensor is and how it is stored; checked against its shard's size when that was opened.
#[derive(Debug)]
struct Place {
    shard: usize,
    dtype: Stored,
    shape: Vec<usize>,
    bytes: Range<usize>,
    /// See [`super::gguf::Info`].
    paired_heads: Option<usize>,
}

/// How numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    Block(BlockType),
    /// The codes of our own packing, or what we do not read.
    Other(Dtype),
}

impl Stored {
    fn of(dtype: Dtype) -> Self {
        match dtype {
            Dtype::F32 => Self::Block(BlockType::F32),
            Dtype::F16 => Self::Block(BlockType::F16),
            Dtype::BF16 => Self::Block(BlockType::Bf16),
            other => Self::Other(other),
        }
    }
}

/// A matrix in the `kindling-1` packing.
struct Packed<'a> {
    codes: &'a Place,
    bits: usize,
    shape: [usize; 2],
    scales: Vec<f32>,
    codebook: [f32; 16],
}

impl Tensors {
    pub(super) fn open(checkpoint: &Checkpoint) -> Result<Self, Failure> {
        if let Files::Gguf(path, parsed) = &checkpoint.files {
            return Self::open_gguf(checkpoint, path, checkpoint.gguf(path, parsed)?);
        }
        let names = match checkpoint.json_or_none::<ShardIndex>(INDEX)? {
            Some(index) => index.shards(),
            None => vec![SINGLE.to_owned()],
        };
        Self::of_files(checkpoint, &names)
    }

    /// The tensors of some safetensors files.
    pub(super) fn of_files(checkpoint: &Checkpoint, names: &[String]) -> Result<Self, Failure> {
        let mut shards = Vec::with_capacity(names.len());
        let mut places = HashMap::new();
        for name in names {
            let bytes = checkpoint.read(name)?.ok_or_else(|| {
                let which = if names.len() > 1 { "this shard of the weights" } else { "the file" };
                let hint = "download the checkpoint again: all `.safetensors` files, and the index where there is one";
                checkpoint.failure(name, format!("{which} is missing\nhint: {hint}"))
            })?;
            let (header, metadata) = SafeTensors::read_metadata(&bytes).map_err(|error| {
                let hint = "is it downloaded completely? A pointer of Git LFS is a small text in its place";
                checkpoint.failure(name, format!("not a safetensors file: {error}\nhint: {hint}"))
            })?;
            if let Some(packing) = metadata.metadata().as_ref().and_then(|pairs| pairs.get("packing"))
                && packing != "kindling-1"
            {
                let reason = format!("packing `{packing}` is not known; supported is `kindling-1`");
                return Err(checkpoint.failure(name, reason));
            }
            // The length of the header, in eight bytes, comes before it.
            let data = header + 8;
            for (tensor, info) in metadata.tensors() {
                let bytes = data + info.data_offsets.0..data + info.data_offsets.1;
                let dtype = Stored::of(info.dtype);
                let place = Place { shard: shards.len(), dtype, shape: info.shape.clone(), bytes, paired_heads: None };
                places.insert(tensor, place);
            }
            shards.push((name.clone(), bytes));
        }
        Ok(Self { checkpoint: checkpoint.clone(), shards, places })
    }

    /// A GGUF file, and those beside it that it is split into.
    fn open_gguf(checkpoint: &Checkpoint, path: &Path, first: &Gguf) -> Result<Self, Failure> {
        let mut tensors = Self { checkpoint: checkpoint.clone(), shards: Vec::new(), places: HashMap::new() };
        tensors.add_gguf(path, first);
        let (parts, name) = (first.parts(), path.to_string_lossy());
        for part in 2..=parts {
            let (from, to) = (format!("-00001-of-{parts:05}"), format!("-{part:05}-of-{parts:05}"));
            let other = PathBuf::from(name.replace(&from, &to));
            let hint = "hint: bind the first file, and keep the others beside it";
            let failure = |reason: String| {
                let file = other.clone();
                Failure::Checkpoint { checkpoint: checkpoint.name().to_owned(), file, reason }
            };
            if !name.contains(&from) {
                return Err(failure(format!("is one of {parts} files, and not named as the first of them\n{hint}")));
            }
            let bytes = super::map(&other).map_err(|error| failure(error.to_string()))?;
            let bytes = bytes.ok_or_else(|| failure(format!("part {part} of {parts} is missing\n{hint}")))?;
            tensors.add_gguf(&other, &Gguf::parse(bytes).map_err(failure)?);
        }
        Ok(tensors)
    }

    fn add_gguf(&mut self, path: &Path, gguf: &Gguf) {
        for (name, info) in gguf.tensors() {
            let place = Place {
                shard: self.shards.len(),
                dtype: Stored::Block(info.kind),
                shape: info.shape.clone(),
                bytes: info.bytes.clone(),
                paired_heads: info.paired_heads,
            };
            self.places.insert(name.clone(), place);
        }
        self.shards.push((path.to_string_lossy().into_owned(), gguf.bytes().clone()));
    }

    /// All names, sorted.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.places.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// Whether the matrices have numbers of 32 bits, or are packed as only our own small models are.
    pub fn is_full(&self) -> bool {
        let is_full = |place: &Place| matches!(place.dtype, Stored::Block(BlockType::F32) | Stored::Other(_));
        self.places.values().filter(|place| place.shape.len() > 1).all(is_full)
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
        let packed = self.packed(name)?;
        let (codes, columns) = (self.bytes(packed.codes), packed.shape[1]);
        let values = match packed.bits {
            4 => unpack_q4(codes, &packed.scales, &packed.codebook, columns),
            _ => unpack_q8(codes, &packed.scales, columns),
        };
        Ok((packed.shape.to_vec(), values))
    }

    /// A matrix of which single rows are read, such as an embedding table: it stays as it is stored, where it is
    /// stored. Refuses another shape than `expected`.
    pub fn rows(&self, name: &str, expected: [usize; 2]) -> Result<Rows, Failure> {
        let (place, shape, codes) = match self.places.get(name) {
            Some(place) => match place.dtype {
                Stored::Block(kind) => (place, place.shape.clone(), Codes::Block(kind)),
                Stored::Other(other) => return Err(self.unsupported(name, other)),
            },
            None => {
                let packed = self.packed(name)?;
                let codes = match packed.bits {
                    4 => Codes::Q4 { scales: packed.scales, codebook: packed.codebook },
                    _ => Codes::Q8 { scales: packed.scales },
                };
                (packed.codes, packed.shape.to_vec(), codes)
            }
        };
        if shape != expected {
            return Err(self.other_shape(name, &shape, &expected));
        }
        Ok(Rows::new(self.shards[place.shard].1.clone(), place.bytes.clone(), expected, codes, place.paired_heads))
    }

    /// As [`Tensors::f32`], and refuses another shape than `expected`.
    pub fn f32_shaped(&self, name: &str, expected: &[usize]) -> Result<Vec<f32>, Failure> {
        let (shape, values) = self.f32(name)?;
        if shape != expected {
            return Err(self.other_shape(name, &shape, expected));
        }
        Ok(values)
    }

    /// A Candle tensor on `device`, refused if its shape is not `expected`.
    pub fn tensor(&self, name: &str, expected: &[usize], dtype: DType, device: &Device) -> Result<Tensor, Failure> {
        let values = self.f32_shaped(name, expected)?;
        Ok(Tensor::from_vec(values, expected, device)?.to_dtype(dtype)?)
    }

    fn packed(&self, name: &str) -> Result<Packed<'_>, Failure> {
        let with_suffix = |(suffix, bits)| self.places.get(&format!("{name}{suffix}")).map(|place| (place, bits));
        let (codes, bits) = [(".q4", 4), (".q8", 8)]
            .into_iter()
            .find_map(with_suffix)
            .ok_or_else(|| self.failure(name, "the tensor is missing"))?;
        let [rows, bytes] = codes.shape[..] else {
            return Err(self.failure(name, "a packed tensor has two dimensions"));
        };
        match codes.dtype {
            Stored::Other(Dtype::U8 | Dtype::I8) => {}
            Stored::Other(other) => return Err(self.unsupported(name, other)),
            Stored::Block(_) => return Err(self.failure(name, "is no packed tensor, which is not supported")),
        }
        let columns = bytes * 8 / bits;
        let (scale_shape, scales) = self.plain(&format!("{name}.scale"))?;
        match scale_shape[..] {
            [scale_rows, groups] if scale_rows == rows && rows * columns * groups > 0 && columns % groups == 0 => {}
            _ => return Err(self.failure(name, &format!("scales of shape {scale_shape:?} do not fit the codes"))),
        }
        let codebook = match self.places.contains_key(&format!("{name}.codebook")) {
            true => self.plain(&format!("{name}.codebook"))?.1,
            false => LINEAR.to_vec(),
        };
        let codebook = codebook.try_into().map_err(|_| self.failure(name, "a codebook has 16 entries"))?;
        Ok(Packed { codes, bits, shape: [rows, columns], scales, codebook })
    }

    fn bytes(&self, place: &Place) -> &[u8] {
        &self.shards[place.shard].1[place.bytes.clone()]
    }

    fn plain(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), Failure> {
        let place = self.places.get(name).ok_or_else(|| self.failure(name, "the tensor is missing"))?;
        let kind = match place.dtype {
            Stored::Block(kind) => kind,
            Stored::Other(other) => return Err(self.unsupported(name, other)),
        };
        let columns = place.shape.last().copied().unwrap_or(1);
        let count: usize = place.shape.iter().product();
        let rows = count.checked_div(columns).unwrap_or(0);
        let all = Rows::new(
            self.shards[place.shard].1.clone(),
            place.bytes.clone(),
            [rows, columns],
            Codes::Block(kind),
            place.paired_heads.filter(|_| place.shape.len() > 1),
        );
        let mut values = vec![0.0; count];
        for (row, values) in values.chunks_exact_mut(columns.max(1)).enumerate() {
            all.read(row, values);
        }
        // A bias of such a matrix is in the order of its rows.
        if let Some(size) = place.paired_heads.filter(|_| place.shape.len() == 1) {
            let stored = values.clone();
            for (index, value) in values.iter_mut().enumerate() {
                *value = stored[paired(index, size)];
            }
        }
        Ok((place.shape.clone(), values))
    }

    fn unsupported(&self, name: &str, dtype: Dtype) -> Failure {
        self.failure(name, &format!("is stored as {dtype:?}, which is not supported"))
    }

    fn other_shape(&self, name: &str, shape: &[usize], expected: &[usize]) -> Failure {
        self.failure(name, &format!("has shape {shape:?}, the config asks for {expected:?}"))
    }

    fn failure(&self, tensor: &str, reason: &str) -> Failure {
        let first = self.shards.first().map_or(SINGLE, |(name, _)| name.as_str());
        let file = self.places.get(tensor).map_or(first, |place| self.shards[place.shard].0.as_str());
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
    use half::f16;
    use safetensors::tensor::TensorView;

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
    fn single_rows_read_as_the_whole_does() {
        let bytes = |count: u8| (0..count).map(|byte| byte.wrapping_mul(77)).collect::<Vec<_>>();
        let halves = |values: &[f32]| values.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect::<Vec<_>>();
        let singles = (0..16).flat_map(|x| (x as f32).sqrt().to_le_bytes()).collect::<Vec<_>>();
        let folder = folder_with(&serialized(&[
            ("f32", Dtype::F32, vec![2, 8], singles.clone()),
            ("f16", Dtype::F16, vec![2, 8], halves(&[0.1; 16])),
            ("bf16", Dtype::BF16, vec![2, 8], bytes(32)),
            ("four.q4", Dtype::U8, vec![2, 4], bytes(8)),
            ("four.scale", Dtype::F16, vec![2, 2], halves(&[1.0, 0.5, 0.25, 2.0])),
            ("four.codebook", Dtype::F32, vec![16], singles),
            ("eight.q8", Dtype::I8, vec![2, 8], bytes(16)),
            ("eight.scale", Dtype::F16, vec![2, 1], halves(&[0.5, 0.1])),
        ]));
        let tensors = Checkpoint::folder("mine", folder.path()).tensors().unwrap();
        for name in ["f32", "f16", "bf16", "four", "eight"] {
            let (_, whole) = tensors.f32(name).unwrap();
            let rows = tensors.rows(name, [2, 8]).unwrap();
            for index in 0..2 {
                let mut row = [0.0; 8];
                assert!(rows.read(index, &mut row));
                let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&row), bits(&whole[index * 8..(index + 1) * 8]), "{name}");
            }
            assert!(!rows.read(2, &mut [0.0; 8]) && !rows.read(0, &mut [0.0; 7]), "{name}");
            assert!(tensors.rows(name, [8, 2]).unwrap_err().to_string().contains(name));
        }
    }

    #[test]
    fn packing_that_does_not_fit_is_named() {
        let folder = folder_with(&serialized(&[
            ("alone.q4", Dtype::U8, vec![1, 1], vec![0]),
            ("wide.q8", Dtype::I8, vec![1, 4], vec![0; 4]),
            ("wide.scale", Dtype::F16, vec![1, 3], vec![0; 6]),
            ("book.q4", Dtype::U8, vec![1, 1], vec![0]),
            ("book.scale", Dtype::F16, vec![1, 1], vec![0; 2]),
            ("book.codebook", Dtype::F16, vec![2], vec![0; 4]),
            ("whole.q8", Dtype::F16, vec![1, 1], vec![0; 2]),
        ]));
        let tensors = Checkpoint::folder("mine", folder.path()).tensors().unwrap();
        for (name, reason) in [
            ("alone", "`alone.scale`: the tensor is missing"),
            ("wide", "do not fit"),
            ("book", "16 entries"),
            ("whole", "not supported"),
            ("absent", "missing"),
        ] {
            let error = tensors.f32(name).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains(name), "{error}");
        }
    }

    #[test]
    fn another_packing_is_refused() {
        let pairs = HashMap::from([("packing".to_owned(), "kindling-9".to_owned())]);
        let nothing: [(&str, TensorView<'_>); 0] = [];
        let folder = folder_with(&safetensors::serialize(nothing, Some(pairs)).unwrap());
        let error = Checkpoint::folder("mine", folder.path()).tensors().unwrap_err().to_string();
        assert!(error.contains("`kindling-9`"), "{error}");
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = folder_with(b"not weights at all");
        let error = Checkpoint::folder("mine", folder.path()).tensors().unwrap_err().to_string();
        assert!(error.contains("model.safetensors") && error.contains("not a safetensors file"), "{error}");
    }
}
