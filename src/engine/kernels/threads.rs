//! The threads that a forward pass is spread over.
//!
//! All checkpoints of the process share one pool, Rayon's own, which Candle uses as well: two models that compute at
//! once share the cores instead of fighting for them. Work is handed out piece by piece, so that a core which is
//! busy elsewhere delays nobody.

use std::sync::OnceLock;

use rayon::prelude::*;

/// How many threads compute: `CANDLEFLARE_THREADS`, else as many as the machine has, at most 16 (beyond that the
/// pieces of small models cost more to hand out than to compute). If the pool was started before this was first
/// asked, it stays as it is.
pub fn count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| {
        let asked = std::env::var("CANDLEFLARE_THREADS").ok().and_then(|text| text.parse().ok());
        let there = || std::thread::available_parallelism().map_or(1, |count| count.get().min(16));
        let count = asked.filter(|count| *count > 0).unwrap_or_else(there);
        let builder = rayon::ThreadPoolBuilder::new().num_threads(count);
        let started = builder.thread_name(|index| format!("compute-{index}")).build_global();
        if started.is_err() {
            tracing::debug!("the thread pool was there already");
        }
        rayon::current_num_threads()
    })
}

/// Runs `work` inside the pool, where [`each`] spreads over its threads.
pub fn install<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    if count() == 1 { work() } else { rayon::scope(|_| work()) }
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
