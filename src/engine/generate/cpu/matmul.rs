//! Rows times a weight matrix.

use rayon::prelude::*;

use crate::engine::kernels::threads;

use super::isa::{Baseline, Isa, LANES, Level, Set, dispatch};

/// Multiplications above which a product is split over the cores; below, handing it over costs more.
const WORTH_SPLITTING: usize = 1 << 21;

/// A weight matrix in panels of [`LANES`] outputs, so that one vector of weights serves `LANES` outputs at once and
/// memory is read in order.
#[derive(Debug)]
pub struct Matrix {
    level: Level,
    outputs: usize,
    inputs: usize,
    /// `panels[(p * inputs + k) * LANES + lane]` is the weight of input `k` for output `p * LANES + lane`.
    panels: Vec<f32>,
    bias: Option<Vec<f32>>,
}

impl Matrix {
    /// From `outputs x inputs` weights, row by row, and one bias per output.
    pub fn new(level: Level, weights: &[f32], outputs: usize, inputs: usize, bias: Option<Vec<f32>>) -> Self {
        let mut panels = vec![0.0; outputs.div_ceil(LANES) * inputs * LANES];
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            let panel = &mut panels[output / LANES * inputs * LANES..][..inputs * LANES];
            for (lanes, weight) in panel.chunks_exact_mut(LANES).zip(row) {
                lanes[output % LANES] = *weight;
            }
        }
        Self { level, outputs, inputs, panels, bias }
    }

    /// The weights of one output: an embedding's row where the matrix is tied to it.
    pub fn row(&self, output: usize, row: &mut [f32]) {
        let panel = &self.panels[output / LANES * self.inputs * LANES..][..self.inputs * LANES];
        for (value, lanes) in row.iter_mut().zip(panel.chunks_exact(LANES)) {
            *value = lanes[output % LANES];
        }
    }

    /// `y = x * weights^T + bias` for `rows` rows: `x` is `rows x inputs`, `y` is `rows x outputs`.
    /// `scratch` is kept by the caller, so that nothing is allocated.
    pub fn apply(&self, x: &[f32], rows: usize, y: &mut [f32], scratch: &mut Vec<f32>) {
        assert!(x.len() == rows * self.inputs && y.len() == rows * self.outputs, "the matrix has another shape");
        let packed = if rows == 1 { x } else { self.pack(x, scratch) };
        let panels = self.outputs.div_ceil(LANES);
        let target = Target { y: y.as_mut_ptr(), rows, outputs: self.outputs };
        let span = |first, last| multiply(self.level, &self.panels, self.inputs, packed, target, first, last);
        if rows * self.panels.len() < WORTH_SPLITTING || threads::count() == 1 {
            span(0, panels);
        } else {
            // Several parts a thread: cores are shared, and a late one should not be waited for.
            let part = panels.div_ceil(threads::count() * 4).max(Self::ALIGN);
            let part = part.next_multiple_of(Self::ALIGN);
            (0..panels.div_ceil(part)).into_par_iter().for_each(|index| {
                span(index * part, ((index + 1) * part).min(panels));
            });
        }
        if let Some(bias) = &self.bias {
            y.chunks_exact_mut(self.outputs).for_each(|row| super::add(self.level, row, bias));
        }
    }

    /// Parts begin at multiples of this many panels, so that tiles are full.
    const ALIGN: usize = 8;

    /// Rows in the blocks that [`multiply`] takes, input by input: the block's values side by side.
    fn pack<'a>(&self, x: &[f32], scratch: &'a mut Vec<f32>) -> &'a [f32] {
        scratch.clear();
        scratch.resize(x.len(), 0.0);
        let (mut x, mut to) = (x, scratch.as_mut_slice());
        let tall = tall(self.level);
        while !x.is_empty() {
            let rows = block(x.len() / self.inputs, tall);
            let (block, rest) = x.split_at(rows * self.inputs);
            let (packed, behind) = to.split_at_mut(rows * self.inputs);
            for (row, values) in block.chunks_exact(self.inputs).enumerate() {
                for (column, value) in packed.chunks_exact_mut(rows).zip(values) {
                    column[row] = *value;
                }
            }
            (x, to) = (rest, behind);
        }
        scratch
    }
}

/// Rows of the next block when `left` are left: the largest power of two up to `tall`.
#[inline(always)]
fn block(left: usize, tall: usize) -> usize {
    let mut rows = tall;
    while rows > left {
        rows /= 2;
    }
    rows
}

fn tall(level: Level) -> usize {
    match level.set() {
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => super::isa::Avx512::TALL,
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => super::isa::Avx2::TALL,
        Set::Baseline => Baseline::TALL,
    }
}

/// The matrix that several threads write, each its own columns.
#[derive(Clone, Copy)]
struct Target {
    y: *mut f32,
    rows: usize,
    outputs: usize,
}

// SAFETY: threads get disjoint ranges of panels, and `store` writes the columns of its panels only.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

dispatch! {
    /// Panels `first..last` for all rows.
    fn multiply = multiply_body(panels: &[f32], inputs: usize, packed: &[f32], target: Target, first: usize, last: usize)
}

