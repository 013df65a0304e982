//! Which device computes. What is not compiled in is refused by name, never silently replaced, except for `auto`.

pub mod driver;
pub mod fault;
pub mod layers;
#[cfg(target_os = "linux")]
mod library;
pub mod place;

use std::fmt;
use std::str::FromStr;

use candle_core::{DType, Device, DeviceLocation, Tensor};

use crate::engine::backend::Failure;

/// The value of `--device`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    #[default]
    Cpu,
    /// CUDA device number `n`.
    Cuda(usize),
    /// CUDA device 0 where it can be used, else the CPU.
    Auto,
}

impl DeviceChoice {
    pub fn open(self) -> Result<Device, Failure> {
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda(ordinal) => cuda(ordinal),
            Self::Auto => Ok(cuda(0).unwrap_or_else(|reason| {
                tracing::info!(%reason, "computing on the CPU");
                Device::Cpu
            })),
        }
    }
}

/// The compute capability that the kernels of a CUDA build are for, as `nvcc` names it.
const BUILT_FOR: Option<&str> = option_env!("CUDA_COMPUTE_CAP");

fn cuda(ordinal: usize) -> Result<Device, Failure> {
    let gpu = driver::gpu(ordinal).map_err(|missing| Failure::Device(missing.to_string()))?;
    if !cfg!(feature = "cuda") {
        return Err(Failure::Device(format!(
            "{gpu}: this binary was built without CUDA, and no `candleflare-cuda` is beside it\nhint: `make cuda` builds it"
        )));
    }
    let (major, minor) = gpu.capability;
    if let Some(built) = BUILT_FOR.and_then(|text| text.parse::<i32>().ok()).filter(|built| *built > 10 * major + minor)
    {
        return Err(Failure::Device(format!(
            "{gpu}: this binary was built for compute capability {}.{}\nhint: `CUDA_COMPUTE_CAP={major}{minor} make cuda`",
            built / 10,
            built % 10
        )));
    }
    let device =
        Device::new_cuda(ordinal).map_err(|error| Failure::Device(format!("{gpu} cannot be used: {error}")))?;
    tracing::info!(%gpu, "computing on the GPU");
    Ok(device)
}

/// Bytes of memory of a GPU; of the CPU's none is told.
pub fn memory(device: &Device) -> Option<usize> {
    let DeviceLocation::Cuda { gpu_id } = device.location() else { return None };
    driver::gpu(gpu_id).ok().map(|gpu| gpu.memory)
}

/// Where an engine's device comes from, and whether it still is one.
pub trait Source: Send + Sync {
    fn open(&self) -> Result<Device, Failure>;

    /// Whether something can be computed on it.
    fn works(&self, device: &Device) -> bool;
}

impl Source for DeviceChoice {
    fn open(&self) -> Result<Device, Failure> {
        DeviceChoice::open(*self)
    }

    fn works(&self, device: &Device) -> bool {
        let tried = || Tensor::ones(1, DType::F32, device)?.to_vec1::<f32>();
        device.is_cpu() || tried().is_ok_and(|ones| ones == [1.0])
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is not a device\nhint: `cpu`, `cuda`, `cuda:1` or `auto`");
        match text.split_once(':') {
            None if text == "cpu" => Ok(Self::Cpu),
            None if text == "auto" => Ok(Self::Auto),
            None if text == "cuda" => Ok(Self::Cuda(0)),
            Some(("cuda", ordinal)) => ordinal.parse().map(Self::Cuda).map_err(|_| refused()),
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => out.write_str("cpu"),
            Self::Cuda(ordinal) => write!(out, "cuda:{ordinal}"),
            Self::Auto => out.write_str("auto"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_parse_and_print() {
        for text in ["cpu", "cuda:1", "auto"] {
            assert_eq!(text.parse::<DeviceChoice>().unwrap().to_string(), text);
        }
        assert!("gpu".parse::<DeviceChoice>().unwrap_err().contains("hint:"));
        assert!("cuda:x".parse::<DeviceChoice>().is_err());
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn cuda_is_refused_where_it_is_not_compiled_in() {
        assert!(matches!(DeviceChoice::Cuda(0).open(), Err(Failure::Device(_))));
        assert!(matches!(DeviceChoice::Auto.open(), Ok(Device::Cpu)));
    }
}
