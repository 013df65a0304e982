//! Bits, the highest first, as FLAC and MP3 have them.

#[derive(Debug, Default)]
pub struct Bits {
    pub bytes: Vec<u8>,
    /// Bits that fill no byte yet: their value and how many (fewer than 8).
    waiting: u64,
    count: u32,
}

impl Bits {
    /// Goes on behind whole bytes.
    pub fn after(bytes: Vec<u8>) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// The lowest `count` bits of `value`; at most 32.
    pub fn put(&mut self, value: u32, count: u32) {
        let mask = (1_u64 << count) - 1;
        self.waiting = (self.waiting << count) | (u64::from(value) & mask);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            self.bytes.push((self.waiting >> self.count) as u8);
        }
        self.waiting &= (1 << self.count) - 1;
    }

    /// As many zeros, then a one.
    pub fn unary(&mut self, zeros: u32) {
        for _ in 0..zeros / 32 {
            self.put(0, 32);
        }
        self.put(0, zeros % 32);
        self.put(1, 1);
    }

    /// Zeros up to a whole byte.
    pub fn fill(&mut self) {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_highest_first() {
        let mut bits = Bits::default();
        bits.put(0b101, 3);
        bits.unary(2);
        bits.put(u32::MAX, 32);
        bits.unary(40);
        bits.fill();
        assert_eq!(bits.bytes, [0b1010_0111, 255, 255, 255, 0b1111_1100, 0, 0, 0, 0, 0b0000_0010]);
    }
}
