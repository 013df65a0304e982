//! What networks on a device are made of.

use candle_core::{D, Result, Tensor};
use candle_nn::ops::layer_norm;
use candle_nn::rotary_emb::rope;

use super::place::{Place, product};

/// A matrix, `outputs x inputs`, and perhaps a bias.
pub struct Linear {
    pub weights: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    /// The rows of `weights` have `inputs` numbers.
    pub fn new(place: &Place, weights: Vec<f32>, bias: Option<Vec<f32>>, inputs: usize) -> Result<Self> {
        let outputs = weights.len() / inputs.max(1);
        let weights = place.tensor(weights, (outputs, inputs))?;
        Ok(Self { weights, bias: bias.map(|bias| place.tensor(bias, outputs)).transpose()? })
    }

    /// `x` is `rows x inputs`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = product(x, &self.weights.t()?)?;
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }
}

/// A layer norm over the last dimension.
pub struct Norm {
    scale: Tensor,
    shift: Tensor,
    eps: f32,
}

impl Norm {
    pub fn new(place: &Place, scale: Vec<f32>, shift: Vec<f32>, eps: f32) -> Result<Self> {
        let width = scale.len();
        Ok(Self { scale: place.tensor(scale, width)?, shift: place.tensor(shift, width)?, eps })
    }

    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        layer_norm(&x.contiguous()?, &self.scale, &self.shift, self.eps)
    }
}

/// Heads, `batch x heads x rows x size`, turned by their angles, `rows x width / 2` or that for each of the batch: the first `width`
/// numbers of each, the rest stays.
pub fn rotated(heads: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Tensor> {
    let (width, size) = (2 * cos.dim(D::Minus1)?, heads.dim(3)?);
    let turned = rope(&heads.narrow(3, 0, width)?.contiguous()?, cos, sin)?;
    match size - width {
        0 => Ok(turned),
        rest => Tensor::cat(&[turned, heads.narrow(3, width, rest)?], 3)?.contiguous(),
    }
}
