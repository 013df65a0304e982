//! The threads that a forward pass is spread over.
//!
//! One pool serves all checkpoints of the process: two models that compute at once share the cores instead of
//! fighting for them. Work is handed out piece by piece, so that a core which is busy elsewhere delays nobody.

use std::sync::OnceLock;

use rayon::prelude::*;

/// How many threads compute: `CANDLEFLARE_THREADS`, else as many as the machine has, at most 16 (beyond that the
/// pieces of small models cost more to hand out than to compute).
pub fn count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| {
        let asked = std::env::var("CANDLEFLARE_THREADS").ok().and_then(|text| text.parse().ok());
        let there = || std::thread::available_parallelism().map_or(1, |count| count.get().min(16));
        asked.filter(|count| *count > 0).unwrap_or_else(there)
    })
}

/// Runs `work` inside the pool, where [`each`] spreads over its threads. Everything that it calls, and it itself,
/// runs on one thread if only one was asked for or if the pool cannot be started.
pub fn install<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    static POOL: OnceLock<Option<rayon::ThreadPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(count());
        (count() > 1).then(|| builder.thread_name(|index| format!("compute-{index}")).build().ok()).flatten()
    });
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Calls `work` with every number below `pieces`, in no particular order, on whichever threads are free.
pub fn each(pieces: usize, work: impl Fn(usize) + Sync + Send) {
    if pieces <= 1 || count() == 1 || rayon::current_thread_index().is_none() {
        (0..pieces).for_each(work);
    } else {
        (0..pieces).into_par_iter().with_max_len(1).for_each(work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_piece_is_done_once_inside_and_outside_the_pool() {
        let done: Vec<AtomicUsize> = (0..100).map(|_| AtomicUsize::new(0)).collect();
        let work = || {
            each(done.len(), |piece| {
                done[piece].fetch_add(1, Ordering::Relaxed);
            })
        };
        work();
        install(work);
        assert!(done.iter().all(|count| count.load(Ordering::Relaxed) == 2));
    }
}
