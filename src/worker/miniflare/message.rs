//! Cap'n Proto messages as trees, without a schema: enough to change a configuration that somebody else has written,
//! and to leave everything in it that is not known here as it was.
//!
//! The encoding: <https://capnproto.org/encoding.html>. Structs and lists say their own sizes, so that only the places of
//! the fields that are changed must be known (`rewrite.rs`).

/// What a pointer leads to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Pointer {
    #[default]
    Null,
    Struct(Struct),
    /// Elements without pointers: their size code, their number and their bytes.
    Flat {
        size: u8,
        count: u32,
        bytes: Vec<u8>,
    },
    Pointers(Vec<Self>),
    Structs(Vec<Struct>),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Struct {
    /// Whole words.
    pub data: Vec<u8>,
    pub pointers: Vec<Pointer>,
}

const WORD: usize = 8;
const BYTES: u8 = 2;
const POINTERS: u8 = 6;
const COMPOSITE: u8 = 7;
/// Deeper nesting than any configuration has.
const DEPTH: u32 = 64;
/// Words read in all: a message that points at the same place again and again ends here.
const MOST_WORDS: usize = 1 << 25;
const MOST_EMPTY: usize = 1 << 10;

impl Pointer {
    /// A text, which ends with a zero byte.
    pub fn text(text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(0);
        Self::Flat { size: BYTES, count: u32::try_from(bytes.len()).unwrap_or(u32::MAX), bytes }
    }

    pub fn as_text(&self) -> Option<&str> {
        let Self::Flat { size: BYTES, bytes, .. } = self else { return None };
        std::str::from_utf8(bytes.strip_suffix(&[0])?).ok()
    }

    pub fn as_struct(&self) -> Option<&Struct> {
        if let Self::Struct(own) = self { Some(own) } else { None }
    }

    pub fn as_struct_mut(&mut self) -> Option<&mut Struct> {
        if let Self::Struct(own) = self { Some(own) } else { None }
    }

    pub fn as_structs(&self) -> &[Struct] {
        if let Self::Structs(all) = self { all } else { &[] }
    }

    pub fn as_structs_mut(&mut self) -> &mut [Struct] {
        if let Self::Structs(all) = self { all } else { &mut [] }
    }
}

impl Struct {
    /// A struct of one word of data, which begins with `tag`, the number of a union's member.
    pub fn tagged(tag: u16, pointers: Vec<Pointer>) -> Self {
        let mut data = vec![0; WORD];
        data[..2].copy_from_slice(&tag.to_le_bytes());
        Self { data, pointers }
    }

    /// The number in the first two bytes: a union's member in every struct that is changed here.
    pub fn tag(&self) -> u16 {
        match self.data.first_chunk() {
            Some(bytes) => u16::from_le_bytes(*bytes),
            None => 0,
        }
    }

    /// Makes it another member of its union.
    pub fn retag(&mut self, tag: u16) {
        if let Some(bytes) = self.data.first_chunk_mut() {
            *bytes = tag.to_le_bytes();
        }
    }

    /// A field that an older schema does not know is null.
    pub fn pointer(&self, at: usize) -> &Pointer {
        self.pointers.get(at).unwrap_or(&Pointer::Null)
    }

    pub fn pointer_mut(&mut self, at: usize) -> &mut Pointer {
        if self.pointers.len() <= at {
            self.pointers.resize(at + 1, Pointer::Null);
        }
        &mut self.pointers[at]
    }

    pub fn text(&self, at: usize) -> Option<&str> {
        self.pointer(at).as_text()
    }
}

/// Reads a message's root; `None` if it is not a message.
pub fn decode(bytes: &[u8]) -> Option<Struct> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let count = usize::try_from(number(0)?).ok()?.checked_add(1).filter(|count| *count <= 1 << 16)?;
    // The table of sizes is padded to whole words.
    let mut at = (4 + 4 * count).next_multiple_of(WORD);
    let mut segments = Vec::with_capacity(count);
    for segment in 0..count {
        let length = usize::try_from(number(4 + 4 * segment)?).ok()?.checked_mul(WORD)?;
        segments.push(bytes.get(at..at.checked_add(length)?)?);
        at += length;
    }
    let mut reader = Reader { segments, left: MOST_WORDS };
    match reader.pointer(0, 0, DEPTH)? {
        Pointer::Struct(root) => Some(root),
        _ => None,
    }
}

struct Reader<'a> {
    segments: Vec<&'a [u8]>,
    left: usize,
}

