use std::sync::atomic::{AtomicBool, AtomicUsize};

use super::*;

/// A device that can break and be opened again; the CPU is behind it.
#[derive(Default)]
struct Fragile {
    broken: AtomicBool,
    opened: AtomicUsize,
}

impl Source for Arc<Fragile> {
    fn open(&self) -> Result<Device, Failure> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(Failure::Device("still broken".to_owned()));
        }
        self.opened.fetch_add(1, Ordering::Relaxed);
        Ok(Device::Cpu)
    }

    fn works(&self, _device: &Device) -> bool {
        !self.broken.load(Ordering::Relaxed)
    }
}

/// Loads where fewer than two others of its kind are in memory, as a GPU of that size would.
struct Large;

static LARGE: AtomicUsize = AtomicUsize::new(0);

impl Loadable for Large {
    fn load(_: &Checkpoint, _: &Device, _: &QueueOptions) -> Result<Self, Failure> {
        if LARGE.load(Ordering::Relaxed) == 2 {
            return Err(cuda_error("CUDA_ERROR_OUT_OF_MEMORY"));
        }
        LARGE.fetch_add(1, Ordering::Relaxed);
        Ok(Self)
    }
}

impl Drop for Large {
    fn drop(&mut self) {
        LARGE.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Small;

impl Loadable for Small {
    fn load(_: &Checkpoint, _: &Device, _: &QueueOptions) -> Result<Self, Failure> {
        Ok(Self)
    }
}

fn cuda_error(name: &str) -> Failure {
    candle_core::Error::Msg(format!("DriverError({name}, \"...\")")).into()
}

fn engine() -> (Engine, Arc<Fragile>) {
    let device = Arc::new(Fragile::default());
    (Engine::open(Box::new(Arc::clone(&device)), QueueOptions::default(), None).unwrap(), device)
}

fn checkpoint(name: &str) -> Checkpoint {
    Checkpoint::folder(name, std::env::temp_dir())
}

fn names(engine: &Engine) -> Vec<String> {
    engine.loaded().into_iter().map(|one| one.name).collect()
}

#[test]
fn what_was_used_least_recently_makes_room_where_the_device_has_none() {
    let (engine, _) = engine();
    for name in ["a", "b"] {
        engine.model::<Large>(&checkpoint(name)).unwrap();
    }
    engine.loaded_model::<Large>(&checkpoint("a")).unwrap();
    engine.model::<Large>(&checkpoint("c")).unwrap();
    assert_eq!(names(&engine), ["a", "c"]);
    // What is in use keeps its memory: the call is refused, the others answer.
    let held: Vec<_> = ["a", "c"].map(|name| engine.loaded_model::<Large>(&checkpoint(name)).unwrap()).into();
    assert!(matches!(engine.model::<Large>(&checkpoint("d")), Err(Failure::DeviceMemory(_))));
    drop(held);
    engine.model::<Large>(&checkpoint("d")).unwrap();
}

#[test]
fn a_lost_device_is_opened_anew_and_its_models_load_again() {
    let (engine, device) = engine();
    engine.model::<Small>(&checkpoint("a")).unwrap();
    // An error alone, of a device that works: nothing is unloaded.
    assert!(matches!(cuda_error("CUDA_ERROR_LAUNCH_FAILED"), Failure::DeviceLost(_)));
    assert!(engine.loaded_model::<Small>(&checkpoint("a")).is_some());
    device.broken.store(true, Ordering::Relaxed);
    let _ = cuda_error("CUDA_ERROR_ILLEGAL_ADDRESS");
    assert!(engine.loaded_model::<Small>(&checkpoint("a")).is_none());
    assert!(matches!(engine.model::<Small>(&checkpoint("a")), Err(Failure::Device(_))));
    device.broken.store(false, Ordering::Relaxed);
    engine.model::<Small>(&checkpoint("a")).unwrap();
    assert_eq!((names(&engine), device.opened.load(Ordering::Relaxed)), (vec!["a".to_owned()], 2));
}
