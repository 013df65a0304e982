//! What an error of a device means for whoever computes on it. The texts are those of CUDA's driver and of cuBLAS, which
//! Candle hands through; on the CPU there are none.

use std::sync::atomic::{AtomicU64, Ordering};

/// The kinds of errors after which a model is not to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There was not enough memory for this one computation; the next one may be smaller.
    Memory,
    /// The context is broken: whatever is asked of it from now on fails in the same way, until it is made anew.
    Lost,
}

const MEMORY: [&str; 3] = ["CUDA_ERROR_OUT_OF_MEMORY", "CUBLAS_STATUS_ALLOC_FAILED", "CURAND_STATUS_ALLOCATION_FAILED"];
/// The errors that CUDA's documentation calls inconsistent states of the process, and a device that went away.
const LOST: [&str; 16] = [
    "CUDA_ERROR_ASSERT",
    "CUDA_ERROR_CONTEXT_IS_DESTROYED",
    "CUDA_ERROR_DEINITIALIZED",
    "CUDA_ERROR_DEVICE_UNAVAILABLE",
    "CUDA_ERROR_ECC_UNCORRECTABLE",
    "CUDA_ERROR_HARDWARE_STACK_ERROR",
    "CUDA_ERROR_ILLEGAL_ADDRESS",
    "CUDA_ERROR_ILLEGAL_INSTRUCTION",
    "CUDA_ERROR_INVALID_ADDRESS_SPACE",
    "CUDA_ERROR_INVALID_CONTEXT",
    "CUDA_ERROR_INVALID_PC",
    "CUDA_ERROR_LAUNCH_FAILED",
    "CUDA_ERROR_LAUNCH_TIMEOUT",
    "CUDA_ERROR_MISALIGNED_ADDRESS",
    "CUDA_ERROR_NVLINK_UNCORRECTABLE",
    "CUBLAS_STATUS_EXECUTION_FAILED",
];

/// Of the whole process, as a device's context is.
static LOSSES: AtomicU64 = AtomicU64::new(0);

/// What `error` says, and a note of it where the device may be lost.
pub fn of(error: &str) -> Option<Fault> {
    if MEMORY.iter().any(|name| error.contains(name)) {
        return Some(Fault::Memory);
    }
    LOST.iter().any(|name| error.contains(name)).then(|| {
        LOSSES.fetch_add(1, Ordering::Relaxed);
        Fault::Lost
    })
}

/// How often an error has said that a device is lost. Whoever finds that it grew looks into it.
pub fn losses() -> u64 {
    LOSSES.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::backend::Failure;

    fn failure(text: &str) -> Failure {
        candle_core::Error::Msg(text.to_owned()).into()
    }

    #[test]
    fn errors_are_told_apart() {
        let before = losses();
        let memory = failure("DriverError(CUDA_ERROR_OUT_OF_MEMORY, \"out of memory\")");
        assert!(matches!(memory, Failure::DeviceMemory(_)));
        assert!(matches!(failure("shape mismatch in matmul"), Failure::Backend(_)));
        let lost = failure("DriverError(CUDA_ERROR_ILLEGAL_ADDRESS, \"an illegal memory access was encountered\")");
        assert!(matches!(lost, Failure::DeviceLost(_)));
        assert!(losses() > before);
    }
}
