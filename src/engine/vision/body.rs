//! A ResNet where it computes: on the CPU, or in Candle's operations on a device. What follows it is small, and on the CPU.

use candle_core::{DType, Device, Tensor};

use super::conv::{After, Conv, Convolution, Kernel, Map, Window};
use super::resnet::{ResNet, ResNetConfig};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::{Checkpoint, Tensors};
use crate::engine::device::place::Place;
use crate::engine::kernels::Isa;

/// What computes a network of pictures.
#[derive(Clone)]
pub struct Hardware {
    pub isa: Isa,
    /// None where all computes on the CPU.
    pub device: Option<Device>,
}

impl Hardware {
    /// This machine's best, with `device` for what it can do.
    pub fn of(device: &Device) -> Self {
        Self { isa: Isa::best(), device: (!device.is_cpu()).then(|| device.clone()) }
    }

    #[cfg(test)]
    pub fn cpu(isa: Isa) -> Self {
        Self { isa, device: None }
    }
}

pub enum Body {
    Cpu(ResNet<Conv>),
    Device(Place, ResNet<DeviceConv>),
}

impl Body {
    /// As [`ResNet::load`].
    pub fn load(
        checkpoint: &Checkpoint,
        tensors: &Tensors,
        prefix: &str,
        config: &ResNetConfig,
        hardware: &Hardware,
    ) -> Result<Self, Failure> {
        Ok(match &hardware.device {
            None => {
                let pack = |kernel: Kernel| Ok(kernel.pack(hardware.isa));
                Self::Cpu(ResNet::load(checkpoint, tensors, prefix, config, pack)?)
            }
            Some(device) => {
                let place = Place::new(device, tensors);
                let put = |kernel| DeviceConv::new(kernel, &place);
                let net = ResNet::load(checkpoint, tensors, prefix, config, put)?;
                Self::Device(place, net)
            }
        })
    }

    /// The maps behind the last `count` stages.
    pub fn forward(
        &self,
        pixels: &Map,
        count: usize,
        check: impl FnMut() -> Result<(), Failure>,
    ) -> Result<Vec<Map>, Failure> {
        match self {
            Self::Cpu(net) => net.forward(pixels, count, check),
            Self::Device(place, net) => {
                net.forward(&to_device(pixels, place)?, count, check)?.iter().map(from_device).collect()
            }
        }
    }
}

/// `[1, channels, height, width]`.
fn to_device(map: &Map, place: &Place) -> Result<Tensor, Failure> {
    let pixels = place.tensor(map.values.clone(), (1, map.height, map.width, map.channels))?;
    Ok(pixels.permute((0, 3, 1, 2))?.contiguous()?)
}

fn from_device(map: &Tensor) -> Result<Map, Failure> {
    let (_, channels, height, width) = map.dims4()?;
    let values = map.permute((0, 2, 3, 1))?.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
    Ok(Map { height, width, channels, values })
}

/// A convolution over `[1, channels, height, width]` in Candle's operations.
pub struct DeviceConv {
    weight: Tensor,
    /// `[1, outputs, 1, 1]`.
    bias: Tensor,
    window: Window,
}

impl DeviceConv {
    fn new(kernel: Kernel, place: &Place) -> Result<Self, Failure> {
        let Kernel { weight, bias, channels, window } = kernel;
        let outputs = bias.len();
        Ok(Self {
            weight: place.tensor(weight, (outputs, channels, window.kernel, window.kernel))?,
            bias: place.tensor(bias, (1, outputs, 1, 1))?,
            window,
        })
    }
}

impl Convolution for DeviceConv {
    type Map = Tensor;

    fn forward(&self, input: &Tensor, after: After<'_, Tensor>) -> Result<Tensor, Failure> {
        let Window { padding, stride, .. } = self.window;
        let output = input.conv2d(&self.weight, padding, stride, 1, 1)?.broadcast_add(&self.bias)?;
        Ok(match after {
            After::Nothing => output,
            After::Relu => output.relu()?,
            After::AddRelu(other) => (output + other)?.relu()?,
        })
    }

    /// Nothing is less than 0 behind `relu`, so that zeros around are as good as nothing.
    fn pool(input: &Tensor) -> Result<Tensor, Failure> {
        let framed = input.pad_with_zeros(2, 1, 1)?.pad_with_zeros(3, 1, 1)?;
        Ok(framed.max_pool2d_with_stride(3, 2)?)
    }
}
