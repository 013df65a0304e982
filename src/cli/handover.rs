//! The binary for CUDA is another one, which does not start where there is no driver. So this one is called: it asks the
//! driver, and becomes the other where a GPU can be used. Where none can, opening the device says why.

use crate::engine::device::DeviceChoice;

/// Looked for beside this binary.
#[cfg(target_os = "linux")]
const NAME: &str = "candleflare-cuda";

/// Becomes the CUDA binary if `device` asks for a GPU that is there, and that binary too; else returns.
#[cfg(target_os = "linux")]
pub fn to_cuda(device: DeviceChoice) {
    use std::os::unix::process::CommandExt;

    use crate::engine::device::driver;

    let ordinal = match device {
        _ if cfg!(feature = "cuda") => return,
        DeviceChoice::Cpu => return,
        DeviceChoice::Cuda(ordinal) => ordinal,
        DeviceChoice::Auto => 0,
    };
    let Some(other) = std::env::current_exe().ok().map(|this| this.with_file_name(NAME)) else { return };
    if other.is_file() && driver::gpu(ordinal).is_ok() {
        let error = std::process::Command::new(&other).args(std::env::args_os().skip(1)).exec();
        eprintln!("warning: `{}` cannot be run: {error}\nhint: `make cuda` builds it", other.display());
    }
}

/// There is a CUDA binary for Linux only.
#[cfg(not(target_os = "linux"))]
pub fn to_cuda(_device: DeviceChoice) {}
