//! The driver's functions, found by their names in `libcuda.so.1`; their types are those of CUDA's `cuda.h`.

use std::ffi::{CStr, c_char, c_int, c_void};

use super::driver::{Gpu, Missing};

/// The oldest driver that the CUDA binary starts with, as the driver counts: 13.0.
const OLDEST: c_int = 13_000;
const DRIVER: &CStr = c"libcuda.so.1";
/// What the CUDA binary is linked with besides.
const LIBRARIES: [&CStr; 4] = [c"libcudart.so.13", c"libcublas.so.13", c"libcublasLt.so.13", c"libcurand.so.10"];

/// `CUDA_ERROR_NO_DEVICE`, with which the driver refuses to start.
const NO_DEVICE: c_int = 100;

/// See [`super::driver::gpu`].
pub(super) fn gpu(ordinal: usize) -> Result<Gpu, Missing> {
    let driver = Library::open(DRIVER).ok_or(Missing::Driver)?;
    let gpu = driver.gpu(ordinal).map_err(|missing| match missing {
        Missing::Broken(NO_DEVICE) => Missing::Device { ordinal, count: 0 },
        missing => missing,
    })?;
    match LIBRARIES.into_iter().find(|name| Library::open(name).is_none()) {
        Some(missing) => Err(Missing::Library(missing.to_string_lossy().into_owned())),
        None => Ok(gpu),
    }
}

/// A loaded library, which stays loaded: CUDA's do not bear being unloaded.
struct Library(*mut c_void);

impl Library {
    fn open(name: &CStr) -> Option<Self> {
        // SAFETY: the name ends with a zero; what the library runs as it is loaded is the vendor's.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        (!handle.is_null()).then_some(Self(handle))
    }

    /// The address of a function; `None` in a driver that does not have it.
    fn symbol(&self, name: &CStr) -> Option<*mut c_void> {
        // SAFETY: the handle is open and the name ends with a zero.
        let symbol = unsafe { libc::dlsym(self.0, name.as_ptr()) };
        (!symbol.is_null()).then_some(symbol)
    }

    /// Asks the driver in the order in which it has to be asked.
    fn gpu(&self, ordinal: usize) -> Result<Gpu, Missing> {
        let mut version = 0;
        self.ask(c"cuDriverGetVersion", |address| {
            // SAFETY: this is the function's type in cuda.h, and the pointer outlives the call; so below.
            let get: extern "C" fn(*mut c_int) -> c_int = unsafe { std::mem::transmute(address) };
            get(&raw mut version)
        })?;
        if version < OLDEST {
            return Err(Missing::TooOld(version));
        }
        self.ask(c"cuInit", |address| {
            // SAFETY: as above.
            let init: extern "C" fn(u32) -> c_int = unsafe { std::mem::transmute(address) };
            init(0)
        })?;
        let mut count = 0;
        self.ask(c"cuDeviceGetCount", |address| {
            // SAFETY: as above.
            let get: extern "C" fn(*mut c_int) -> c_int = unsafe { std::mem::transmute(address) };
            get(&raw mut count)
        })?;
        let number = c_int::try_from(ordinal).ok().filter(|number| *number < count);
        let number = number.ok_or(Missing::Device { ordinal, count })?;
        let mut device = 0;
        self.ask(c"cuDeviceGet", |address| {
            // SAFETY: as above.
            let get: extern "C" fn(*mut c_int, c_int) -> c_int = unsafe { std::mem::transmute(address) };
            get(&raw mut device, number)
        })?;
        let mut name = [0; 256];
        self.ask(c"cuDeviceGetName", |address| {
            // SAFETY: as above; the length is that of the buffer.
            let get: extern "C" fn(*mut c_char, c_int, c_int) -> c_int = unsafe { std::mem::transmute(address) };
            get(name.as_mut_ptr(), 255, device)
        })?;
        // SAFETY: the last byte of the buffer was left out, and is zero.
        let name = unsafe { CStr::from_ptr(name.as_ptr()) }.to_string_lossy().into_owned();
        let mut memory = 0;
        self.ask(c"cuDeviceTotalMem_v2", |address| {
            // SAFETY: as above.
            let get: extern "C" fn(*mut usize, c_int) -> c_int = unsafe { std::mem::transmute(address) };
            get(&raw mut memory, device)
        })?;
        // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR.
        let capability = (self.attribute(75, device)?, self.attribute(76, device)?);
        Ok(Gpu { name, memory, capability, driver: (version / 1000, version % 1000 / 10) })
    }

    fn attribute(&self, attribute: c_int, device: c_int) -> Result<c_int, Missing> {
        let mut value = 0;
        self.ask(c"cuDeviceGetAttribute", |address| {
            // SAFETY: as above.
            let get: extern "C" fn(*mut c_int, c_int, c_int) -> c_int = unsafe { std::mem::transmute(address) };
            get(&raw mut value, attribute, device)
        })?;
        Ok(value)
    }

    /// Calls the function `name`; its answer is 0, or what went wrong.
    fn ask(&self, name: &CStr, call: impl FnOnce(*mut c_void) -> c_int) -> Result<(), Missing> {
        match self.symbol(name).map_or(-1, call) {
            0 => Ok(()),
            code => Err(Missing::Broken(code)),
        }
    }
}
