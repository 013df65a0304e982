//! From lines to codes: one step size for a granule, the finest that fits, and for each region of its lines the table that
//! takes fewest bits (ISO 11172-3, 2.4.1.7 and 2.4.2.7).

use super::super::bits::Bits;
use super::FRAME;
use super::tables::{BANDS, LINBITS, QUADS, TABLES, Table};

/// Larger magnitudes have no code: 15, and the 13 bits behind it.
const MOST: u32 = 15 + 8191;
/// Tables that a region can take: none, the plain ones, and the last in each of its widths.
const CHOICES: usize = TABLES.len() + LINBITS.len();

/// A granule's lines as whole numbers, and how they are written.
pub struct Granule {
    values: [i32; FRAME],
    gain: u32,
    length: u32,
    /// Lines in pairs, from the bottom; then quads of ones.
    pairs: usize,
    quads: usize,
    is_second_quad: bool,
    /// Choices of the three regions, and how many bands the first two have.
    choices: [usize; 3],
    regions: [usize; 2],
}

impl Granule {
    /// The finest that takes at most `most` bits.
    pub fn fit(lines: &[f32; FRAME], most: u32) -> Self {
        // Steps grow with the gain, and bits fall; at the top everything is silence.
        let (mut low, mut high) = (0, 255);
        while low < high {
            let middle = (low + high) / 2;
            match Self::at(lines, middle) {
                Some(granule) if granule.length <= most => high = middle,
                _ => low = middle + 1,
            }
        }
        Self::at(lines, high).unwrap_or_else(Self::silence)
    }

    fn silence() -> Self {
        Self {
            values: [0; FRAME],
            gain: 210,
            length: 0,
            pairs: 0,
            quads: 0,
            is_second_quad: false,
            choices: [0; 3],
            regions: [1, 1],
        }
    }

    /// At a gain; `None`: a line is beyond every code.
    fn at(lines: &[f32; FRAME], gain: u32) -> Option<Self> {
        let step = (f64::from(gain as i32 - 210) / 4.0).exp2();
        let finer = (1.0 / step) as f32;
        let mut values = [0; FRAME];
        for (value, line) in values.iter_mut().zip(lines) {
            // Half is rounded down a little, for small values are likelier.
            let magnitude = ((line.abs() * finer).powf(0.75) + 0.4054).floor();
            if magnitude > MOST as f32 {
                return None;
            }
            *value = if *line < 0.0 { -(magnitude as i32) } else { magnitude as i32 };
        }
        Some(Self { values, gain, ..Self::silence() }.divide())
    }

    /// Chooses regions and tables.
    fn divide(mut self) -> Self {
        let mut end = FRAME;
        while end >= 2 && self.values[end - 2..end] == [0, 0] {
            end -= 2;
        }
        let mut first = [0_u32; 2];
        while end >= 4 && self.values[end - 4..end].iter().all(|value| value.abs() <= 1) {
            end -= 4;
            self.quads += 1;
            let (index, ones) = quad(&self.values[end..end + 4]);
            first = [first[0] + (QUADS[index] & 31) + ones, first[1] + 4 + ones];
        }
        self.pairs = end / 2;
        self.is_second_quad = first[1] < first[0];
        self.length = first[0].min(first[1]);
        if end == 0 {
            return self;
        }
        // Bits of each band in each table, summed from the bottom.
        let mut sums = [[0_u32; CHOICES]; BANDS.len()];
        for band in 0..BANDS.len() - 1 {
            let lines = &self.values[BANDS[band].min(end)..BANDS[band + 1].min(end)];
            sums[band + 1] = std::array::from_fn(|choice| sums[band][choice] + cost(lines, choice));
        }
        let best = |from: usize, to: usize| {
            (0..CHOICES).map(|choice| (sums[to][choice] - sums[from][choice], choice)).min().unwrap_or_default()
        };
        let last = BANDS.len() - 1;
        let mut found = (u32::MAX, [0; 3], [1, 1]);
        let third: Vec<(u32, usize)> = (0..=last).map(|from| best(from, last)).collect();
        for first in 1..=16 {
            let one = best(0, first);
            for second in 1..=8.min(last - first) {
                let two = best(first, first + second);
                let three = third[first + second];
                let cost = one.0 + two.0 + three.0;
                if cost < found.0 {
                    found = (cost, [one.1, two.1, three.1], [first, second]);
                }
            }
        }
        self.length += found.0;
        (self.choices, self.regions) = (found.1, found.2);
        self
    }

