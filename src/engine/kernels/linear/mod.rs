//! `y = x W^T + b`, optionally through GELU: nine tenths of a model's time.
//!
//! The weights are packed once into panels of two vectors' width, so that the inner loop reads them front to back;
//! a tile of `ROWS` rows by one panel stays in registers over the whole depth, and bias and activation are applied
//! before it is stored (packing on every call and separate passes were most of the loss of other engines).
//!
//! Weights that come in fewer bits stay so. Half-precision ones are widened in registers. Coded ones are multiplied with
//! rows of eight bits in whole numbers ([`integer`]), or unpacked, panel by panel, and multiplied as floats ([`float`]).

mod float;
mod integer;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

use super::coded::{CodedPanels, CodedRow, Format, HalfPanels};
use super::isa::Isa;
use super::quantized::Quantized;
use super::shared::Shared;
use super::simd::Simd;
use super::threads;
use super::tile::{Sums, store};
use float::Columns;
use integer::IntegerColumns;

/// Less work than this many multiplications is not worth handing to another thread.
const WORTH_SHARING: usize = 1 << 17;
/// Pieces that a product is cut into, for each thread: a core that is busy elsewhere then delays little.
const PIECES: usize = 4;

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

/// How coded weights are multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arithmetic {
    /// As the floats that they stand for, with `x` as it is.
    Float,
    /// In whole numbers, with each 32 numbers of `x` rounded to 8 bits and a scale: as llama.cpp does.
    #[default]
    Integer,
}

impl Arithmetic {
    /// Integer, unless `CANDLEFLARE_ARITHMETIC=float` asks for the slower one that rounds nothing.
    pub fn chosen() -> Self {
        match std::env::var("CANDLEFLARE_ARITHMETIC").as_deref() {
            Ok("float") => Self::Float,
            _ => Self::Integer,
        }
    }
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
    arithmetic: Arithmetic,
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
        Self::of_parts(isa, Arithmetic::Float, inputs, &[&Plain { weight, inputs }], Some(bias))
    }

    /// The outputs of `parts`, one after the other, each kept as it comes. `arithmetic` is for those that are coded.
    pub fn of_parts(
        isa: Isa,
        arithmetic: Arithmetic,
        inputs: usize,
        parts: &[&dyn Part],
        bias: Option<&[f32]>,
    ) -> Self {
        let mut sections = Vec::new();
        let mut first = 0;
        for alike in parts.chunk_by(|a, b| a.storage() == b.storage()) {
            let section = Section::new(isa, inputs, first, alike, bias);
            first += section.outputs;
            sections.push(section);
        }
        Self { isa, arithmetic, inputs, outputs: first, sections }
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
        let is_integer =
            |section: &Section| self.arithmetic == Arithmetic::Integer && matches!(section.panels, Panels::Coded(_));
        let multiply = |section: &Section, quantized: &Quantized| {
            let panels = section.outputs.div_ceil(2 * self.isa.lanes());
            let pieces = match rows * self.inputs * section.outputs {
                work if work < WORTH_SHARING => 1,
                _ => panels.min(PIECES * threads::count()),
            };
            threads::each(pieces, |piece| {
                let panels = piece * panels / pieces..(piece + 1) * panels / pieces;
                let target = Target { section, stride: self.outputs, activation, output };
                match &section.panels {
                    Panels::Coded(coded) if is_integer(section) => {
                        self.isa.run(IntegerColumns { coded, quantized, panels, target });
                    }
                    _ => self.isa.run(Columns { input, depth: self.inputs, rows, panels, target }),
                }
            });
        };
        QUANTIZED.with_borrow_mut(|quantized| {
            if self.sections.iter().any(is_integer) {
                quantized.fill(self.isa, input, self.inputs);
            }
            self.sections.iter().for_each(|section| multiply(section, quantized));
        });
    }
}

/// Where the sums of a section go.
#[derive(Clone, Copy)]
struct Target<'a> {
    section: &'a Section,
    /// Outputs of all sections.
    stride: usize,
    activation: Activation,
    /// `[rows, stride]`.
    output: Shared<'a, f32>,
}

impl Target<'_> {
    /// Bias, activation, and on to the output: `count` rows from `row` on, by the columns of `panel`.
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
            let at = (row + r) * self.stride + self.section.first + column;
            // SAFETY: each piece of a `forward` has its own panels, hence its own columns of the output.
            unsafe { store(simd, sum, self.output.at(at, valid), valid) };
        }
    }
}

thread_local! {
    /// The rows of the product that this thread is at, in eight bits.
    static QUANTIZED: RefCell<Quantized> = RefCell::default();
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
