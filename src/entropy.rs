//! Everything that looks random in an answer: ids, padding, seeds that a request did not give. With `--seed` the
//! stream repeats.

use std::sync::{Arc, Mutex, PoisonError};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use uuid::Uuid;

/// A shared stream of randomness. Clones draw from the same stream.
#[derive(Debug, Clone)]
pub struct Entropy {
    seed: u64,
    rng: Arc<Mutex<ChaCha12Rng>>,
}

impl Entropy {
    /// The same stream in every process.
    pub fn seeded(seed: u64) -> Self {
        Self { seed, rng: Arc::new(Mutex::new(ChaCha12Rng::seed_from_u64(seed))) }
    }

    /// A stream of its own for `name`, from its beginning: the same for the same seed, whatever the others draw.
    pub fn branch(&self, name: &str) -> Self {
        // FNV-1a: the same on every machine and in every version.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self::seeded(self.seed ^ hash)
    }

    /// Another stream in every process.
    pub fn from_system() -> Self {
        Self::seeded(seed_from_system())
    }

    /// A random (version 4) UUID in lower case with hyphens.
    pub fn uuid(&self) -> String {
        self.id().to_string()
    }

    /// The same, unprinted.
    pub fn id(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.draw(|rng| rng.fill_bytes(&mut bytes));
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    pub fn seed(&self) -> u64 {
        self.draw(Rng::next_u64)
    }

    /// Uniform from 0 up to, and not including, 1.
    pub fn unit(&self) -> f64 {
        self.draw(|rng| rng.random())
    }

    /// 1 to 50 letters and digits: the padding that hides a stream frame's length.
    pub fn padding(&self) -> String {
        const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        self.draw(|rng| {
            let length = rng.random_range(1..=50);
            (0..length).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect()
        })
    }

    fn draw<T>(&self, with: impl FnOnce(&mut ChaCha12Rng) -> T) -> T {
        with(&mut self.rng.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The system's randomness through the standard library's hasher keys, which are seeded from it once per process.
fn seed_from_system() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_the_stream() {
        let (one, two) = (Entropy::seeded(7), Entropy::seeded(7));
        assert_eq!((one.uuid(), one.seed(), one.padding()), (two.uuid(), two.seed(), two.padding()));
        assert_ne!(one.uuid(), Entropy::seeded(8).uuid());
    }

    #[test]
    fn branches_repeat_whatever_the_others_draw() {
        let (one, two) = (Entropy::seeded(7), Entropy::seeded(7));
        one.uuid();
        assert_eq!(one.branch("a").uuid(), two.branch("a").uuid());
        assert_ne!(one.branch("a").uuid(), one.branch("b").uuid());
        assert!((0..100).all(|_| (0.0..1.0).contains(&one.unit())));
    }

    #[test]
    fn ids_are_version_4_and_padding_is_bounded() {
        let entropy = Entropy::from_system();
        assert_eq!(entropy.uuid().as_bytes()[14], b'4');
        for _ in 0..200 {
            assert!((1..=50).contains(&entropy.padding().len()));
        }
    }
}
