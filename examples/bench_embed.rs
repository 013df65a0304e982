//! Sentences per second of an embedding checkpoint: `cargo run --release --example bench_embed -- FOLDER [SECONDS]`.
//! Without a folder, the bundled `kindling-embed`.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use candleflare::clock::Deadline;
use candleflare::engine::backend::TokenBatch;
use candleflare::engine::checkpoints::{Checkpoint, bundled};
use candleflare::engine::embed::{EmbedJob, EmbeddingModel};
use candleflare::engine::kernels::{Isa, threads};
use candleflare::engine::queue::{Cancel, QueueOptions, Ticket};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What this process has computed so far, over all threads. On a busy machine this is what can be compared.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let checkpoint = match arguments.next() {
        Some(folder) => Checkpoint::folder("bench", folder),
        None => bundled("kindling-embed").ok_or("this build has no kindling-embed; name a folder")?,
    };
    let seconds: f64 = arguments.next().map_or(Ok(2.0), |text| text.parse())?;
    let start = Instant::now();
    let model = EmbeddingModel::load(&checkpoint, &candle_core::Device::Cpu, &QueueOptions::default())?;
    println!(
        "load {:.0} ms, {}, {} threads",
        start.elapsed().as_secs_f64() * 1e3,
        Isa::best().name(),
        threads::count()
    );
    for (texts, tokens) in [(1, 16), (32, 16), (1, 128), (32, 128)] {
        // Ordinary words, wherever the vocabulary has them.
        let row: Vec<u32> = (0..tokens as u32).map(|position| 2000 + position * 37 % 5000).collect();
        let once = || -> Result<f64, Box<dyn std::error::Error>> {
            let mut batch = TokenBatch::default();
            (0..texts).for_each(|_| batch.push(&row));
            let ticket = Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() };
            let (reply, answer) = channel();
            let start = Instant::now();
            let reply = Box::new(move |result| drop(reply.send(result)));
            model.submit(EmbedJob { batch, pooling: None, ticket, reply })?;
            answer.recv()??;
            Ok(start.elapsed().as_secs_f64())
        };
        let mut times = Vec::new();
        once()?;
        let (begin, cpu) = (Instant::now(), cpu_seconds());
        while begin.elapsed().as_secs_f64() < seconds || times.is_empty() {
            times.push(once()?);
        }
        let cpu = (cpu_seconds() - cpu) / (times.len() * texts) as f64;
        times.sort_by(f64::total_cmp);
        let (median, best) = (times[times.len() / 2], times[0]);
        let rate = |time: f64| texts as f64 / time;
        let (median_ms, cpu_ms) = (median * 1e3, cpu * 1e3);
        let (usual, most) = (rate(median), rate(best));
        println!(
            "{texts:3} x {tokens:3}: {median_ms:8.2} ms, {usual:6.0} texts/s (best {most:6.0}), {cpu_ms:6.3} ms of CPU a text"
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .filter(|line| line.starts_with("VmRSS") || line.starts_with("RssAnon"))
        .for_each(|line| println!("{line}"));
    Ok(())
}