    /// The side information: 72 bits.
    pub fn side(&self, bits: &mut Bits) {
        // Nothing in a frame before; no private bit.
        bits.put(0, 9);
        bits.put(self.length, 12);
        bits.put(self.pairs as u32, 9);
        bits.put(self.gain, 8);
        // All scales 1, no short blocks.
        bits.put(0, 10);
        for choice in self.choices {
            bits.put(number(choice), 5);
        }
        bits.put(self.regions[0] as u32 - 1, 4);
        bits.put(self.regions[1] as u32 - 1, 3);
        bits.put(0, 1);
        bits.put(self.is_second_quad.into(), 1);
    }

    /// The codes: as many bits as the side information says.
    pub fn codes(&self, bits: &mut Bits) {
        let edges = [BANDS[self.regions[0]], BANDS[self.regions[0] + self.regions[1]], FRAME];
        for (number, pair) in self.values[..2 * self.pairs].chunks_exact(2).enumerate() {
            let region = edges.iter().position(|edge| 2 * number < *edge).unwrap_or(2);
            let Some((table, linbits)) = table(self.choices[region]) else { continue };
            let capped = |value: i32| (value.unsigned_abs() as usize).min(table.most);
            let code = table.codes[capped(pair[0]) * (table.most + 1) + capped(pair[1])];
            bits.put(code >> 5, code & 31);
            for value in pair {
                let magnitude = value.unsigned_abs();
                if linbits > 0 && magnitude >= 15 {
                    bits.put(magnitude - 15, linbits);
                }
                if *value != 0 {
                    bits.put((*value < 0).into(), 1);
                }
            }
        }
        for four in self.values[2 * self.pairs..][..4 * self.quads].chunks_exact(4) {
            let (index, _) = quad(four);
            match self.is_second_quad {
                true => bits.put(15 - index as u32, 4),
                false => bits.put(QUADS[index] >> 5, QUADS[index] & 31),
            }
            for value in four.iter().filter(|value| **value != 0) {
                bits.put((*value < 0).into(), 1);
            }
        }
    }
}

/// Four magnitudes as one number, and how many are there.
fn quad(four: &[i32]) -> (usize, u32) {
    let ones = four.iter().filter(|value| **value != 0).count() as u32;
    (four.iter().fold(0, |index, value| index << 1 | usize::from(*value != 0)), ones)
}

/// A choice's table and the bits behind a 15; the first choice is none, for zeros only.
fn table(choice: usize) -> Option<(&'static Table, u32)> {
    match choice.checked_sub(1)? {
        plain if plain < TABLES.len() - 1 => Some((&TABLES[plain], 0)),
        wide => Some((&TABLES[TABLES.len() - 1], LINBITS[(wide + 1 - TABLES.len()).min(LINBITS.len() - 1)])),
    }
}

/// As the side information names a choice.
fn number(choice: usize) -> u32 {
    match choice {
        0 => 0,
        plain if plain < TABLES.len() => TABLES[plain - 1].number,
        wide => TABLES[TABLES.len() - 1].number + (wide - TABLES.len()) as u32,
    }
}

/// Bits of these lines; far too many where the table has no code.
fn cost(lines: &[i32], choice: usize) -> u32 {
    // Of 22 bands, the sum has room.
    const NONE: u32 = 1 << 20;
    let most = lines.iter().map(|value| value.unsigned_abs()).max().unwrap_or_default();
    let Some((table, linbits)) = table(choice) else { return if most == 0 { 0 } else { NONE } };
    let reach = if linbits > 0 { 15 + (1 << linbits) - 1 } else { table.most as u32 };
    if most > reach {
        return NONE;
    }
    let pair = |pair: &[i32]| {
        let capped = |value: i32| (value.unsigned_abs() as usize).min(table.most);
        let behind = |value: &i32| {
            let magnitude = value.unsigned_abs();
            u32::from(magnitude > 0) + if linbits > 0 && magnitude >= 15 { linbits } else { 0 }
        };
        (table.codes[capped(pair[0]) * (table.most + 1) + capped(pair[1])] & 31) + pair.iter().map(behind).sum::<u32>()
    };
    lines.chunks_exact(2).map(pair).sum()
}
