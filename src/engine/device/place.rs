//! Numbers on a device: where they are, and as what.

use candle_core::{DType, Device, Result, Shape, Tensor};

use crate::engine::checkpoints::Tensors;

/// A device, and the type that it computes in.
#[derive(Debug, Clone)]
pub struct Place {
    pub device: Device,
    pub dtype: DType,
}

impl Place {
    /// Computes as `CANDLEFLARE_DTYPE` says (`f32` or `bf16`), else in f32 what is stored in full and in bf16 what is not.
    pub fn new(device: &Device, tensors: &Tensors) -> Self {
        let dtype = match std::env::var("CANDLEFLARE_DTYPE").as_deref() {
            Ok("f32") => DType::F32,
            Ok("bf16") => DType::BF16,
            _ if tensors.is_full() => DType::F32,
            _ => DType::BF16,
        };
        Self { device: device.clone(), dtype }
    }

    pub fn tensor(&self, values: Vec<f32>, shape: impl Into<Shape>) -> Result<Tensor> {
        Tensor::from_vec(values, shape.into(), &self.device)?.to_dtype(self.dtype)
    }
}

/// A matrix product in the type of its factors. Candle multiplies no bf16 on the CPU, where it is only for tests: there the
/// factors are widened.
pub fn product(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    match (x.dtype(), x.device()) {
        (DType::BF16, Device::Cpu) => x.to_dtype(DType::F32)?.matmul(&y.to_dtype(DType::F32)?)?.to_dtype(DType::BF16),
        _ => x.matmul(y),
    }
}
