//! Convolutions as the house's matrix product: the patch under each output pixel is a row of a matrix. Batch norms are
//! folded into weights and bias when they are read.

use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

use crate::engine::backend::Failure;
use crate::engine::checkpoints::Tensors;
use crate::engine::kernels::{Activation, Isa, Linear, threads};

/// `[height, width, channels]` of one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    pub values: Vec<f32>,
}

impl Map {
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }
}

/// How a convolution goes over its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
}

impl Window {
    /// Odd kernels that keep the size where the stride is 1.
    pub fn same(kernel: usize, stride: usize) -> Self {
        Self { kernel, stride, padding: kernel / 2 }
    }

    fn output(self, input: usize) -> usize {
        (input + 2 * self.padding).saturating_sub(self.kernel) / self.stride + 1
    }
}

/// What happens to a convolution's result.
#[derive(Debug, Clone, Copy)]
pub enum After<'a, M = Map> {
    Nothing,
    Relu,
    /// Another map is added first.
    AddRelu(&'a M),
}

/// A convolution where it computes, over maps that are there.
pub trait Convolution {
    type Map: Clone;

    fn forward(&self, input: &Self::Map, after: After<'_, Self::Map>) -> Result<Self::Map, Failure>;

    /// The greatest of each 3 x 3 window, every second pixel.
    fn pool(input: &Self::Map) -> Result<Self::Map, Failure>;
}

impl Convolution for Conv {
    type Map = Map;

    fn forward(&self, input: &Map, after: After<'_>) -> Result<Map, Failure> {
        Ok(Self::forward(self, input, after))
    }

    fn pool(input: &Map) -> Result<Map, Failure> {
        Ok(max_pool(input))
    }
}

/// A convolution as checkpoints have it: `weight` is `[outputs, channels, kernel, kernel]`.
pub struct Kernel {
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
    pub channels: usize,
    pub window: Window,
}

impl Kernel {
    /// For this machine.
    pub fn pack(&self, isa: Isa) -> Conv {
        Conv::new(isa, &self.weight, &self.bias, self.channels, self.window)
    }
}

pub struct Conv {
    linear: Linear,
    window: Window,
    channels: usize,
}

/// Output pixels whose patches one thread gathers at a time: they stay in the second-level cache.
const BLOCK: usize = 96;

thread_local! {
    static PATCHES: RefCell<Vec<f32>> = RefCell::default();
}

impl Conv {
    /// `weight` is `[outputs, channels, kernel, kernel]`, as checkpoints have it.
    pub fn new(isa: Isa, weight: &[f32], bias: &[f32], channels: usize, window: Window) -> Self {
        let area = window.kernel * window.kernel;
        let depth = area * channels;
        // A patch lies in memory pixel by pixel, the channels of each together.
        let mut turned = vec![0.0; weight.len()];
        for (row, turned) in weight.chunks_exact(depth).zip(turned.chunks_exact_mut(depth)) {
            for (channel, plane) in row.chunks_exact(area).enumerate() {
                for (place, value) in plane.iter().enumerate() {
                    turned[place * channels + channel] = *value;
                }
            }
        }
        Self { linear: Linear::new(isa, &turned, bias, depth), window, channels }
    }

