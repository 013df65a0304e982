//! `y = x W^T + b`, optionally through GELU: nine tenths of an encoder's time.
//!
//! The weights are packed once into panels of two vectors' width, so that the inner loop reads them front to back;
//! a tile of `ROWS` rows by one panel stays in registers over the whole depth, and bias and activation are applied
//! before it is stored (reference/candle.md, 4.3: packing on every call and separate passes were most of the loss).

use super::isa::{Isa, Kernel};
use super::shared::Shared;
use super::simd::Simd;
use super::threads;
use super::tile::{Sums, store, tiles};

/// Rows that are multiplied by one panel after another before the next rows come: their share of `x` stays in L2.
const ROW_BLOCK: usize = 96;
/// Less work than this many multiplications is not worth handing to another thread.
const WORTH_SHARING: usize = 1 << 17;

/// What happens to `x W^T + b` before it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    None,
    /// With the error function; see `math::gelu`.
    Gelu,
}

/// A linear layer, packed for one instruction set.
#[derive(Debug)]
pub struct Linear {
    isa: Isa,
    inputs: usize,
    outputs: usize,
    /// Panel by panel: `panels[(p * inputs + k) * width + j]` is `W[p * width + j][k]`, 0 past the last output.
    panels: Vec<Line>,
    /// Padded to whole panels.
    bias: Vec<f32>,
}

/// A cache line: keeps vector loads from straddling two.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

impl Linear {
    /// `weight` is `[outputs, inputs]` row by row, `bias` is `[outputs]`.
    pub fn new(isa: Isa, weight: &[f32], bias: &[f32], inputs: usize) -> Self {
        assert_eq!(weight.len(), inputs * bias.len());
        let rows = weight.chunks_exact(inputs.max(1));
        Self::of_rows(isa, inputs, bias.len(), Some(bias), rows, |row, to| to.copy_from_slice(row))
    }

    /// As [`Linear::new`], from `rows` one by one: `read` writes the weights of one output.
    pub fn of_rows<R>(
        isa: Isa,
        inputs: usize,
        outputs: usize,
        bias: Option<&[f32]>,
        rows: impl Iterator<Item = R>,
        mut read: impl FnMut(R, &mut [f32]),
    ) -> Self {
        let width = 2 * isa.lanes();
        let count = outputs.div_ceil(width);
        let mut panels = vec![Line([0.0; 16]); (count * width * inputs).div_ceil(16)];
        let mut weights = vec![0.0; inputs];
        for (output, row) in rows.take(outputs).enumerate() {
            read(row, &mut weights);
            let start = output / width * width * inputs + output % width;
            for (k, value) in weights.iter().enumerate() {
                let place = start + k * width;
                panels[place / 16].0[place % 16] = *value;
            }
        }
        let mut bias = bias.map_or_else(Vec::new, <[f32]>::to_vec);
        bias.resize(count * width, 0.0);
        Self { isa, inputs, outputs, panels, bias }
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
        let width = 2 * self.isa.lanes();
        let start = output / width * width * self.inputs + output % width;
        for (k, weight) in weights.iter_mut().enumerate() {
            let place = start + k * width;
            *weight = self.panels[place / 16].0[place % 16];
        }
    }

    /// `input` is `[rows, inputs]`, `output` is `[rows, outputs]`. Inside [`threads::install`] it is spread over columns.
    pub fn forward(&self, input: &[f32], activation: Activation, output: &mut [f32]) {
        let rows = output.len().checked_div(self.outputs).unwrap_or(0);
        assert!(input.len() == rows * self.inputs && output.len() == rows * self.outputs);
        let panels = self.outputs.div_ceil(2 * self.isa.lanes());
        let pieces = match rows * self.inputs * self.outputs {
            work if work < WORTH_SHARING => 1,
            _ => panels.min(2 * threads::count()),
        };
        let output = Shared::new(output);
        threads::each(pieces, |piece| {
            let panels = piece * panels / pieces..(piece + 1) * panels / pieces;
            self.isa.run(Columns { linear: self, input, rows, activation, panels, output });
        });
    }
}

/// The columns of some panels, for all rows.
struct Columns<'a> {
    linear: &'a Linear,
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
        let Self { linear, input, rows, activation, panels, output } = self;
        let width = 2 * S::LANES;
        let (depth, columns) = (linear.inputs, linear.outputs);
        assert!(panels.end * width <= linear.bias.len() && panels.end * width * depth <= linear.panels.len() * 16);
        assert!(input.len() == rows * depth && output.len() == rows * columns);
        let mut sums = Sums::default();
        for start in (0..rows).step_by(ROW_BLOCK) {
            let end = rows.min(start + ROW_BLOCK);
            for panel in panels.clone() {
                let column = panel * width;
                let valid = width.min(columns - column);
                let b = linear.panels.as_ptr().cast::<f32>().wrapping_add(column * depth);
                for (row, count) in tiles(start, end, S::ROWS) {
                    // SAFETY: the panel has `depth` steps of `width` floats, as was checked above.
                    unsafe { sums.multiply(simd, count, &input[row * depth..], depth, b, width, depth) };
                    sums.add(simd, count, &linear.bias[column..column + width]);
                    if activation == Activation::Gelu {
                        sums.gelu(simd, count);
                    }
                    for (r, sum) in sums.rows::<S>(count).enumerate() {
                        // SAFETY: each piece of a `forward` has its own panels, hence its own columns of the output.
                        unsafe { store(simd, sum, output.at((row + r) * columns + column, valid), valid) };
                    }
                }
            }
        }
    }
}
