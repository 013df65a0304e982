//! GGUF: one file that holds tensors, hyper-parameters, tokenizer and chat template. It is read as the folder that it
//! was made of: [`Gguf::file`] gives `config.json`, `tokenizer.json` and so on as Transformers would have them, and
//! tensors have their names there. So whatever reads a checkpoint reads GGUF.
//!
//! Every length in the file is checked against what is left of it before anything is allocated.

mod config;
mod names;
mod tokenizer;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use serde_json::{Number, Value as Json};

use super::Bytes;
use super::blocks::BlockType;

/// Elements of one array at most; the longest are vocabularies of some hundred thousand tokens.
const LONGEST: usize = 1 << 24;

/// A parsed file.
#[derive(Debug)]
pub struct Gguf {
    bytes: Bytes,
    /// Numbers, texts, and arrays of them.
    metadata: BTreeMap<String, Json>,
    /// By their names in Transformers.
    tensors: HashMap<String, Info>,
}

/// Where a tensor is.
#[derive(Debug, Clone)]
pub struct Info {
    pub kind: BlockType,
    /// Outermost dimension first.
    pub shape: Vec<usize>,
    pub bytes: Range<usize>,
    /// Width of the heads whose rows are stored in pairs, as llama.cpp turns them: even, and the rows are whole heads.
    pub paired_heads: Option<usize>,
}

/// What is left of the file.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let rest = &self.bytes[self.at..];
        let taken = rest.get(..count).ok_or_else(|| {
            format!(
                "ends after {} bytes, in the middle of its header\nhint: is it downloaded completely?",
                self.bytes.len()
            )
        })?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        Ok(self.take(N)?.try_into().unwrap_or([0; N]))
    }

    fn u32(&mut self) -> Result<u32, String> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, String> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A count of things that take at least `least` bytes each.
    fn count(&mut self, least: usize) -> Result<usize, String> {
        let count = self.u64()?;
        let most = (self.bytes.len() - self.at) / least;
        usize::try_from(count).ok().filter(|count| *count <= most).ok_or_else(|| {
            format!("says that {count} entries follow, more than there is room for\nhint: is it downloaded completely?")
        })
    }

    fn text(&mut self) -> Result<String, String> {
        let length = self.count(1)?;
        // Vocabularies hold broken characters here and there.
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }

    fn value(&mut self, kind: u32, depth: usize) -> Result<Json, String> {
        let float = |number: f64| Number::from_f64(number).map_or(Json::Null, Json::Number);
        Ok(match kind {
            0 => Json::from(self.array::<1>()?[0]),
            1 => Json::from(i8::from_le_bytes(self.array()?)),
            2 => Json::from(u16::from_le_bytes(self.array()?)),
            3 => Json::from(i16::from_le_bytes(self.array()?)),
            4 => Json::from(self.u32()?),
            5 => Json::from(i32::from_le_bytes(self.array()?)),
            6 => float(f64::from(f32::from_le_bytes(self.array()?))),
            7 => Json::from(self.array::<1>()?[0] != 0),
            8 => Json::from(self.text()?),
            9 if depth == 0 => {
                let kind = self.u32()?;
                let least = match kind {
                    0 | 1 | 7 => 1,
                    2 | 3 => 2,
                    4..=6 => 4,
                    _ => 8,
                };
                let count = self.count(least)?;
                if count > LONGEST {
                    return Err(format!("holds an array of {count} entries, and more than {LONGEST} are refused"));
                }
                (0..count).map(|_| self.value(kind, depth + 1)).collect::<Result<Vec<_>, _>>()?.into()
            }
            10 => Json::from(self.u64()?),
            11 => Json::from(i64::from_le_bytes(self.array()?)),
            12 => float(f64::from_le_bytes(self.array()?)),
            _ => return Err(format!("holds a value of the unknown kind {kind}")),
        })
    }
}