    pub fn forward(&self, input: &Map, after: After<'_>) -> Map {
        assert_eq!(input.channels, self.channels);
        let (height, width) = (self.window.output(input.height), self.window.output(input.width));
        let (outputs, depth) = (self.linear.outputs(), self.linear.inputs());
        let mut map = Map { height, width, channels: outputs, values: vec![0.0; height * width * outputs] };
        let pixels = map.pixels();
        let is_plain = depth == input.channels && self.window.stride == 1 && self.window.padding == 0;
        // Few pixels of many channels: the threads share the columns of one product, and read each weight once.
        let block = if pixels.div_ceil(BLOCK) < 2 * threads::count() { pixels } else { BLOCK };
        let compute = |first: usize, output: &mut [f32]| {
            let rows = output.len() / outputs;
            if is_plain {
                self.linear.forward(&input.values[first * depth..(first + rows) * depth], Activation::None, output);
            } else {
                PATCHES.with_borrow_mut(|patches| {
                    patches.clear();
                    patches.resize(rows * depth, 0.0);
                    for (row, patch) in patches.chunks_exact_mut(depth).enumerate() {
                        self.gather(input, (first + row) / width, (first + row) % width, patch);
                    }
                    self.linear.forward(patches, Activation::None, output);
                });
            }
            let at = first * outputs;
            match after {
                After::Nothing => {}
                After::Relu => output.iter_mut().for_each(|x| *x = x.max(0.0)),
                After::AddRelu(other) => {
                    let other = &other.values[at..at + output.len()];
                    output.iter_mut().zip(other).for_each(|(x, y)| *x = (*x + y).max(0.0));
                }
            }
        };
        if block >= pixels {
            compute(0, &mut map.values);
        } else {
            let pieces: Vec<_> = map.values.chunks_mut(block * outputs).map(Mutex::new).collect();
            threads::each(pieces.len(), |piece| {
                compute(piece * block, &mut pieces[piece].lock().unwrap_or_else(PoisonError::into_inner));
            });
        }
        map
    }

