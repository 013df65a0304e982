//! A decoder's seconds, asked for line by line, so that another engine can be measured in turn:
//! `bench_generate FILE.gguf` (or a folder; without one the bundled `kindling-chat`), then on standard input
//!
//! - `prefill N CHUNK`: N tokens, CHUNK at a time
//! - `decode N`: N tokens one after the other, behind a prompt of 128
//! - `streams S N`: the same for S sequences at once
//! - `bandwidth`: bytes per second that all threads together read from memory
//!
//! Each answer is one line, a number.

#[path = "shared/decoding.rs"]
mod decoding;

use std::io::{BufRead, Write};
use std::time::Instant;

use candle_core::Device;
use candleflare::engine::checkpoints::{Checkpoint, bundled};
use candleflare::engine::generate::decoder;
use candleflare::engine::kernels::threads;
use candleflare::engine::queue::QueueOptions;

use crate::decoding::{prefill, streams};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let checkpoint = match std::env::args().nth(1) {
        Some(path) => Checkpoint::open("bench", path),
        None => bundled("kindling-chat").ok_or("this build has no kindling-chat; name a file")?,
    };
    let options = QueueOptions { slots: 8, ..QueueOptions::default() };
    let start = Instant::now();
    let (mut decoder, _) = decoder::load(&checkpoint, &Device::Cpu, &options)?;
    eprintln!("loaded in {:.2} s, {} threads", start.elapsed().as_secs_f64(), threads::count());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |index: usize| words.get(index).and_then(|word| word.parse::<usize>().ok()).unwrap_or(1).max(1);
        let answer = match words.first() {
            Some(&"prefill") => prefill(&mut *decoder, number(1), number(2))?,
            Some(&"decode") => streams(&mut *decoder, 1, number(1))?,
            Some(&"streams") => streams(&mut *decoder, number(1).min(8), number(2))?,
            Some(&"bandwidth") => bandwidth(),
            _ => return Err(format!("`{line}` is no question").into()),
        };
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// Bytes per second of reading half a gigabyte.
fn bandwidth() -> f64 {
    const PIECES: usize = 64;
    let numbers = vec![1_u64; 1 << 26];
    let size = numbers.len() / PIECES;
    let read = || {
        let start = Instant::now();
        threads::install(|| {
            threads::each(PIECES, |piece| {
                let sum = numbers[piece * size..][..size]
                    .as_chunks::<16>()
                    .0
                    .iter()
                    .fold([0_u64; 16], |sums, numbers| std::array::from_fn(|lane| sums[lane] ^ numbers[lane]));
                std::hint::black_box(sum);
            });
        });
        numbers.len() as f64 * 8.0 / start.elapsed().as_secs_f64()
    };
    (0..3).map(|_| read()).fold(0.0, f64::max)
}
