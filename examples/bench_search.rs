//! One index of random vectors, driven by lines on standard input; `benches/peers/search.py` does so, turn by turn
//! with its peers. Each answer is one line of JSON.
//!
//! ```text
//! load 100000 768        fills an index; every vector has metadata {"p": 0..100}
//! query 1.0              asks for a second: median and count of exact queries
//! filter 10 1.0          the same with a filter that 10 % of the vectors pass
//! bandwidth 1.0          bytes per second that all threads together can read
//! read FILE 50000 768    fills an index of float32 vectors from a file, and waits for its graph; more vectors are queries
//! recall TRUTH 1.0       share of the ten best (numbers, u32) that queries find, and queries per second on all threads
//! parse 5000 1536        bytes per second of NDJSON, parsed, checked and stored by one thread
//! ```

use std::io::BufRead;
use std::sync::Arc;
use std::time::Instant;

use candleflare::clock::Clock;
use candleflare::engine::kernels::threads;
use candleflare::error::Operation;
use candleflare::limits::{Limits, Plan};
use candleflare::vectorize::limits::Bounds;
use candleflare::vectorize::{Account, Index, IndexType, Lag, Line, Query, Unparsable, Vectorize, ndjson};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

struct Bench {
    account: Arc<Account>,
    /// The same with graphs.
    near: Arc<Account>,
    random: ChaCha8Rng,
    dimensions: usize,
    /// What `read` left for `recall`.
    queries: Vec<Vec<f32>>,
}

impl Bench {
    fn vector(&mut self) -> Vec<f32> {
        (0..self.dimensions).map(|_| self.random.random_range(-1.0f32..1.0)).collect()
    }

    fn index(&mut self, dimensions: usize) -> Outcome<Arc<Index>> {
        self.dimensions = dimensions;
        if self.account.get("bench").is_ok() {
            self.account.delete("bench")?;
        }
        let config = json!({"dimensions": dimensions, "metric": "dot-product"});
        self.account.create(&json!({"name": "bench", "config": config}))?;
        Ok(self.account.get("bench")?)
    }

    fn load(&mut self, count: usize, dimensions: usize) -> Outcome<Value> {
        let index = self.index(dimensions)?;
        index.create_metadata_index("p".into(), IndexType::Number)?;
        let before = resident();
        let start = Instant::now();
        for batch in 0..count.div_ceil(5000) {
            let ids = batch * 5000..count.min((batch + 1) * 5000);
            let line = |id: usize| {
                let metadata = json!({"p": id % 100}).as_object().cloned();
                Line::new(format!("vector-{id}"), self.vector(), None, metadata)
            };
            let lines: Vec<Line> = ids.map(line).collect();
            index.write(Operation::Insert, lines, 5000)?;
        }
        let raw = count * dimensions * 4;
        Ok(json!({
            "seconds": start.elapsed().as_secs_f64(), "raw_bytes": raw, "resident_bytes": resident().saturating_sub(before),
        }))
    }

    fn query(&mut self, filter: Option<Value>, seconds: f64) -> Outcome<Value> {
        let index = self.account.get("bench")?;
        let begin = Instant::now();
        let mut times = Vec::new();
        while begin.elapsed().as_secs_f64() < seconds || times.len() < 3 {
            let query =
                Query { vector: Some(self.vector()), top_k: Some(10), filter: filter.clone(), ..Query::default() };
            let start = Instant::now();
            let found = index.query(query)?;
            times.push(start.elapsed().as_secs_f64());
            assert_eq!(found.count, 10);
        }
        times.sort_by(f64::total_cmp);
        Ok(json!({"median": times[times.len() / 2], "count": times.len()}))
    }

    fn parse(&mut self, count: usize, dimensions: usize) -> Outcome<Value> {
        let index = self.index(dimensions)?;
        let line = |id: usize| {
            json!({"id": format!("vector-{id}"), "values": self.vector(), "metadata": {"p": id % 100}}).to_string()
        };
        let body: Vec<String> = (0..count).map(line).collect();
        let body = body.join("\n");
        let mut rates = Vec::new();
        for _ in 0..5 {
            let start = Instant::now();
            let lines = ndjson(body.as_bytes(), Operation::Upsert, Unparsable::Error)?;
            index.write(Operation::Upsert, lines, count)?;
            rates.push(body.len() as f64 / start.elapsed().as_secs_f64());
        }
        rates.sort_by(f64::total_cmp);
        Ok(json!({"bytes": body.len(), "bytes_per_second": rates[rates.len() / 2], "best": rates[rates.len() - 1]}))
    }
}

