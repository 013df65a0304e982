//! Account ids: 32 hexadecimal digits. All state hangs on one, and each is a world of its own.

/// The account that a call without one belongs to, where the wrangler configuration names none.
pub const DEFAULT: &str = "00000000000000000000000000000000";

/// 32 hexadecimal digits.
pub fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_32_hexadecimal_digits() {
        assert!(is_id(DEFAULT) && is_id("0123456789abcdefABCDEF0123456789"));
        assert!(!is_id("0") && !is_id("g0000000000000000000000000000000"));
    }
}
