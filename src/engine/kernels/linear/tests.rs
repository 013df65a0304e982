//! Stored weights beside the same weights unpacked.

use half::{bf16, f16};

use super::*;

/// Rows of random codes in some storage.
struct Random {
    storage: Storage,
    outputs: usize,
    inputs: usize,
    seed: u32,
}

impl Random {
    fn number(&self, a: usize, b: usize) -> u32 {
        let (a, b) = ((a as u32).wrapping_mul(2_654_435_761), (b as u32).wrapping_mul(40_503));
        a.wrapping_add(b).wrapping_add(self.seed).wrapping_mul(2_246_822_519) >> 8
    }
}

impl Part for Random {
    fn outputs(&self) -> usize {
        self.outputs
    }

    fn storage(&self) -> Storage {
        self.storage
    }

    fn read(&self, output: usize, to: &mut [f32]) {
        if let Storage::Coded(format) = self.storage {
            let mut row = CodedRow::default();
            self.take_apart(output, &mut row);
            return row.read(&format, to);
        }
        for (k, to) in to.iter_mut().enumerate() {
            let value = self.number(output, k) as f32 / (1 << 24) as f32 - 0.5;
            *to = match self.storage {
                Storage::F16 => f16::from_f32(value).to_f32(),
                Storage::Bf16 => bf16::from_f32(value).to_f32(),
                _ => value,
            };
        }
    }

    fn take_apart(&self, output: usize, row: &mut CodedRow) {
        let Storage::Coded(format) = self.storage else { return };
        row.clear();
        let half = |group, salt| {
            let value = self.number(output, group * 7 + salt) as f32 / (1 << 24) as f32 * 0.01;
            f16::from_f32(value).to_bits()
        };
        let groups = self.inputs / if format.is_two_level { 256 } else { format.block };
        row.scales.extend((0..groups).map(|group| half(group, 1)));
        row.codes.extend((0..self.inputs).map(|k| match (self.number(output, k), format.bits) {
            (number, 4) => (number & 15) as i8,
            (number, _) => (number & 255) as u8 as i8,
        }));
        let integers = |salt| (0..self.inputs / format.block).map(move |b| (self.number(b, output + salt) & 63) as i8);
        if format.is_two_level {
            row.block_scales.extend(integers(3));
        }
        if format.has_offsets {
            row.offsets.extend((0..groups).map(|group| half(group, 5)));
            if format.is_two_level {
                row.block_offsets.extend(integers(9));
            }
        }
    }
}

#[test]
fn what_comes_in_fewer_bits_gives_the_bits_of_what_it_means() {
    let plain = Format { bits: 8, block: 32, is_two_level: false, has_offsets: false, zero: 0 };
    let storages = [
        Storage::F16,
        Storage::Bf16,
        Storage::Coded(plain),
        Storage::Coded(Format { bits: 4, zero: 8, ..plain }),
        Storage::Coded(Format { bits: 4, has_offsets: true, ..plain }),
        Storage::Coded(Format { block: 16, is_two_level: true, ..plain }),
        Storage::Coded(Format { bits: 4, is_two_level: true, has_offsets: true, ..plain }),
    ];
    let inputs = 512;
    for isa in Isa::all() {
        for storage in storages {
            let first = Random { storage, outputs: 37, inputs, seed: 1 };
            let second = Random { storage: Storage::F32, outputs: 5, inputs, seed: 2 };
            let third = Random { storage, outputs: 40, inputs, seed: 3 };
            let bias: Vec<f32> = (0..82).map(|index| index as f32 * 0.1).collect();
            let parts: [&dyn Part; 3] = [&first, &second, &third];
            let coded = Linear::of_parts(isa, Arithmetic::Float, inputs, &parts, Some(&bias));
            let mut weight = vec![0.0; 82 * inputs];
            let rows = parts.iter().flat_map(|part| (0..part.outputs()).map(move |row| (part, row)));
            for ((part, row), to) in rows.zip(weight.chunks_exact_mut(inputs)) {
                part.read(row, to);
            }
            let whole = Linear::new(isa, &weight, &bias, inputs);
            for rows in [1, 2, 3, 4, 5, 13, 100] {
                let x: Vec<f32> = (0..rows * inputs).map(|index| (index as f32 * 0.7).sin()).collect();
                let (mut actual, mut expected) = (vec![0.0; rows * 82], vec![0.0; rows * 82]);
                coded.forward(&x, Activation::None, &mut actual);
                whole.forward(&x, Activation::None, &mut expected);
                let tolerance = if isa == Isa::PLAIN { 2e-4 } else { 0.0 };
                for (actual, expected) in actual.iter().zip(&expected) {
                    assert!((actual - expected).abs() <= tolerance, "{} {storage:?} {rows}", isa.name());
                }
            }
            let mut row = vec![0.0; inputs];
            for output in [0, 36, 37, 41, 42, 81] {
                coded.weights_of(output, &mut row);
                assert_eq!(row, weight[output * inputs..][..inputs], "{} {storage:?} {output}", isa.name());
            }
        }
    }
}