impl Gguf {
    /// Refuses what is not GGUF, is cut off, or holds what we do not read, with the reason.
    pub fn parse(bytes: Bytes) -> Result<Self, String> {
        let mut reader = Reader { bytes: &bytes, at: 0 };
        if reader.take(4).ok() != Some(b"GGUF") {
            return Err("is not a GGUF file".to_owned());
        }
        match reader.u32()? {
            2 | 3 => {}
            version => return Err(format!("is GGUF of version {version}; 2 and 3 are read")),
        }
        let tensor_count = reader.u64()?;
        let pairs = reader.count(13)?;
        let mut metadata = BTreeMap::new();
        for _ in 0..pairs {
            let (key, kind) = (reader.text()?, reader.u32()?);
            let value = reader.value(kind, 0)?;
            metadata.insert(key, value);
        }
        let mut infos = Vec::new();
        for _ in 0..tensor_count {
            infos.push(info(&mut reader)?);
        }
        let alignment = metadata.get("general.alignment").and_then(Json::as_u64).unwrap_or(32);
        let alignment = usize::try_from(alignment).ok().filter(|a| a.is_power_of_two() && *a <= 1 << 20);
        let start = reader.at.next_multiple_of(alignment.ok_or("`general.alignment` is no power of two")?);
        let mut tensors = HashMap::new();
        for (name, mut info, offset) in infos {
            let size = info.bytes.len();
            let range = usize::try_from(offset)
                .ok()
                .and_then(|offset| start.checked_add(offset))
                .and_then(|first| first.checked_add(size).filter(|end| *end <= bytes.len()).map(|end| first..end));
            info.bytes = range.ok_or_else(|| {
                format!("tensor `{name}`: lies behind the end of the file\nhint: is it downloaded completely?")
            })?;
            tensors.insert(name, info);
        }
        let mut gguf = Self { bytes, metadata, tensors };
        gguf.rename();
        Ok(gguf)
    }

    /// How many files the checkpoint is split into.
    pub fn parts(&self) -> usize {
        self.metadata.get("split.count").and_then(Json::as_u64).map_or(1, |count| count.clamp(1, 10_000) as usize)
    }

    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    pub fn tensors(&self) -> &HashMap<String, Info> {
        &self.tensors
    }

    /// The content of a file that the checkpoint would have as a folder; none where it says nothing of it.
    pub fn file(&self, name: &str) -> Result<Option<Json>, String> {
        match name {
            "config.json" => self.config().map(Some),
            "generation_config.json" => Ok(Some(self.generation_config())),
            "tokenizer.json" => self.tokenizer().map(Some),
            "tokenizer_config.json" => Ok(Some(self.tokenizer_config())),
            _ => Ok(None),
        }
    }

    fn get(&self, key: &str) -> &Json {
        self.metadata.get(key).unwrap_or(&Json::Null)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.get(key).as_str()
    }

    fn list(&self, key: &str) -> &[Json] {
        self.get(key).as_array().map_or(&[], Vec::as_slice)
    }

    /// A small tensor of plain numbers, such as factors of a rotation.
    fn numbers(&self, name: &str) -> Option<Vec<f32>> {
        let info = self.tensors.get(name)?;
        let mut numbers = vec![0.0; info.shape.iter().product()];
        info.kind.read_plain(&self.bytes[info.bytes.clone()], &mut numbers);
        Some(numbers)
    }
}

/// Name, place (only its size yet) and offset of the next tensor.
fn info(reader: &mut Reader<'_>) -> Result<(String, Info, u64), String> {
    let name = reader.text()?;
    let refused = |what: String| format!("tensor `{name}`: {what}");
    let dimensions = reader.u32()?;
    if dimensions > 4 {
        return Err(refused(format!("has {dimensions} dimensions")));
    }
    let mut shape = (0..dimensions).map(|_| reader.u64()).collect::<Result<Vec<_>, _>>()?;
    let (kind, offset) = (reader.u32()?, reader.u64()?);
    let kind = BlockType::from_number(kind).ok_or_else(|| {
        refused(format!(
            "is stored in format {kind}, which is not supported\nhint: F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, \
             Q2_K to Q6_K and IQ4_NL are"
        ))
    })?;
    shape.reverse();
    let (numbers, size) = kind.size();
    let columns = shape.last().copied().unwrap_or(1);
    let total = shape.iter().try_fold(1_u64, |product, size| product.checked_mul(*size));
    let total = total.filter(|total| *total > 0 && columns.is_multiple_of(numbers as u64));
    let bytes = total.and_then(|total| usize::try_from(total / numbers as u64).ok()?.checked_mul(size));
    let bytes = bytes.filter(|bytes| *bytes <= reader.bytes.len()).ok_or_else(|| {
        refused(format!("of shape {shape:?} does not fit into the file\nhint: is it downloaded completely?"))
    })?;
    // Each fits, for none is 0 and their product is within the file.
    let shape = shape.into_iter().map(|size| usize::try_from(size).unwrap_or(usize::MAX)).collect();
    Ok((name, Info { kind, shape, bytes: 0..bytes, paired_heads: None }, offset))
}

#[cfg(test)]
mod tests;