impl<'a> Reader<'a> {
    fn words(&mut self, segment: usize, at: usize, count: usize) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(count)?;
        self.segments.get(segment)?.get(at.checked_mul(WORD)?..at.checked_add(count)?.checked_mul(WORD)?)
    }

    fn word(&mut self, segment: usize, at: usize) -> Option<u64> {
        Some(u64::from_le_bytes(*self.words(segment, at, 1)?.first_chunk()?))
    }

    fn pointer(&mut self, segment: usize, at: usize, depth: u32) -> Option<Pointer> {
        let depth = depth.checked_sub(1)?;
        let word = self.word(segment, at)?;
        if word == 0 {
            return Some(Pointer::Null);
        }
        if word & 3 != 2 {
            return self.object(word, segment, displaced(at, word)?, depth);
        }
        // Far: in another segment, with or without a landing pad of two words.
        let (pad, place) = (usize::try_from(word >> 32).ok()?, usize::try_from((word >> 3) & 0x1fff_ffff).ok()?);
        if word & 4 == 0 {
            return self.pointer(pad, place, depth);
        }
        let (far, tag) = (self.word(pad, place)?, self.word(pad, place + 1)?);
        let (segment, place) = (usize::try_from(far >> 32).ok()?, usize::try_from((far >> 3) & 0x1fff_ffff).ok()?);
        self.object(tag, segment, place, depth)
    }

    fn object(&mut self, word: u64, segment: usize, at: usize, depth: u32) -> Option<Pointer> {
        match word & 3 {
            0 => self.structure(segment, at, sizes(word), depth).map(Pointer::Struct),
            1 => self.list(word, segment, at, depth),
            // A capability, which no file has.
            _ => None,
        }
    }

    fn structure(&mut self, segment: usize, at: usize, (data, pointers): (usize, usize), depth: u32) -> Option<Struct> {
        let own = self.words(segment, at, data)?.to_vec();
        let pointers = (0..pointers).map(|pointer| self.pointer(segment, at + data + pointer, depth));
        Some(Struct { data: own, pointers: pointers.collect::<Option<_>>()? })
    }

    fn list(&mut self, word: u64, segment: usize, at: usize, depth: u32) -> Option<Pointer> {
        let size = u8::try_from((word >> 32) & 7).ok()?;
        let count = u32::try_from(word >> 35).ok()?;
        let elements = usize::try_from(count).ok()?;
        match size {
            COMPOSITE => {
                let tag = self.word(segment, at)?;
                let elements = usize::try_from((tag >> 2) & 0x3fff_ffff).ok()?;
                let (data, pointers) = sizes(tag);
                // Empty elements take no room, so that a few bytes could ask for millions of them.
                if data + pointers == 0 && elements > MOST_EMPTY {
                    return None;
                }
                let of = |index: usize| at + 1 + index * (data + pointers);
                let all = (0..elements).map(|index| self.structure(segment, of(index), (data, pointers), depth));
                all.collect::<Option<_>>().map(Pointer::Structs)
            }
            POINTERS => {
                let all = (0..elements).map(|index| self.pointer(segment, at + index, depth));
                all.collect::<Option<_>>().map(Pointer::Pointers)
            }
            size => {
                let length = flat_bytes(size, elements);
                let bytes = self.words(segment, at, length.div_ceil(WORD))?[..length].to_vec();
                Some(Pointer::Flat { size, count, bytes })
            }
        }
    }
}

/// Where a pointer at `at` leads, by its signed offset.
fn displaced(at: usize, word: u64) -> Option<usize> {
    let low = u32::try_from(word & 0xffff_ffff).ok()?;
    let offset = isize::try_from(low.cast_signed() >> 2).ok()?;
    (at + 1).checked_add_signed(offset)
}

/// Words of data, and pointers, of a struct.
fn sizes(word: u64) -> (usize, usize) {
    // Sixteen bits each, which fit everywhere.
    let part = |shift: u32| usize::try_from((word >> shift) & 0xffff).unwrap_or_default();
    (part(32), part(48))
}

fn flat_bytes(size: u8, elements: usize) -> usize {
    let bits = [0, 1, 8, 16, 32, 64][usize::from(size.min(5))];
    (elements * bits).div_ceil(8)
}

/// Writes a message of one segment.
pub fn encode(root: &Struct) -> Vec<u8> {
    let mut out = vec![0; 2 * WORD];
    write_struct(&mut out, WORD, root);
    let words = u32::try_from(out.len() / WORD - 1).unwrap_or(u32::MAX);
    out[4..WORD].copy_from_slice(&words.to_le_bytes());
    out
}

/// Room for `words` more; where it begins, in bytes.
fn allocate(out: &mut Vec<u8>, words: usize) -> usize {
    let at = out.len();
    out.resize(at + words * WORD, 0);
    at
}

/// The distance of a pointer at `at` to `to`, both in bytes.
fn offset(at: usize, to: usize) -> u64 {
    // A configuration is some megabytes, far below the 4 GB that the offset has room for.
    u64::try_from(to / WORD - at / WORD - 1).unwrap_or_default() << 2
}

