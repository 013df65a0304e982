//! Which device computes. What is not compiled in is refused by name, never silently replaced, except for `auto`.

use std::fmt;
use std::str::FromStr;

use candle_core::Device;

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

fn cuda(ordinal: usize) -> Result<Device, Failure> {
    if !cfg!(feature = "cuda") {
        return Err(Failure::Device(
            "this binary was built without CUDA\nhint: build with `--features cuda`, or use `--device cpu`".to_owned(),
        ));
    }
    Device::new_cuda(ordinal).map_err(|error| Failure::Device(format!("CUDA device {ordinal} cannot be used: {error}")))
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
