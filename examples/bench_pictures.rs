//! Pictures per second of an image classifier: `cargo run --release --example bench_pictures -- FOLDER [SECONDS] [PICTURE]`.
//! With a picture, its decoding and resizing counts too, and is told apart.

#[path = "shared/pictures.rs"]
mod pictures;

use std::time::Instant;

use candleflare::engine::Loadable;
use candleflare::engine::checkpoints::Checkpoint;
use candleflare::engine::kernels::{Isa, threads};
use candleflare::engine::queue::QueueOptions;
use candleflare::engine::vision::{Classifier, Picture};

use crate::pictures::{classify, pixels};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name a folder with a ResNet")?;
    let seconds: f64 = arguments.next().map_or(Ok(3.0), |text| text.parse())?;
    let file = arguments.next().map(std::fs::read).transpose()?;
    threads::count();
    let checkpoint = Checkpoint::folder("bench", folder);
    let model = Classifier::load(&checkpoint, &candle_core::Device::Cpu, &QueueOptions::default())?;
    let (mut times, mut decoding) = (Vec::new(), Vec::new());
    let begin = Instant::now();
    while begin.elapsed().as_secs_f64() < seconds || times.len() < 3 {
        let start = Instant::now();
        let picture = match &file {
            Some(bytes) => Picture::decode(bytes)?,
            None => pixels(),
        };
        decoding.push(start.elapsed().as_secs_f64());
        classify(&model, picture)?;
        times.push(start.elapsed().as_secs_f64());
    }
    for times in [&mut times, &mut decoding] {
        times.sort_by(f64::total_cmp);
    }
    let median = |times: &[f64]| times[times.len() / 2];
    println!(
        "{:.2} pictures/s, decoding {:.1} % of the time, {}, {} threads",
        1.0 / median(&times),
        100.0 * median(&decoding) / median(&times),
        Isa::best().name(),
        threads::count()
    );
    Ok(())
}
