//! `y = x W^T + b`, optionally through GELU: nine tenths of a model's time.
//!
//! The weights are packed once into panels of two vectors' width, so that the inner loop reads them front to back;
//! a tile of `ROWS` rows by one panel stays in registers over the whole depth, and bias and activation are applied
//! before it is stored (packing on every call and separate passes were most of the loss of other engines).
//!
//! Weights that come in fewer bits stay so. A few rows are multiplied straight from the codes; for more, each panel is
//! unpacked once and then serves all rows.

use std::cell::RefCell;

use super::coded::{CodedPanels, CodedRow, Format, HalfPanels, Step};
use super::isa::{Isa, Kernel};
use super::shared::Shared;
use super::simd::Simd;
use super::threads;
use super::tile::{Sums, store, tiles};

/// Rows that are multiplied by one panel after another before the next rows come: their share of `x` stays in L2.
const ROW_BLOCK: usize = 96;
/// Less work than this many multiplications is not worth handing to another thread.
const WORTH_SHARING: usize = 1 << 17;
/// Rows that are multiplied straight from codes; see [`Columns::few`].
const FEW: usize = 4;

/// What happens to `x W^T + b` before it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    None,
    /// With the error function; see `math::gelu`.
    Gelu,
}

/// How weights are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    F32,
    F16,
    Bf16,
    Coded(Format),
}

/// Some outputs of a linear layer, as a checkpoint has them.
pub trait Part {
    /// Number of outputs.
    fn outputs(&self) -> usize;
    fn storage(&self) -> Storage;
    /// The weights of one output.
    fn read(&self, output: usize, to: &mut [f32]);
    /// The same, taken apart, where they are coded.
    fn take_apart(&self, output: usize, row: &mut CodedRow);
}

/// A linear layer, packed for one instruction set.
#[derive(Debug)]
pub struct Linear {
    isa: Isa,
    inputs: usize,
    outputs: usize,
    /// Outputs one after the other; each section has whole panels.
    sections: Vec<Section>,
}

/// Outputs that are kept alike.
#[derive(Debug)]
struct Section {
    /// The first output, and how many.
    first: usize,
    outputs: usize,
    panels: Panels,
    /// Padded to whole panels.
    bias: Vec<f32>,
}

#[derive(Debug)]
enum Panels {
    /// Panel by panel: `[(p * inputs + k) * width + j]` is `W[p * width + j][k]`, 0 past the last output.
    Whole(Vec<Line>),
    Half(HalfPanels),
    Coded(CodedPanels),
}

/// A cache line: keeps vector loads from straddling two.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// Weights in memory, row by row.
struct Plain<'a> {
    weight: &'a [f32],
    inputs: usize,
}

impl Part for Plain<'_> {
    fn outputs(&self) -> usize {
        self.weight.len() / self.inputs.max(1)
    }

    fn storage(&self) -> Storage {
        Storage::F32
    }

    fn read(&self, output: usize, to: &mut [f32]) {
        to.copy_from_slice(&self.weight[output * self.inputs..][..self.inputs]);
    }

    fn take_apart(&self, _: usize, _: &mut CodedRow) {}
}

impl Linear {
    /// `weight` is `[outputs, inputs]` row by row, `bias` is `[outputs]`.
    pub fn new(isa: Isa, weight: &[f32], bias: &[f32], inputs: usize) -> Self {
        assert_eq!(weight.len(), inputs * bias.len());
        Self::of_parts(isa, inputs, &[&Plain { weight, inputs }], Some(bias))
    }

    /// The outputs of `parts`, one after the other, each kept as it comes.
    pub fn of_parts(isa: Isa, inputs: usize, parts: &[&dyn Part], bias: Option<&[f32]>) -> Self {
        let mut sections = Vec::new();
        let mut first = 0;
        for alike in parts.chunk_by(|a, b| a.storage() == b.storage()) {
            let section = Section::new(isa, inputs, first, alike, bias);
            first += section.outputs;
            sections.push(section);
        }
        Self { isa, inputs, outputs: first, sections }
    }

    pub fn inputs(&self) -> usize {
        self.inputs
    }

    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The weights of one output: a token's embedding, where the matrix that gives logits is the embedding as well.
    pub fn weights_of(&self, output: usize, weights: &mut [f32]) {
        assert!(output < self.outputs && weights.len() == self.inputs);
        for section in self.sections.iter().filter(|section| section.first <= output) {
            if output < section.first + section.outputs {
                section.weights_of(self.isa, output - section.first, weights);
            }
        }
    }

    /// `input` is `[rows, inputs]`, `output` is `[rows, outputs]`. Inside [`threads::install`] it is spread over columns.
    pub fn forward(&self, input: &[f32], activation: Activation, output: &mut [f32]) {
        let rows = output.len().checked_div(self.outputs).unwrap_or(0);
        assert!(input.len() == rows * self.inputs && output.len() == rows * self.outputs);
        let output = Shared::new(output);
        for section in &self.sections {
            let panels = section.outputs.div_ceil(2 * self.isa.lanes());
            let pieces = match rows * self.inputs * section.outputs {
                work if work < WORTH_SHARING => 1,
                _ => panels.min(2 * threads::count()),
            };
            threads::each(pieces, |piece| {
                let panels = piece * panels / pieces..(piece + 1) * panels / pieces;
                self.isa.run(Columns { linear: self, section, input, rows, activation, panels, output });
            });
        }
    }
}