/// Integer products are those of the rounded rows with the weights, and a row's have the same bits in any company.
#[test]
fn integer_products_are_those_of_the_rounded_rows() {
    let plain = Format { bits: 8, block: 32, is_two_level: false, has_offsets: false, zero: 0 };
    let two = Format { is_two_level: true, ..plain };
    for isa in Isa::all() {
        for format in [
            Format { bits: 4, zero: 8, ..plain },
            Format { bits: 4, has_offsets: true, ..plain },
            plain,
            Format { has_offsets: true, ..plain },
            Format { block: 16, has_offsets: true, ..two },
            Format { block: 16, ..two },
            Format { bits: 4, has_offsets: true, ..two },
            Format { has_offsets: true, ..two },
        ] {
            let (inputs, outputs) = (512, 83);
            let part = Random { storage: Storage::Coded(format), outputs, inputs, seed: 7 };
            let mut weight = vec![0.0; outputs * inputs];
            weight.chunks_exact_mut(inputs).enumerate().for_each(|(row, to)| part.read(row, to));
            let bias: Vec<f32> = (0..outputs).map(|output| output as f32 * 0.01).collect();
            let linear = Linear::of_parts(isa, Arithmetic::Integer, inputs, &[&part], Some(&bias));
            let whole = Linear::new(isa, &weight, &bias, inputs);
            for rows in [1, 2, 5, 6, 7, 8, 9, 40] {
                let x: Vec<f32> = (0..rows * inputs).map(|at| (at as f32 * 0.7).sin() * (1 + at % 5) as f32).collect();
                let mut quantized = Quantized::default();
                quantized.fill(isa, &x, inputs);
                let scale = |at: usize| quantized.scales[at / 32];
                let rounded: Vec<f32> = (0..x.len()).map(|at| f32::from(quantized.codes[at]) * scale(at)).collect();
                for (at, (x, rounded)) in x.iter().zip(&rounded).enumerate() {
                    assert!((x - rounded).abs() <= 0.51 * scale(at), "{}: {x} {rounded}", isa.name());
                }
                let (mut actual, mut expected) = (vec![f32::NAN; rows * outputs], vec![0.0; rows * outputs]);
                threads::install(|| linear.forward(&x, Activation::None, &mut actual));
                whole.forward(&rounded, Activation::None, &mut expected);
                let size = expected.iter().map(|x| x.abs()).fold(0.0, f32::max);
                for (actual, expected) in actual.iter().zip(&expected) {
                    let error = (actual - expected).abs();
                    assert!(error <= 2e-5 * size, "{} {format:?} {rows}: {actual} {expected}", isa.name());
                }
                for (row, together) in actual.chunks_exact(outputs).enumerate() {
                    let mut alone = vec![f32::NAN; outputs];
                    linear.forward(&x[row * inputs..][..inputs], Activation::None, &mut alone);
                    assert_eq!(alone, together, "{} {format:?}", isa.name());
                }
            }
        }
    }
}

#[test]
fn rows_that_are_zero_or_not_finite_are_survived() {
    let format = Format { bits: 8, block: 32, is_two_level: false, has_offsets: false, zero: 0 };
    for isa in Isa::all() {
        let part = Random { storage: Storage::Coded(format), outputs: 3, inputs: 64, seed: 7 };
        let linear = Linear::of_parts(isa, Arithmetic::Integer, 64, &[&part], None);
        let mut y = [f32::NAN; 3];
        linear.forward(&[0.0; 64], Activation::None, &mut y);
        assert_eq!(y, [0.0; 3], "{}", isa.name());
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE / 2.0] {
            linear.forward(&[odd; 64], Activation::None, &mut y);
        }
    }
}
