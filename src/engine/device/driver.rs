//! NVIDIA's driver, asked without being linked with it: a binary that is linked does not even start where there is none.

use std::fmt;

/// A GPU, as its driver describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gpu {
    pub name: String,
    /// Bytes of memory, used ones included.
    pub memory: usize,
    /// Compute capability, major and minor.
    pub capability: (i32, i32),
    /// The newest CUDA that the driver knows, major and minor.
    pub driver: (i32, i32),
}

impl fmt::Display for Gpu {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, memory, capability, driver } = self;
        let gigabytes = memory / 1_000_000_000;
        write!(out, "{name}, {gigabytes} GB, compute capability {}.{}", capability.0, capability.1)?;
        write!(out, ", driver for CUDA {}.{}", driver.0, driver.1)
    }
}

/// Why no GPU can be used; the text ends with a hint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    #[error("CUDA builds are for Linux\nhint: use `--device cpu`")]
    System,
    #[error("no NVIDIA driver: `libcuda.so.1` is not found\nhint: install the driver, or use `--device cpu`")]
    Driver,
    #[error(
        "the NVIDIA driver is too old: it knows CUDA {}.{}, and 13.0 is needed\nhint: install driver 580 or newer",
        .0 / 1000, .0 % 1000 / 10
    )]
    TooOld(i32),
    #[error("the NVIDIA driver does not start: CUDA error {0}\nhint: does `nvidia-smi` work here?")]
    Broken(i32),
    #[error("there is no CUDA device {ordinal}; this machine has {count}\nhint: `cuda` is device 0")]
    Device { ordinal: usize, count: i32 },
    #[error("`{0}` is not found\nhint: install CUDA's libraries, or name their folder in `LD_LIBRARY_PATH`")]
    Library(String),
}

/// CUDA device number `ordinal`, if the driver and the libraries of the CUDA binary are there. There is no such binary but
/// for Linux.
pub fn gpu(ordinal: usize) -> Result<Gpu, Missing> {
    #[cfg(target_os = "linux")]
    return super::library::gpu(ordinal);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = ordinal;
        Err(Missing::System)
    }
}