impl Section {
    fn new(isa: Isa, inputs: usize, first: usize, parts: &[&dyn Part], bias: Option<&[f32]>) -> Self {
        let width = 2 * isa.lanes();
        let outputs = parts.iter().map(|part| part.outputs()).sum::<usize>();
        let rows = parts.iter().flat_map(|part| (0..part.outputs()).map(move |row| (part, row))).enumerate();
        let mut weights = vec![0.0; inputs];
        let panels = match parts[0].storage() {
            Storage::F32 => {
                let count = outputs.div_ceil(width);
                let mut panels = vec![Line([0.0; 16]); (count * width * inputs).div_ceil(16)];
                for (output, (part, row)) in rows {
                    part.read(row, &mut weights);
                    let start = output / width * width * inputs + output % width;
                    for (k, value) in weights.iter().enumerate() {
                        let place = start + k * width;
                        panels[place / 16].0[place % 16] = *value;
                    }
                }
                Panels::Whole(panels)
            }
            storage @ (Storage::F16 | Storage::Bf16) => {
                let mut panels = HalfPanels::new(storage == Storage::Bf16, inputs, outputs, width);
                for (output, (part, row)) in rows {
                    part.read(row, &mut weights);
                    panels.put(output, &weights);
                }
                Panels::Half(panels)
            }
            Storage::Coded(format) => {
                let mut panels = CodedPanels::new(format, inputs, outputs, width);
                let mut coded = CodedRow::default();
                for (output, (part, row)) in rows {
                    part.take_apart(row, &mut coded);
                    panels.put(output, &coded);
                }
                Panels::Coded(panels)
            }
        };
        let mut bias = bias.map_or_else(Vec::new, |bias| bias[first..first + outputs].to_vec());
        bias.resize(outputs.next_multiple_of(width), 0.0);
        Self { first, outputs, panels, bias }
    }

    fn weights_of(&self, isa: Isa, output: usize, weights: &mut [f32]) {
        match &self.panels {
            Panels::Whole(panels) => {
                let width = 2 * isa.lanes();
                let start = output / width * width * weights.len() + output % width;
                for (k, weight) in weights.iter_mut().enumerate() {
                    let place = start + k * width;
                    *weight = panels[place / 16].0[place % 16];
                }
            }
            Panels::Half(panels) => panels.read(output, weights),
            Panels::Coded(panels) => panels.read(output, weights),
        }
    }
}

/// The columns of some panels, for all rows.
struct Columns<'a> {
    linear: &'a Linear,
    section: &'a Section,
    input: &'a [f32],
    rows: usize,
    activation: Activation,
    panels: std::ops::Range<usize>,
    output: Shared<'a>,
}

