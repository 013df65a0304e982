//! Records as they are stored: a CRC-32, then a vector's own layout, JSON, or a bitmap.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::vectorize::blocks::Candidate;
use crate::vectorize::metadata::Metadata;
use crate::vectorize::parse::Vector;

/// A length that stands for nothing at all, where an empty text is something.
const NONE: u32 = u32::MAX;

/// Why a stored record cannot be read.
pub type Damage = String;

/// Puts the checksum in front of what `write` appends.
pub fn sealed(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut record = vec![0; 4];
    write(&mut record);
    let sum = crc32fast::hash(&record[4..]);
    record[..4].copy_from_slice(&sum.to_le_bytes());
    record
}

/// The record without its checksum, if that is right.
pub fn opened(record: &[u8]) -> Result<&[u8], Damage> {
    match record.split_first_chunk::<4>() {
        Some((sum, rest)) if crc32fast::hash(rest) == u32::from_le_bytes(*sum) => Ok(rest),
        _ => Err("a record's checksum is wrong".to_owned()),
    }
}

pub fn sealed_json(value: &impl Serialize) -> Vec<u8> {
    sealed(|record| {
        // Strings, numbers and lists of them: nothing here can fail to be written.
        let written = serde_json::to_writer(record, value);
        debug_assert!(written.is_ok());
    })
}

pub fn opened_json<T: DeserializeOwned>(record: &[u8]) -> Result<T, Damage> {
    serde_json::from_slice(opened(record)?).map_err(|error| format!("a record does not parse: {error}"))
}

pub fn vector(vector: &Vector) -> Vec<u8> {
    let metadata = vector.metadata.as_ref().map(|metadata| metadata.as_str());
    parts(&vector.id, vector.namespace.as_deref(), metadata, &vector.values)
}

pub fn row(row: &Candidate<'_>) -> Vec<u8> {
    let metadata = row.row.metadata.as_ref().map(|metadata| metadata.as_str());
    parts(&row.row.id, row.row.namespace.as_deref(), metadata, row.values)
}

fn parts(id: &str, namespace: Option<&str>, metadata: Option<&str>, values: &[f32]) -> Vec<u8> {
    sealed(|record| {
        record.reserve(id.len() + metadata.map_or(0, str::len) + size_of_val(values) + 80);
        for text in [Some(id), namespace, metadata] {
            let length = text.map_or(NONE, |text| u32::try_from(text.len()).unwrap_or(NONE));
            record.extend_from_slice(&length.to_le_bytes());
            record.extend_from_slice(text.unwrap_or_default().as_bytes());
        }
        for value in values {
            record.extend_from_slice(&value.to_le_bytes());
        }
    })
}

pub fn read_vector(record: &[u8], dimensions: usize) -> Result<Vector, Damage> {
    let mut rest = opened(record)?;
    let id = text(&mut rest)?.ok_or("a vector has no id")?.to_owned();
    let namespace = text(&mut rest)?.map(str::to_owned);
    let metadata = text(&mut rest)?.map(|text| Arc::new(Metadata::trusted(text)));
    let (values, []) = rest.as_chunks::<4>() else { return Err("a vector's values are cut".to_owned()) };
    if values.len() != dimensions {
        return Err(format!("a vector has {} dimensions, its index {dimensions}", values.len()));
    }
    let values = values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Ok(Vector { id, namespace, metadata, values })
}

fn text<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a str>, Damage> {
    let cut = || "a vector's record is cut".to_owned();
    let (length, after) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    *rest = after;
    let length = u32::from_le_bytes(*length);
    if length == NONE {
        return Ok(None);
    }
    let (text, after) = rest.split_at_checked(length as usize).ok_or_else(cut)?;
    *rest = after;
    std::str::from_utf8(text).map(Some).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_come_back() {
        let plain = Vector { id: "é".into(), namespace: None, metadata: None, values: vec![1.0, -0.5] };
        let full = Vector {
            namespace: Some(String::new()),
            metadata: Some(Arc::new(Metadata::trusted(r#"{"a":1}"#))),
            ..plain.clone()
        };
        for each in [plain, full] {
            assert_eq!(read_vector(&vector(&each), 2), Ok(each.clone()));
            assert!(read_vector(&vector(&each), 3).is_err());
        }
    }

    #[test]
    fn every_changed_bit_is_noticed() {
        let record = vector(&Vector { id: "a".into(), namespace: None, metadata: None, values: vec![1.0] });
        for bit in 0..record.len() * 8 {
            let mut changed = record.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(read_vector(&changed, 1).is_err(), "bit {bit}");
        }
        for length in 0..record.len() {
            assert!(read_vector(&record[..length], 1).is_err());
        }
    }
}
