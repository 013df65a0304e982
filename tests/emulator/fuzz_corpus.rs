//! What `make fuzz` looks at, in short: the corpus, and mutations of it that are the same in every run.

use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// Mutations of each input of the corpus.
const ROUNDS: usize = 40;

/// Parts that mean something to one target or another.
const PARTS: [&[u8]; 24] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"null",
    b"true",
    b"1e400",
    b"-0",
    b"\\ud800",
    b"\xff",
    b"\0",
    b"$eq",
    b"$in",
    b"values",
    b"--X",
    b"--X--",
    b"1e39",
    b"9007199254740993",
    b"0.1000000014901161193847656250001",
];

fn run(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let corpus: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    assert!(corpus.len() >= 3, "`{name}` has a corpus");
    // Longer where it is asked for, without libFuzzer: `FUZZ_SECONDS=300 cargo nextest run … fuzz_corpus`.
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let (begin, mut random) = (Instant::now(), ChaCha8Rng::seed_from_u64(7));
    loop {
        for input in &corpus {
            target(input);
            for round in 0..ROUNDS {
                let mut mutant = input.clone();
                for _ in 0..=round % 4 {
                    mutate(&mut mutant, &corpus, &mut random);
                }
                let done = catch_unwind(|| target(&mutant));
                assert!(done.is_ok(), "`{name}` fails with {:?}", String::from_utf8_lossy(&mutant));
            }
        }
        if begin.elapsed() >= Duration::from_secs(seconds) {
            break;
        }
    }
}

fn mutate(input: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut ChaCha8Rng) {
    let at = random.random_range(0..=input.len());
    let until = random.random_range(at..=input.len().min(at + 40));
    match random.random_range(0..5) {
        0 => drop(input.splice(at..until, PARTS[random.random_range(0..PARTS.len())].iter().copied())),
        1 => drop(input.drain(at..until)),
        2 => input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.random_range(0..8)),
        3 => {
            let other = &corpus[random.random_range(0..corpus.len())];
            let from = random.random_range(0..=other.len());
            input.splice(at.., other[from..].iter().copied());
        }
        _ => {
            let part = input[at..until].to_vec();
            input.splice(at..at, part.repeat(random.random_range(1..30)));
        }
    }
}

#[test]
fn ndjson() {
    run("ndjson", targets::ndjson);
}

#[test]
fn multipart() {
    run("multipart", targets::multipart);
}

#[test]
fn filter() {
    run("filter", targets::filter);
}

#[test]
fn requests() {
    run("requests", targets::requests);
}

#[test]
fn rules() {
    run("rules", targets::rules);
}