impl Kernel for Columns<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let width = 2 * S::LANES;
        let (depth, rows) = (self.linear.inputs, self.rows);
        assert!(self.panels.end * width <= self.section.bias.len());
        assert!(self.input.len() == rows * depth && self.output.len() == rows * self.linear.outputs);
        match &self.section.panels {
            Panels::Whole(lines) => {
                assert!(self.panels.end * width * depth <= lines.len() * 16);
                for start in (0..rows).step_by(ROW_BLOCK) {
                    for panel in self.panels.clone() {
                        let weights = lines.as_ptr().cast::<f32>().wrapping_add(panel * width * depth);
                        // SAFETY: the panel has `depth` steps of `width` floats, as was checked above.
                        unsafe { self.tiles(simd, start..rows.min(start + ROW_BLOCK), panel, weights) };
                    }
                }
            }
            Panels::Half(half) => {
                for panel in self.panels.clone() {
                    match rows {
                        0..=FEW => self.few(simd, panel, Source::Half(half)),
                        _ => self.unpacked(simd, panel, Source::Half(half)),
                    }
                }
            }
            Panels::Coded(coded) => {
                for panel in self.panels.clone() {
                    match rows {
                        0..=FEW => self.few(simd, panel, Source::Coded(coded)),
                        _ => self.unpacked(simd, panel, Source::Coded(coded)),
                    }
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Half(&'a HalfPanels),
    Coded(&'a CodedPanels),
}

impl Source<'_> {
    #[inline(always)]
    fn each_step<S: Simd>(self, simd: S, panel: usize, step: &mut impl Step<S>) {
        match self {
            Self::Half(panels) => panels.each_step(simd, panel, step),
            Self::Coded(panels) => panels.each_step(simd, panel, step),
        }
    }
}

thread_local! {
    /// Room for one unpacked panel.
    static UNPACKED: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
}

impl Columns<'_> {
    /// Some rows by a panel of floats.
    ///
    /// # Safety
    /// `weights` must be valid for reading the panel: `inputs` steps of two vectors.
    #[inline(always)]
    unsafe fn tiles<S: Simd>(&self, simd: S, rows: std::ops::Range<usize>, panel: usize, weights: *const f32) {
        let depth = self.linear.inputs;
        let mut sums = Sums::default();
        for (row, count) in tiles(rows.start, rows.end, S::ROWS) {
            // SAFETY: the caller's promise.
            unsafe { sums.multiply(simd, count, &self.input[row * depth..], depth, weights, 2 * S::LANES, depth) };
            self.finish(simd, &mut sums, row, count, panel);
        }
    }

    /// A few rows straight from the codes.
    #[inline(always)]
    fn few<S: Simd>(&self, simd: S, panel: usize, source: Source<'_>) {
        let mut sums = Sums::default();
        match self.rows {
            1 => sums.set(simd, self.products::<S, 1>(simd, panel, source)),
            2 => sums.set(simd, self.products::<S, 2>(simd, panel, source)),
            3 => sums.set(simd, self.products::<S, 3>(simd, panel, source)),
            FEW => sums.set(simd, self.products::<S, FEW>(simd, panel, source)),
            _ => return,
        }
        self.finish(simd, &mut sums, 0, self.rows, panel);
    }

    #[inline(always)]
    fn products<S: Simd, const M: usize>(&self, simd: S, panel: usize, source: Source<'_>) -> [[S::Vector; 2]; M] {
        let depth = self.linear.inputs;
        assert!(self.input.len() == M * depth);
        let rows = std::array::from_fn(|row| self.input[row * depth..].as_ptr());
        let mut few = Few { rows, sums: [[simd.splat(0.0); 2]; M] };
        source.each_step(simd, panel, &mut few);
        few.sums
    }

    /// Unpacks a panel and takes all rows through it.
    #[inline(always)]
    fn unpacked<S: Simd>(&self, simd: S, panel: usize, source: Source<'_>) {
        UNPACKED.with_borrow_mut(|lines| {
            let depth = self.linear.inputs;
            lines.resize((depth * 2 * S::LANES).div_ceil(16).max(lines.len()), Line([0.0; 16]));
            let weights = lines.as_mut_ptr().cast::<f32>();
            source.each_step(simd, panel, &mut Unpack { to: weights });
            for start in (0..self.rows).step_by(ROW_BLOCK) {
                // SAFETY: the panel was written there just now.
                unsafe { self.tiles(simd, start..self.rows.min(start + ROW_BLOCK), panel, weights) };
            }
        });
    }

    /// Bias, activation, and on to the output.
    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, sums: &mut Sums, row: usize, count: usize, panel: usize) {
        let width = 2 * S::LANES;
        let column = panel * width;
        let valid = width.min(self.section.outputs - column);
        sums.add(simd, count, &self.section.bias[column..column + width]);
        if self.activation == Activation::Gelu {
            sums.gelu(simd, count);
        }
        for (r, sum) in sums.rows::<S>(count).enumerate() {
            let at = (row + r) * self.linear.outputs + self.section.first + column;
            // SAFETY: each piece of a `forward` has its own panels, hence its own columns of the output.
            unsafe { store(simd, sum, self.output.at(at, valid), valid) };
        }
    }
}

/// The products of `M` rows with a panel.
struct Few<S: Simd, const M: usize> {
    /// Each as long as the panel is deep.
    rows: [*const f32; M],
    sums: [[S::Vector; 2]; M],
}

impl<S: Simd, const M: usize> Step<S> for Few<S, M> {
    #[inline(always)]
    fn step(&mut self, simd: S, k: usize, weights: [S::Vector; 2]) {
        for (row, sum) in self.rows.iter().zip(&mut self.sums) {
            // SAFETY: `k` is below the depth, and the rows are that long.
            let x = simd.splat(unsafe { *row.add(k) });
            sum[0] = simd.mul_add(x, weights[0], sum[0]);
            sum[1] = simd.mul_add(x, weights[1], sum[1]);
        }
    }
}

/// Writes a panel's weights, step by step.
struct Unpack {
    /// Room for the whole panel.
    to: *mut f32,
}

impl<S: Simd> Step<S> for Unpack {
    #[inline(always)]
    fn step(&mut self, simd: S, k: usize, weights: [S::Vector; 2]) {
        // SAFETY: there is room for `k` below the depth.
        unsafe {
            simd.store_raw(self.to.add(k * 2 * S::LANES), weights[0]);
            simd.store_raw(self.to.add(k * 2 * S::LANES + S::LANES), weights[1]);
        }
    }
}

#[cfg(test)]
mod tests {
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
            let integers =
                |salt| (0..self.inputs / format.block).map(move |b| (self.number(b, output + salt) & 63) as i8);
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
                let coded = Linear::of_parts(isa, inputs, &parts, Some(&bias));
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
}
