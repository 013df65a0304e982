//! What the transformers of pictures are made of, over rows `[tokens, width]`.

use std::sync::{Mutex, PoisonError};

use crate::engine::backend::Failure;
use crate::engine::checkpoints::Tensors;
use crate::engine::kernels::{Activation, Isa, LayerNorm, Linear, threads};

/// A linear layer from `NAME.weight` and, where there is one, `NAME.bias`.
pub struct Dense(Linear);

impl Dense {
    pub fn load(isa: Isa, tensors: &Tensors, name: &str, outputs: usize, inputs: usize) -> Result<Self, Failure> {
        let weight = tensors.f32_shaped(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = format!("{name}.bias");
        let bias = if tensors.contains(&bias) { tensors.f32_shaped(&bias, &[outputs])? } else { vec![0.0; outputs] };
        Ok(Self(Linear::new(isa, &weight, &bias, inputs)))
    }

    pub fn of(isa: Isa, weight: &[f32], bias: &[f32], inputs: usize) -> Self {
        Self(Linear::new(isa, weight, bias, inputs))
    }

    pub fn forward(&self, rows: &[f32]) -> Vec<f32> {
        self.with(rows, Activation::None)
    }

    pub fn gelu(&self, rows: &[f32]) -> Vec<f32> {
        self.with(rows, Activation::Gelu)
    }

    pub fn relu(&self, rows: &[f32]) -> Vec<f32> {
        let mut output = self.with(rows, Activation::None);
        output.iter_mut().for_each(|x| *x = x.max(0.0));
        output
    }

    fn with(&self, rows: &[f32], activation: Activation) -> Vec<f32> {
        let mut output = vec![0.0; rows.len() / self.0.inputs().max(1) * self.0.outputs()];
        self.0.forward(rows, activation, &mut output);
        output
    }
}

/// A layer norm from `NAME.weight` and `NAME.bias`.
pub fn norm(isa: Isa, tensors: &Tensors, name: &str, width: usize, eps: f32) -> Result<LayerNorm, Failure> {
    let part = |what: &str| tensors.f32_shaped(&format!("{name}.{what}"), &[width]);
    Ok(LayerNorm { isa, scale: part("weight")?, shift: part("bias")?, eps })
}

/// The sum of two maps of rows; the second may be shorter by whole rows and is then repeated.
pub fn sum(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.chunks(b.len().max(1)).flat_map(|rows| rows.iter().zip(b).map(|(x, y)| x + y)).collect()
}

/// Attention of some queries over some keys, all `[tokens, width]` with `heads` side by side: `softmax(q k / sqrt(size)) v`.
/// With `is_causal` the queries are the last tokens of the keys, and see nothing behind themselves.
pub fn attention(
    queries: &[f32],
    keys: &[f32],
    values: &[f32],
    width: usize,
    heads: usize,
    is_causal: bool,
) -> Vec<f32> {
    let (size, count, seen) = (width / heads, queries.len() / width, keys.len() / width);
    let scale = (size as f32).sqrt().recip();
    // A head's part of all rows, together.
    let of_head = |rows: &[f32], head: usize| -> Vec<f32> {
        rows.chunks_exact(width).flat_map(|row| &row[head * size..(head + 1) * size]).copied().collect()
    };
    let done: Vec<Mutex<Vec<f32>>> = (0..heads).map(|_| Mutex::default()).collect();
    threads::each(heads, |head| {
        let (queries, keys, values) = (of_head(queries, head), of_head(keys, head), of_head(values, head));
        let mut output = vec![0.0; count * size];
        let mut weights = vec![0.0; seen];
        for (index, (query, output)) in queries.chunks_exact(size).zip(output.chunks_exact_mut(size)).enumerate() {
            let visible = if is_causal { (seen - count + index + 1).min(seen) } else { seen };
            let weights = &mut weights[..visible];
            for (weight, key) in weights.iter_mut().zip(keys.chunks_exact(size)) {
                *weight = dot(query, key) * scale;
            }
            softmax(weights);
            for (weight, value) in weights.iter().zip(values.chunks_exact(size)) {
                output.iter_mut().zip(value).for_each(|(sum, x)| *sum += weight * x);
            }
        }
        *done[head].lock().unwrap_or_else(PoisonError::into_inner) = output;
    });
    let mut context = vec![0.0; queries.len()];
    for (head, done) in done.into_iter().enumerate() {
        let output = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (row, output) in context.chunks_exact_mut(width).zip(output.chunks_exact(size)) {
            row[head * size..(head + 1) * size].copy_from_slice(output);
        }
    }
    context
}

/// In eight sums, which the compiler keeps in one vector.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.0.iter().zip(b.0) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (x, y))| *sum += x * y);
    }
    sums.iter().sum::<f32>() + a.1.iter().zip(b.1).map(|(x, y)| x * y).sum::<f32>()
}

/// Replaces logits by probabilities.
pub fn softmax(logits: &mut [f32]) {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut total = 0.0;
    for logit in logits.iter_mut() {
        *logit = (*logit - most).exp();
        total += *logit;
    }
    logits.iter_mut().for_each(|x| *x /= total);
}

pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
