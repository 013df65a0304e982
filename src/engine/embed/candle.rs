//! BERT in Candle's own tensor operations: what runs on a GPU, and the cross-check of `cpu.rs`.

use candle_core::{D, DType, Device, IndexOp, Tensor};
use candle_nn::ops::{layer_norm, softmax_last_dim};

use super::bert::{BertConfig, BertWeights, LinearWeights, NormWeights};
use super::head::Head;
use crate::engine::backend::{Encoder, EncoderSpec, Failure, Pooling, TokenBatch, TokenRow};
use crate::engine::checkpoints::{Rows, Tensors};

/// Most tokens, padding included, in one forward pass: bounds the memory for attention scores.
const PASS_TOKENS: usize = 16_384;
/// What a padded key's score gets: its weight is 0 in f32, and no sum overflows.
const HIDDEN_KEY: f32 = -1e9;

/// A BERT encoder on any device that Candle knows.
pub struct CandleBert {
    spec: EncoderSpec,
    device: Device,
    heads: usize,
    eps: f32,
    /// Rows are looked up on the host: a text needs few of them.
    words: Rows,
    /// `[max positions, hidden]`, token type 0 included.
    positions: Vec<f32>,
    /// What a token of type 1 has more.
    second_type: Option<Vec<f32>>,
    embedding_norm: Norm,
    layers: Vec<Layer>,
    width: usize,
    head: Head,
}

struct Layer {
    qkv: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    up: Linear,
    down: Linear,
    output_norm: Norm,
}

/// The matrix transposed, `[inputs, outputs]`.
struct Linear {
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    fn new(weights: LinearWeights, inputs: usize, device: &Device) -> Result<Self, Failure> {
        let outputs = weights.bias.len();
        let weight = Tensor::from_vec(weights.weight, (outputs, inputs), device)?.t()?.contiguous()?;
        Ok(Self { weight, bias: Tensor::from_vec(weights.bias, outputs, device)? })
    }

    /// `x` is `[rows, inputs]`.
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        x.matmul(&self.weight)?.broadcast_add(&self.bias)
    }
}

struct Norm {
    scale: Tensor,
    shift: Tensor,
}

impl Norm {
    fn new(weights: NormWeights, device: &Device) -> Result<Self, Failure> {
        let width = weights.scale.len();
        let scale = Tensor::from_vec(weights.scale, width, device)?;
        Ok(Self { scale, shift: Tensor::from_vec(weights.shift, width, device)? })
    }

    fn forward(&self, x: &Tensor, eps: f32) -> candle_core::Result<Tensor> {
        layer_norm(&x.contiguous()?, &self.scale, &self.shift, eps)
    }
}

impl CandleBert {
    /// `spec` is of the whole, `head` included.
    pub fn load(
        config: &BertConfig,
        spec: EncoderSpec,
        tensors: &Tensors,
        head: Head,
        device: &Device,
    ) -> Result<Self, Failure> {
        let weights = BertWeights::new(config, tensors);
        let layer = |index| -> Result<Layer, Failure> {
            let layer = weights.layer(index)?;
            Ok(Layer {
                qkv: Linear::new(layer.qkv, config.hidden_size, device)?,
                attention_output: Linear::new(layer.attention_output, config.hidden_size, device)?,
                attention_norm: Norm::new(layer.attention_norm, device)?,
                up: Linear::new(layer.up, config.hidden_size, device)?,
                down: Linear::new(layer.down, config.intermediate_size, device)?,
                output_norm: Norm::new(layer.output_norm, device)?,
            })
        };
        let (positions, second_type) = weights.positions()?;
        Ok(Self {
            spec,
            width: config.hidden_size,
            head,
            second_type,
            device: device.clone(),
            heads: config.num_attention_heads,
            eps: config.layer_norm_eps,
            words: weights.words()?,
            positions,
            embedding_norm: Norm::new(weights.embedding_norm()?, device)?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_, _>>()?,
        })
    }

