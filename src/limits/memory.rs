//! How much memory work will take, said before it is taken.

/// Of one value, a member's key and its place in the order included; see [`json`].
const PER_VALUE: usize = 72;
/// Of one list or object, its first allocation included.
const PER_NEST: usize = 160;

/// Bytes that a JSON text takes as values at most, about: its strings, and a place for every value. Text that is no JSON is
/// guessed as if it were.
pub fn json(text: &[u8]) -> usize {
    let (mut values, mut nests) = (1_usize, 0_usize);
    for byte in text {
        values += usize::from(*byte == b',');
        nests += usize::from(matches!(byte, b'[' | b'{'));
    }
    text.len().saturating_add(values.saturating_mul(PER_VALUE)).saturating_add(nests.saturating_mul(PER_NEST))
}

/// No text takes more for each of its bytes.
pub const MOST_PER_BYTE: usize = 1 + PER_VALUE + PER_NEST;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_takes_itself_and_values_take_more() {
        assert_eq!(json(b"\"abc\""), 5 + PER_VALUE);
        let numbers = format!("[{}0]", "0,".repeat(1000));
        // serde_json's value has 32 bytes.
        assert!(json(numbers.as_bytes()) > 32 * 1001);
        let nested = "[{}],".repeat(100);
        assert!(json(nested.as_bytes()) > 200 * PER_NEST);
        for text in [&b"[[[["[..], b",,,,", b"{\"a\":{\"b\":[]}}", b"aaaa"] {
            assert!(json(text) <= (text.len() + 1) * MOST_PER_BYTE, "{text:?}");
        }
    }
}
