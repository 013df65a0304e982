//! Checksums by the form of an ETag: large files have a sha256, small ones their name in Git.

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// A running checksum of a file of known size.
pub enum Digest {
    Sha256(Sha256),
    /// `blob <size>\0` and the content.
    Git(Sha1),
    /// An ETag of a form that says nothing about the content.
    Unknown,
}

impl Digest {
    /// What the file named by `etag` is checked with.
    pub fn of(etag: &str, size: u64) -> Self {
        let is_hex = etag.bytes().all(|byte| byte.is_ascii_hexdigit());
        match etag.len() {
            64 if is_hex => Self::Sha256(Sha256::new()),
            40 if is_hex => Self::Git(Sha1::new().chain_update(format!("blob {size}\0"))),
            _ => Self::Unknown,
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(state) => state.update(bytes),
            Self::Git(state) => state.update(bytes),
            Self::Unknown => {}
        }
    }

    /// The checksum in hexadecimal; none where nothing is known.
    pub fn finish(self) -> Option<String> {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::Sha256(state) => Some(hex(&state.finalize())),
            Self::Git(state) => Some(hex(&state.finalize())),
            Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_tools() {
        // `printf hello | sha256sum` and `printf hello | git hash-object --stdin`.
        for etag in [
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0",
        ] {
            let mut digest = Digest::of(etag, 5);
            digest.update(b"hel");
            digest.update(b"lo");
            assert_eq!(digest.finish().as_deref(), Some(etag));
        }
        assert!(Digest::of("W-something", 5).finish().is_none());
    }
}