    /// The last hidden states `[texts, longest, hidden]`; past a text's end they mean nothing.
    fn forward(&self, texts: &[TokenRow<'_>]) -> Result<Tensor, Failure> {
        let (count, width) = (texts.len(), self.width);
        let longest = texts.iter().map(|text| text.ids.len()).max().unwrap_or(0);
        let mut embeddings = vec![0.0; count * longest * width];
        let mut hidden_keys = vec![HIDDEN_KEY; count * longest];
        for (index, text) in texts.iter().enumerate() {
            hidden_keys[index * longest..][..text.ids.len()].fill(0.0);
            for (position, id) in text.ids.iter().enumerate() {
                let row = &mut embeddings[(index * longest + position) * width..][..width];
                if !self.words.read(*id as usize, row) {
                    return Err(super::unknown_token(*id, self.words.len()));
                }
                let place = &self.positions[position * width..(position + 1) * width];
                row.iter_mut().zip(place).for_each(|(x, y)| *x += y);
                if let Some(more) = self.second_type.as_ref().filter(|_| position >= text.second) {
                    row.iter_mut().zip(more).for_each(|(x, y)| *x += y);
                }
            }
        }
        let mask = Tensor::from_vec(hidden_keys, (count, 1, 1, longest), &self.device)?;
        let x = Tensor::from_vec(embeddings, (count * longest, width), &self.device)?;
        let mut x = self.embedding_norm.forward(&x, self.eps)?;
        for layer in &self.layers {
            let qkv = layer.qkv.forward(&x)?.reshape((count, longest, 3, self.heads, width / self.heads))?;
            let part = |which| qkv.i((.., .., which))?.transpose(1, 2)?.contiguous();
            let (query, key, value) = (part(0)?, part(1)?, part(2)?);
            let scores = query.matmul(&key.t()?)?.broadcast_add(&mask)?;
            let context = softmax_last_dim(&scores)?.matmul(&value)?;
            let context = context.transpose(1, 2)?.reshape((count * longest, width))?;
            let update = layer.attention_output.forward(&context)?;
            x = layer.attention_norm.forward(&(x + update)?, self.eps)?;
            let update = layer.down.forward(&layer.up.forward(&x)?.gelu_erf()?)?;
            x = layer.output_norm.forward(&(x + update)?, self.eps)?;
        }
        Ok(x.reshape((count, longest, width))?)
    }

    /// The last hidden states of one text, `[tokens, hidden]`.
    #[cfg(test)]
    pub fn hidden_states(&self, ids: &[u32]) -> Result<Vec<f32>, Failure> {
        Ok(self.forward(&[TokenRow { ids, second: ids.len() }])?.flatten_all()?.to_vec1()?)
    }
}

impl Encoder for CandleBert {
    fn spec(&self) -> &EncoderSpec {
        &self.spec
    }

    fn encode(&mut self, batch: &TokenBatch, pooling: &[Pooling]) -> Result<Vec<f32>, Failure> {
        super::check_rows(batch, pooling, self.spec.max_tokens)?;
        let width = self.spec.dimensions;
        let mut vectors = vec![0.0; batch.len() * width];
        // Neighbours of like length, so that little is padded.
        let mut order: Vec<usize> = (0..batch.len()).collect();
        order.sort_by_key(|row| batch.row(*row).len());
        let mut start = 0;
        while start < order.len() {
            let fits = |end: &usize| batch.row(order[*end]).len() * (end + 1 - start) <= PASS_TOKENS;
            let end = (start + 1..order.len()).take_while(fits).last().map_or(start + 1, |last| last + 1);
            let texts: Vec<TokenRow<'_>> = order[start..end].iter().map(|row| batch.pair(*row)).collect();
            let states = self.forward(&texts)?.to_dtype(DType::F32)?;
            for (index, (row, text)) in order[start..end].iter().zip(&texts).enumerate() {
                let states = match pooling[*row] {
                    Pooling::Cls => states.i((index, ..1))?,
                    Pooling::Last => states.i((index, text.ids.len() - 1..text.ids.len()))?,
                    Pooling::Mean => states.i((index, ..text.ids.len()))?.mean_keepdim(D::Minus2)?,
                };
                let pooled: Vec<f32> = states.flatten_all()?.to_vec1()?;
                self.head.apply(&pooled, &mut vectors[row * width..(row + 1) * width]);
            }
            start = end;
        }
        super::finite(vectors)
    }
}