    /// The patch under one output pixel; what lies outside stays 0.
    fn gather(&self, input: &Map, row: usize, column: usize, patch: &mut [f32]) {
        let Window { kernel, stride, padding } = self.window;
        let channels = input.channels;
        let left = column * stride;
        // The columns of the kernel that lie inside.
        let first = padding.saturating_sub(left);
        let last = kernel.min((input.width + padding).saturating_sub(left));
        for k in 0..kernel {
            let Some(y) = (row * stride + k).checked_sub(padding).filter(|y| *y < input.height) else { continue };
            if first < last {
                let from = (y * input.width + left + first - padding) * channels;
                let length = (last - first) * channels;
                patch[(k * kernel + first) * channels..][..length].copy_from_slice(&input.values[from..from + length]);
            }
        }
    }
}

/// The greatest of each 3 x 3 window, every second pixel.
pub fn max_pool(input: &Map) -> Map {
    let window = Window::same(3, 2);
    let (height, width, channels) = (window.output(input.height), window.output(input.width), input.channels);
    let mut map = Map { height, width, channels, values: vec![f32::NEG_INFINITY; height * width * channels] };
    for (place, output) in map.values.chunks_exact_mut(channels).enumerate() {
        let (row, column) = (place / width * 2, place % width * 2);
        for y in row.saturating_sub(1)..(row + 2).min(input.height) {
            for x in column.saturating_sub(1)..(column + 2).min(input.width) {
                let values = &input.values[(y * input.width + x) * channels..][..channels];
                output.iter_mut().zip(values).for_each(|(most, value)| *most = most.max(*value));
            }
        }
    }
    map
}

/// Where a convolution's parts stand in a checkpoint.
#[derive(Debug, Clone)]
pub struct Names {
    pub weight: String,
    /// The batch norm's, before `.weight`, `.bias`, `.running_mean` and `.running_var`.
    pub norm: String,
}

/// Of all batch norms here, as `torch` has it.
const EPSILON: f32 = 1e-5;

/// A convolution with the batch norm behind it.
pub fn folded(
    tensors: &Tensors,
    names: &Names,
    outputs: usize,
    channels: usize,
    window: Window,
) -> Result<Kernel, Failure> {
    let mut weight = plain(tensors, &names.weight, outputs, channels, window)?;
    let part = |what: &str| tensors.f32_shaped(&format!("{}.{what}", names.norm), &[outputs]);
    let (scale, shift, mean, variance) = (part("weight")?, part("bias")?, part("running_mean")?, part("running_var")?);
    let factors: Vec<f32> =
        scale.iter().zip(&variance).map(|(scale, variance)| scale / (variance + EPSILON).sqrt()).collect();
    let depth = weight.len() / outputs.max(1);
    for (row, factor) in weight.chunks_exact_mut(depth.max(1)).zip(&factors) {
        row.iter_mut().for_each(|x| *x *= factor);
    }
    let bias = (0..outputs).map(|output| shift[output] - mean[output] * factors[output]).collect();
    Ok(Kernel { weight, bias, channels, window })
}

/// A convolution with a bias of its own: `NAME.weight` and `NAME.bias`.
pub fn biased(
    isa: Isa,
    tensors: &Tensors,
    name: &str,
    outputs: usize,
    channels: usize,
    window: Window,
) -> Result<Conv, Failure> {
    let weight = plain(tensors, &format!("{name}.weight"), outputs, channels, window)?;
    let bias = tensors.f32_shaped(&format!("{name}.bias"), &[outputs])?;
    Ok(Conv::new(isa, &weight, &bias, channels, window))
}

/// `[outputs, channels, kernel, kernel]`, or the matrix of `outputs` rows that packed files have.
fn plain(tensors: &Tensors, name: &str, outputs: usize, channels: usize, window: Window) -> Result<Vec<f32>, Failure> {
    let (shape, values) = tensors.f32(name)?;
    let flat = [outputs, channels * window.kernel * window.kernel];
    match shape == flat {
        true => Ok(values),
        false => tensors.f32_shaped(name, &[outputs, channels, window.kernel, window.kernel]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, pixel by pixel.
    fn slow(input: &Map, weight: &[f32], bias: &[f32], window: Window) -> Vec<f32> {
        let (height, width) = (window.output(input.height), window.output(input.width));
        let mut values = Vec::new();
        for y in 0..height {
            for x in 0..width {
                for (output, bias) in bias.iter().enumerate() {
                    let mut sum = *bias;
                    for c in 0..input.channels {
                        for i in 0..window.kernel {
                            for j in 0..window.kernel {
                                let (y, x) = (y * window.stride + i, x * window.stride + j);
                                let (Some(y), Some(x)) = (y.checked_sub(window.padding), x.checked_sub(window.padding))
                                else {
                                    continue;
                                };
                                if y < input.height && x < input.width {
                                    let at = ((output * input.channels + c) * window.kernel + i) * window.kernel + j;
                                    sum += weight[at] * input.values[(y * input.width + x) * input.channels + c];
                                }
                            }
                        }
                    }
                    values.push(sum);
                }
            }
        }
        values
    }

    #[test]
    fn windows_of_every_kind_agree_with_the_definition() {
        let number = |index: usize| ((index * 37 % 101) as f32 - 50.0) / 50.0;
        for (size, channels, outputs, window) in [
            ((5, 7), 3, 4, Window::same(3, 1)),
            ((9, 6), 5, 40, Window::same(3, 2)),
            ((30, 31), 2, 3, Window::same(7, 2)),
            ((8, 8), 6, 7, Window { kernel: 1, stride: 1, padding: 0 }),
            ((8, 9), 6, 7, Window { kernel: 1, stride: 2, padding: 0 }),
            ((8, 12), 3, 5, Window { kernel: 4, stride: 4, padding: 0 }),
            ((1, 1), 2, 3, Window::same(3, 1)),
        ] {
            let count = size.0 * size.1 * channels;
            let input = Map { height: size.0, width: size.1, channels, values: (0..count).map(number).collect() };
            let weight: Vec<f32> =
                (0..outputs * channels * window.kernel * window.kernel).map(|i| number(i + 5)).collect();
            let bias: Vec<f32> = (0..outputs).map(number).collect();
            let expected = slow(&input, &weight, &bias, window);
            for isa in Isa::all() {
                let conv = Conv::new(isa, &weight, &bias, channels, window);
                let found = conv.forward(&input, After::Nothing);
                assert_eq!(found.values.len(), expected.len());
                assert!(found.values.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4), "{window:?}");
                let other = Map { values: vec![0.5; expected.len()], ..found.clone() };
                let added = conv.forward(&input, After::AddRelu(&other));
                assert!(added.values.iter().zip(&expected).all(|(a, b)| (a - (b + 0.5).max(0.0)).abs() < 1e-4));
            }
        }
    }

    #[test]
    fn the_pool_keeps_the_greatest() {
        let input = Map { height: 3, width: 3, channels: 1, values: (0..9).map(|x| x as f32).collect() };
        let pooled = max_pool(&input);
        assert_eq!((pooled.height, pooled.width, pooled.values), (2, 2, vec![4.0, 5.0, 7.0, 8.0]));
    }
}
