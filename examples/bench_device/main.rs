//! One table of what a device computes, on random weights of well-known shapes: it needs no download, so the binary can be
//! carried to a machine with a GPU (`cargo build --release --features cuda --example bench_device`; gzip halves it).
//!
//! `bench_device [--device cuda] [--shapes minilm,llama-1b] [--seconds 3] [--folder DIR]`; the weights are written to DIR
//! (16 GB for `llama-8b`) and removed. `benches/peers/device.py` prints PyTorch's table in the same form.

#[path = "../shared/decoding.rs"]
mod decoding;
#[path = "../shared/encoding.rs"]
mod encoding;
mod measure;
#[path = "../shared/pictures.rs"]
mod pictures;
mod random;
mod shapes;
mod tensors;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use candleflare::engine::device::DeviceChoice;
use candleflare::engine::kernels::threads;

use crate::shapes::{Kind, SHAPES};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Error = Box<dyn std::error::Error>;

struct Arguments {
    device: DeviceChoice,
    shapes: Vec<String>,
    /// How long each figure is measured.
    time: Duration,
    folder: PathBuf,
}

impl Arguments {
    fn read() -> Result<Self, Error> {
        let mut read = Self {
            device: DeviceChoice::Cpu,
            shapes: Vec::new(),
            time: Duration::from_secs(3),
            folder: std::env::temp_dir(),
        };
        let mut words = std::env::args().skip(1);
        while let Some(flag) = words.next() {
            let value = words.next().ok_or_else(|| format!("`{flag}` needs a value"))?;
            match flag.as_str() {
                "--device" => read.device = value.parse()?,
                "--shapes" => read.shapes = value.split(',').map(str::to_owned).collect(),
                "--seconds" => read.time = Duration::try_from_secs_f64(value.parse()?)?,
                "--folder" => read.folder = value.into(),
                _ => return Err(format!("`{flag}` is no flag").into()),
            }
        }
        let known: Vec<&str> = SHAPES.iter().map(|shape| shape.name).collect();
        match read.shapes.iter().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(format!("`{name}` is no shape\nhint: one of {}", known.join(", ")).into()),
            None => Ok(read),
        }
    }
}

fn main() -> Result<(), Error> {
    let arguments = Arguments::read()?;
    let device = arguments.device.open()?;
    println!("device {}, {} threads on the host", arguments.device, threads::count());
    println!("{:<12} {:>10} {:>8}  figures", "shape", "weights", "load");
    // Only what was asked for is as large as the last one.
    let wanted = |name: &str| arguments.shapes.iter().any(|asked| asked == name);
    for shape in SHAPES.iter().filter(|shape| wanted(shape.name) || (arguments.shapes.is_empty() && shape.by_default)) {
        let is_small = device.is_cpu() && shape.kind != Kind::Decoder;
        let checkpoint = random::write(shape, &arguments.folder, if is_small { "F32" } else { "BF16" })?;
        let bytes = checkpoint.checkpoint.weight_bytes();
        let start = Instant::now();
        let mut model = measure::load(shape, &checkpoint.checkpoint, &device)?;
        let load = start.elapsed().as_secs_f64();
        let figures = model.figures(bytes, arguments.time)?;
        println!("{:<12} {:>7.2} GB {load:>6.1} s  {}", shape.name, bytes as f64 / 1e9, figures.join(", "));
    }
    Ok(())
}
