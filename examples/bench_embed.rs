//! Sentences per second of an embedding checkpoint: `cargo run --release --example bench_embed -- FOLDER [SECONDS]`.
//! Without a folder, the bundled `kindling-embed`.

#[path = "shared/encoding.rs"]
mod encoding;

use std::time::Instant;

use candleflare::engine::checkpoints::{Checkpoint, bundled};
use candleflare::engine::embed::EmbeddingModel;
use candleflare::engine::kernels::{Isa, threads};
use candleflare::engine::queue::QueueOptions;

use crate::encoding::encode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What this process has computed so far, over all threads. On a busy machine this is what can be compared.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Tokens of 32 texts as people send them: titles, questions, paragraphs. Drawn once from a log-normal distribution with a median of 24.
const MIX: [usize; 32] = [
    7, 9, 10, 12, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 25, 26, 28, 30, 32, 34, 37, 40, 44, 48, 54, 61, 71,
    86, 111, 128,
];

/// Of an encoder's `config.json`.
#[derive(serde::Deserialize)]
struct Shape {
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
}

/// Additions and multiplications of the matrix products for a text of so many tokens.
fn flops(shape: &Shape, tokens: usize) -> f64 {
    let (hidden, inner) = (shape.hidden_size as f64, shape.intermediate_size as f64);
    let a_token = 4.0 * hidden * hidden + 2.0 * hidden * inner + 2.0 * hidden * tokens as f64;
    2.0 * a_token * tokens as f64 * shape.num_hidden_layers as f64
}

/// What the machine can multiply and add at most.
mod peak {
    use std::time::Instant;

    const SUMS: usize = 12;
    const ROUNDS: usize = 2_000_000;

    /// The best of five rounds, all threads together.
    pub fn flops(threads: usize) -> f64 {
        let measured = (0..5).map(|_| {
            let start = Instant::now();
            let lanes: usize = std::thread::scope(|scope| {
                let all: Vec<_> = (0..threads).map(|_| scope.spawn(burn)).collect();
                all.into_iter().filter_map(|one| one.join().ok()).sum()
            });
            2.0 * (lanes * SUMS * ROUNDS) as f64 / start.elapsed().as_secs_f64()
        });
        measured.fold(0.0, f64::max)
    }

    /// Sums of products that wait for nothing; how many lanes each has.
    fn burn() -> usize {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the machine has it.
            return unsafe { wide() };
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the machine has it.
            return unsafe { narrow() };
        }
        let (a, b) = std::hint::black_box((0.999f32, 0.001f32));
        let mut sums = [[1.0f32; 4]; SUMS];
        for _ in 0..ROUNDS {
            sums.iter_mut().flatten().for_each(|sum| *sum = *sum * a + b);
        }
        std::hint::black_box(sums);
        4
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn wide() -> usize {
        use std::arch::x86_64::{_mm512_fmadd_ps, _mm512_set1_ps};
        let (a, b) = std::hint::black_box((_mm512_set1_ps(0.999), _mm512_set1_ps(0.001)));
        let mut sums = [a; SUMS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(*sum, a, b);
            }
        }
        std::hint::black_box(sums);
        16
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn narrow() -> usize {
        use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_set1_ps};
        let (a, b) = std::hint::black_box((_mm256_set1_ps(0.999), _mm256_set1_ps(0.001)));
        let mut sums = [a; SUMS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = _mm256_fmadd_ps(*sum, a, b);
            }
        }
        std::hint::black_box(sums);
        8
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let checkpoint = match arguments.next() {
        Some(folder) => Checkpoint::folder("bench", folder),
        None => bundled("kindling-embed").ok_or("this build has no kindling-embed; name a folder")?,
    };
    let seconds: f64 = arguments.next().map_or(Ok(2.0), |text| text.parse())?;
    let shape: Shape = checkpoint.json("config.json")?;
    let start = Instant::now();
    let model = EmbeddingModel::load(&checkpoint, &candle_core::Device::Cpu, &QueueOptions::default())?;
    println!(
        "load {:.0} ms, {}, {} threads",
        start.elapsed().as_secs_f64() * 1e3,
        Isa::best().name(),
        threads::count()
    );
    let peak = peak::flops(threads::count());
    println!("{:.1} GFLOP/s at most, measured", peak / 1e9);
    let shapes = [(1, 16), (32, 16), (1, 128), (32, 128)]
        .map(|(texts, tokens)| (format!("{texts:3} x {tokens:3}"), vec![tokens; texts]));
    for (name, lengths) in shapes.into_iter().chain([(" 32 x mix".to_owned(), MIX.to_vec())]) {
        let texts = lengths.len();
        let work: f64 = lengths.iter().map(|tokens| flops(&shape, *tokens)).sum();
        let once = || encode(&model, &lengths);
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
            "{name}: {median_ms:8.2} ms, {usual:6.0} texts/s (best {most:6.0}), {cpu_ms:6.3} ms of CPU a text, {:3.0} % of the peak",
            work / median / peak * 100.0
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .filter(|line| line.starts_with("VmRSS") || line.starts_with("RssAnon"))
        .for_each(|line| println!("{line}"));
    Ok(())
}