impl Bench {
    fn read(&mut self, file: &str, count: usize, dimensions: usize) -> Outcome<Value> {
        let bytes = std::fs::read(file)?;
        let floats = bytes.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
        let vectors: Vec<Vec<f32>> = floats.collect::<Vec<f32>>().chunks(dimensions).map(<[f32]>::to_vec).collect();
        let (base, queries) = vectors.split_at(count);
        self.queries = queries.to_vec();
        let config = json!({"dimensions": dimensions, "metric": "dot-product"});
        self.near.create(&json!({"name": "bench", "config": config}))?;
        let index = self.near.get("bench")?;
        let start = Instant::now();
        for (batch, vectors) in base.chunks(5000).enumerate() {
            let line = |(at, vector): (usize, &Vec<f32>)| {
                Line::new((batch * 5000 + at).to_string(), vector.clone(), None, None)
            };
            index.write(Operation::Insert, vectors.iter().enumerate().map(line).collect(), 5000)?;
        }
        while !index.is_settled() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Ok(json!({"seconds": start.elapsed().as_secs_f64()}))
    }

    fn recall(&self, truth: &str, seconds: f64) -> Outcome<Value> {
        let bytes = std::fs::read(truth)?;
        let truth: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect();
        let index = self.near.get("bench")?;
        let ask = |number: usize| {
            let at = number % self.queries.len();
            let query = Query { vector: Some(self.queries[at].clone()), top_k: Some(10), ..Query::default() };
            let found = index.query(query).map(|found| found.matches).unwrap_or_default();
            let best = &truth[at * 10..(at + 1) * 10];
            found.iter().filter(|hit| hit.id.parse().is_ok_and(|id| best.contains(&id))).count()
        };
        let found: usize = (0..self.queries.len()).map(ask).sum();
        let (start, next) = (Instant::now(), std::sync::atomic::AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..threads::count() {
                scope.spawn(|| {
                    while start.elapsed().as_secs_f64() < seconds {
                        ask(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
                    }
                });
            }
        });
        let asked = next.into_inner() as f64;
        let recall = found as f64 / truth.len() as f64;
        Ok(json!({"recall": recall, "queries_per_second": asked / start.elapsed().as_secs_f64()}))
    }
}

/// Reads a gigabyte, as the scan does: from front to back, in pieces, on all threads.
fn bandwidth(seconds: f64) -> Value {
    let memory = vec![1.0f32; 1 << 28];
    let (begin, mut best) = (Instant::now(), 0.0f64);
    while begin.elapsed().as_secs_f64() < seconds {
        let start = Instant::now();
        let sum: f32 = memory.par_chunks(1 << 16).map(lanes).sum();
        std::hint::black_box(sum);
        best = best.max(size_of_val(memory.as_slice()) as f64 / start.elapsed().as_secs_f64());
    }
    json!({"bytes_per_second": best})
}

/// A sum in as many lanes as hide every latency but the memory's.
fn lanes(values: &[f32]) -> f32 {
    let mut sums = [0.0f32; 64];
    for chunk in values.as_chunks::<64>().0 {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    sums.iter().sum()
}

/// Bytes of memory that the process holds.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<usize>().unwrap_or_default() * 1024
}

fn main() -> Outcome<()> {
    threads::count();
    let bounds = Bounds { http_batch: usize::MAX, ..Bounds::of(&Limits::new(Plan::Paid)) };
    let service = || Vectorize::new(Clock::default(), bounds, Lag::Immediate, |_| uuid::Uuid::nil());
    let mut bench = Bench {
        account: service().account("bench"),
        near: service().with_hnsw_above(Some(1)).account("bench"),
        random: ChaCha8Rng::seed_from_u64(7),
        dimensions: 1,
        queries: Vec::new(),
    };
    for order in std::io::stdin().lock().lines() {
        let order = order?;
        let words: Vec<&str> = order.split_whitespace().collect();
        let answer = match words.as_slice() {
            ["load", count, dimensions] => bench.load(count.parse()?, dimensions.parse()?)?,
            ["query", seconds] => bench.query(None, seconds.parse()?)?,
            ["filter", percent, seconds] => {
                bench.query(Some(json!({"p": {"$lt": percent.parse::<u32>()?}})), seconds.parse()?)?
            }
            ["bandwidth", seconds] => bandwidth(seconds.parse()?),
            ["read", file, count, dimensions] => bench.read(file, count.parse()?, dimensions.parse()?)?,
            ["recall", truth, seconds] => bench.recall(truth, seconds.parse()?)?,
            ["parse", count, dimensions] => bench.parse(count.parse()?, dimensions.parse()?)?,
            _ => return Err(format!("no such order: `{order}`").into()),
        };
        println!("{answer}");
    }
    Ok(())
}