#[inline(always)]
fn multiply_body<I: Isa>(panels: &[f32], inputs: usize, packed: &[f32], target: Target, first: usize, last: usize) {
    let size = inputs * LANES;
    let wide = if target.rows == 1 { I::WIDE_FOR_ONE } else { I::WIDE };
    let mut panel = first;
    while panel < last {
        // The weights of these panels stay in the cache while all rows pass.
        let count = if last - panel >= wide { wide } else { 1 };
        let weights = &panels[panel * size..][..count * size];
        let mut row = 0;
        while row < target.rows {
            let rows = block(target.rows - row, I::TALL);
            let x = &packed[row * inputs..][..rows * inputs];
            let at = (row, panel);
            match (rows, count) {
                (1, 8) => tile::<I, 1, 8>(x, weights, inputs, target, at),
                (1, 4) => tile::<I, 1, 4>(x, weights, inputs, target, at),
                (1, 2) => tile::<I, 1, 2>(x, weights, inputs, target, at),
                (2, 2) => tile::<I, 2, 2>(x, weights, inputs, target, at),
                (4, 2) => tile::<I, 4, 2>(x, weights, inputs, target, at),
                (8, 2) => tile::<I, 8, 2>(x, weights, inputs, target, at),
                (8, _) => tile::<I, 8, 1>(x, weights, inputs, target, at),
                (4, _) => tile::<I, 4, 1>(x, weights, inputs, target, at),
                (2, _) => tile::<I, 2, 1>(x, weights, inputs, target, at),
                _ => tile::<I, 1, 1>(x, weights, inputs, target, at),
            }
            row += rows;
        }
        panel += count;
    }
}

/// `M` rows by `P` panels, each output one chain of additions in the inputs' order.
#[inline(always)]
fn tile<I: Isa, const M: usize, const P: usize>(
    x: &[f32],
    weights: &[f32],
    inputs: usize,
    target: Target,
    (row, panel): (usize, usize),
) {
    let mut sums = [[I::zero(); P]; M];
    let (x, _) = x.as_chunks::<M>();
    let (weights, _) = weights.as_chunks::<LANES>();
    assert!(x.len() >= inputs && weights.len() >= P * inputs);
    for k in 0..inputs {
        // SAFETY: `k < inputs`, within what the assertion above covers.
        let x = unsafe { x.get_unchecked(k) };
        for (x, sums) in x.iter().zip(&mut sums) {
            for (p, sum) in sums.iter_mut().enumerate() {
                // SAFETY: as above, and `p < P`.
                let weights = unsafe { weights.get_unchecked(p * inputs + k) };
                *sum = I::mul_add_all(*x, weights, *sum);
            }
        }
    }
    for (m, sums) in sums.iter().enumerate() {
        for (p, sums) in sums.iter().enumerate() {
            let column = (panel + p) * LANES;
            let count = LANES.min(target.outputs - column);
            let mut lanes = [0.0; LANES];
            I::store(*sums, &mut lanes);
            // SAFETY: `row + m < rows` and `column + count <= outputs`, so this lies in `y`; no other thread has these
            // panels, and so these columns.
            unsafe {
                let to = target.y.add((row + m) * target.outputs + column);
                std::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: f32) -> Vec<f32> {
        (0..count).map(|index| ((index as f32 + seed) * 12.9898).sin()).collect()
    }

    #[test]
    fn products_of_any_shape_are_right_and_rows_do_not_depend_on_company() {
        let shapes = [(1, 1), (16, 8), (40, 24), (300, 192), (1000, 129)];
        for (level, (outputs, inputs)) in Level::all().into_iter().flat_map(|level| shapes.map(|shape| (level, shape)))
        {
            let weights = numbers(outputs * inputs, 0.5);
            let bias = numbers(outputs, 0.1);
            let matrix = Matrix::new(level, &weights, outputs, inputs, Some(bias.clone()));
            let mut scratch = Vec::new();
            for rows in [1, 2, 3, 7, 8, 15, 130] {
                let x = numbers(rows * inputs, 0.25);
                let mut y = vec![f32::NAN; rows * outputs];
                matrix.apply(&x, rows, &mut y, &mut scratch);
                for (x, y) in x.chunks(inputs).zip(y.chunks(outputs)) {
                    let mut alone = vec![f32::NAN; outputs];
                    matrix.apply(x, 1, &mut alone, &mut scratch);
                    assert_eq!(alone, y);
                    for ((y, weights), bias) in y.iter().zip(weights.chunks(inputs)).zip(&bias) {
                        let sum: f64 = x.iter().zip(weights).map(|(x, w)| f64::from(x * w)).sum();
                        assert!((sum + f64::from(*bias) - f64::from(*y)).abs() < 1e-4, "{outputs}x{inputs}x{rows}");
                    }
                }
            }
            let mut row = vec![0.0; inputs];
            matrix.row(outputs - 1, &mut row);
            assert_eq!(row, weights[(outputs - 1) * inputs..]);
        }
    }
}