fn put(out: &mut [u8], at: usize, word: u64) {
    out[at..at + WORD].copy_from_slice(&word.to_le_bytes());
}

fn struct_word(data: usize, pointers: usize) -> u64 {
    let part = |count: usize| u64::try_from(count & 0xffff).unwrap_or_default();
    part(data) << 32 | part(pointers) << 48
}

fn write_struct(out: &mut Vec<u8>, at: usize, own: &Struct) {
    let (data, pointers) = (own.data.len().div_ceil(WORD), own.pointers.len());
    if data + pointers == 0 {
        // An empty struct points at itself, so that it is not null.
        return put(out, at, 0xffff_fffc);
    }
    let to = allocate(out, data + pointers);
    put(out, at, offset(at, to) | struct_word(data, pointers));
    fill(out, to, data, own);
}

fn fill(out: &mut Vec<u8>, to: usize, data: usize, own: &Struct) {
    out[to..to + own.data.len()].copy_from_slice(&own.data);
    for (index, pointer) in own.pointers.iter().enumerate() {
        write(out, to + (data + index) * WORD, pointer);
    }
}

fn write(out: &mut Vec<u8>, at: usize, pointer: &Pointer) {
    let list = |size: u8, count: usize| 1 | u64::from(size) << 32 | u64::try_from(count).unwrap_or_default() << 35;
    match pointer {
        Pointer::Null => {}
        Pointer::Struct(own) => write_struct(out, at, own),
        Pointer::Flat { size, count, bytes } => {
            let to = allocate(out, bytes.len().div_ceil(WORD));
            out[to..to + bytes.len()].copy_from_slice(bytes);
            put(out, at, offset(at, to) | list(*size, usize::try_from(*count).unwrap_or_default()));
        }
        Pointer::Pointers(all) => {
            let to = allocate(out, all.len());
            put(out, at, offset(at, to) | list(POINTERS, all.len()));
            for (index, pointer) in all.iter().enumerate() {
                write(out, to + index * WORD, pointer);
            }
        }
        Pointer::Structs(all) => {
            // All elements of a list have one size.
            let data = all.iter().map(|own| own.data.len().div_ceil(WORD)).max().unwrap_or_default();
            let pointers = all.iter().map(|own| own.pointers.len()).max().unwrap_or_default();
            let words = all.len() * (data + pointers);
            let tag = allocate(out, 1 + words);
            put(out, at, offset(at, tag) | list(COMPOSITE, words));
            let count = u64::try_from(all.len()).unwrap_or_default();
            put(out, tag, count << 2 | struct_word(data, pointers));
            for (index, own) in all.iter().enumerate() {
                fill(out, tag + (1 + index * (data + pointers)) * WORD, data, own);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Struct {
        let inner = Struct::tagged(7, vec![Pointer::text("é"), Pointer::Null]);
        let lists = vec![
            Pointer::Structs(vec![inner.clone(), Struct::tagged(1, vec![Pointer::text("b"), Pointer::text("")])]),
            Pointer::Pointers(vec![Pointer::text("x"), Pointer::Null]),
            Pointer::Flat { size: 1, count: 11, bytes: vec![0xff, 0x07] },
            Pointer::Struct(inner),
            Pointer::Struct(Struct::default()),
            Pointer::Structs(Vec::new()),
        ];
        Struct { data: vec![1; 16], pointers: lists }
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(decode(&encode(&sample())), Some(sample()));
        assert_eq!(sample().pointers[3].as_struct().map(|inner| (inner.tag(), inner.text(0))), Some((7, Some("é"))));
    }

    #[test]
    fn far_pointers_lead_to_other_segments() {
        // Segment 0: one far pointer; segment 1: its landing pad, then a struct of one word and one text in segment 2.
        let mut bytes = Vec::new();
        for number in [2_u32, 1, 3, 4] {
            bytes.extend(number.to_le_bytes());
        }
        let text = u64::from_le_bytes(*b"hi\0\0\0\0\0\0");
        // A double far pointer: a pad with the place and a tag.
        let words = [
            2 | 1 << 32,
            1 << 32 | 1 << 48,
            42,
            6 | 1 << 3 | 2 << 32,
            0,
            2 | 3 << 3 | 2 << 32,
            1 | 2 << 32 | 3 << 35,
            text,
        ];
        for word in words {
            bytes.extend(u64::to_le_bytes(word));
        }
        let root = decode(&bytes).unwrap();
        assert_eq!((root.data[0], root.text(0)), (42, Some("hi")));
    }

    #[test]
    fn nothing_that_is_cut_or_changed_panics() {
        let whole = encode(&sample());
        for length in 0..whole.len() {
            assert_eq!(decode(&whole[..length]), None, "{length} bytes");
        }
        for at in 0..whole.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[at] ^= flip;
                let _ = decode(&changed);
            }
        }
    }
}
