//! Products in floats: weights as they are, or widened or unpacked on the way.

use std::cell::RefCell;

use super::{Line, Panels, Target};
use crate::engine::kernels::coded::{CodedPanels, HalfPanels, Step};
use crate::engine::kernels::isa::Kernel;
use crate::engine::kernels::simd::Simd;
use crate::engine::kernels::tile::{Sums, tiles};

/// Rows that are multiplied by one panel after another before the next rows come: their share of `x` stays in L2.
const ROW_BLOCK: usize = 96;
/// Rows that are multiplied straight from codes; see [`Columns::few`].
const FEW: usize = 4;

/// The columns of some panels, for all rows.
pub struct Columns<'a> {
    /// `[rows, depth]`.
    pub input: &'a [f32],
    pub depth: usize,
    pub rows: usize,
    pub panels: std::ops::Range<usize>,
    pub target: Target<'a>,
}

impl Kernel for Columns<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let width = 2 * S::LANES;
        let (depth, rows) = (self.depth, self.rows);
        assert!(self.panels.end * width <= self.target.section.bias.len());
        assert!(self.input.len() == rows * depth);
        match &self.target.section.panels {
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
    /// `weights` must be valid for reading the panel: `depth` steps of two vectors.
    #[inline(always)]
    unsafe fn tiles<S: Simd>(&self, simd: S, rows: std::ops::Range<usize>, panel: usize, weights: *const f32) {
        let depth = self.depth;
        let mut sums = Sums::default();
        for (row, count) in tiles(rows.start, rows.end, S::ROWS) {
            // SAFETY: the caller's promise.
            unsafe { sums.multiply(simd, count, &self.input[row * depth..], depth, weights, 2 * S::LANES, depth) };
            self.target.finish(simd, &mut sums, row, count, panel);
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
        self.target.finish(simd, &mut sums, 0, self.rows, panel);
    }

    #[inline(always)]
    fn products<S: Simd, const M: usize>(&self, simd: S, panel: usize, source: Source<'_>) -> [[S::Vector; 2]; M] {
        let depth = self.depth;
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
            let depth = self.depth;
            lines.resize((depth * 2 * S::LANES).div_ceil(16).max(lines.len()), Line([0.0; 16]));
            let weights = lines.as_mut_ptr().cast::<f32>();
            source.each_step(simd, panel, &mut Unpack { to: weights });
            for start in (0..self.rows).step_by(ROW_BLOCK) {
                // SAFETY: the panel was written there just now.
                unsafe { self.tiles(simd, start..self.rows.min(start + ROW_BLOCK), panel, weights) };
            }
        });
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
