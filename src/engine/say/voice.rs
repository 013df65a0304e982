//! Whose voice: what of it follows from a speaker's name.

/// Voices that are heard as women's, of the speakers that production has.
const HIGH: &str = "amalthea andromeda asteria athena aurora callista carina celeste cora cordelia delia diana electra \
    estrella harmonia helena hera iris janus juno luna minerva ophelia pandora phoebe selena stella thalia theia vesta";

/// A speaker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voice {
    /// Of the vocal cords, in hertz, on average.
    pub pitch: f32,
    /// By how much the formants are higher than a man's of middling size.
    pub size: f32,
    /// By how much it is faster than usual.
    pub rate: f32,
    /// Breath among the voice, beside the usual.
    pub breath: f32,
}

impl Voice {
    /// The voice of a speaker: always the same for a name, and others for other names.
    pub fn of(speaker: &str) -> Self {
        let hash = hash(speaker.bytes());
        // Four numbers from -1 to 1.
        let [one, two, three, four] = [0, 12, 24, 36].map(|shift| ((hash >> shift) & 0xfff) as f32 / 2047.5 - 1.0);
        let is_high = HIGH.split_whitespace().any(|name| name == speaker);
        let (pitch, size) = if is_high { (196.0, 1.16) } else { (112.0, 1.0) };
        Self {
            pitch: pitch * (1.0 + 0.14 * one),
            size: size * (1.0 + 0.04 * two),
            rate: 1.0 + 0.06 * three,
            breath: 0.02 + 0.012 * four,
        }
    }
}

/// FNV-1a, so that a name means the same on every machine; its bits are spread once more.
pub fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    let sum = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    (sum ^ (sum >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_right(17)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_voices_of_their_own() {
        let (luna, zeus) = (Voice::of("luna"), Voice::of("zeus"));
        assert_eq!(luna, Voice::of("luna"));
        assert!(luna.pitch > zeus.pitch + 40.0 && luna.size > zeus.size, "{luna:?} {zeus:?}");
        assert_ne!(Voice::of("zeus"), Voice::of("orion"));
    }
}
