//! The threads that a forward pass is spread over.
//!
//! All checkpoints of the process share one pool: two models that compute at once share the cores instead of fighting
//! for them. A pass has hundreds of products, each some ten microseconds long, so whoever waits looks again and again
//! for a moment before it sleeps. Work is handed out piece by piece, so that a core which is busy elsewhere delays
//! little.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::shared::Shared;

/// How long a thread looks for work before it sleeps: longer than what lies between two products, and than the choice
/// of a token.
const PATIENCE: Duration = Duration::from_micros(200);
/// How often it looks before it asks for the time, or lets others have the core.
const LOOKS: usize = 64;
/// Rows of fewer numbers than this altogether are not worth handing to another thread.
const WORTH_SHARING: usize = 1 << 14;

/// How many threads compute: `CANDLEFLARE_THREADS`, else as many as the machine has, at most 16 (beyond that the
/// pieces of small models cost more to hand out than to compute).
pub fn count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| {
        let asked = std::env::var("CANDLEFLARE_THREADS").ok().and_then(|text| text.parse().ok());
        let there = || std::thread::available_parallelism().map_or(1, |count| count.get().min(16));
        let count = asked.filter(|count| *count > 0).unwrap_or_else(there);
        // Candle and the vector index compute in Rayon's pool.
        let builder = rayon::ThreadPoolBuilder::new().num_threads(count);
        if builder.thread_name(|index| format!("rayon-{index}")).build_global().is_err() {
            tracing::debug!("the thread pool was there already");
        }
        count
    })
}

thread_local! {
    /// Whether [`each`] spreads: inside of [`install`], but not inside of a piece.
    static SPREADS: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`, in which [`each`] spreads over the threads of the pool.
pub fn install<R>(work: impl FnOnce() -> R) -> R {
    let before = SPREADS.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    SPREADS.set(before);
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Calls `work` with every number below `pieces`, in no particular order, on whichever threads are free.
pub fn each(pieces: usize, work: impl Fn(usize) + Sync) {
    if pieces <= 1 || count() == 1 || !SPREADS.get() {
        return (0..pieces).for_each(work);
    }
    SPREADS.set(false);
    let result = Pool::of_process().each(pieces, &work);
    SPREADS.set(true);
    if let Err(panic) = result {
        resume_unwind(panic);
    }
}

/// Calls `work` with every row of `data`, each `width` wide, and its number; spread where it is worth it.
pub fn each_row(data: &mut [f32], width: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
    let rows = data.len().checked_div(width).unwrap_or(0);
    let pieces = if data.len() < WORTH_SHARING { 1 } else { rows.min(4 * count()) };
    let data = Shared::new(data);
    each(pieces, |piece| {
        for row in piece * rows / pieces..(piece + 1) * rows / pieces {
            // SAFETY: each piece has rows of its own.
            work(row, unsafe { data.slice(row * width, width) });
        }
    });
}

/// The threads besides the one that asks, and what they are at.
struct Pool {
    /// Held by the thread whose work it is.
    turn: Mutex<()>,
    /// Number of the work (32 bits), its pieces (16) and the next of them (16).
    state: AtomicU64,
    work: AtomicPtr<&'static (dyn Fn(usize) + Sync)>,
    /// Pieces that are done.
    done: AtomicUsize,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    sleepers: Vec<Sleeper>,
}

struct Sleeper {
    sleeps: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Pool {
    fn of_process() -> &'static Self {
        static POOL: OnceLock<&'static Pool> = OnceLock::new();
        POOL.get_or_init(|| {
            let sleeper = |_| Sleeper { sleeps: AtomicBool::new(false), thread: OnceLock::new() };
            let pool: &'static Self = Box::leak(Box::new(Self {
                turn: Mutex::new(()),
                state: AtomicU64::new(0),
                work: AtomicPtr::new(std::ptr::null_mut()),
                done: AtomicUsize::new(0),
                panic: Mutex::new(None),
                sleepers: (1..count()).map(sleeper).collect(),
            }));
            for (index, sleeper) in pool.sleepers.iter().enumerate() {
                let name = format!("compute-{}", index + 1);
                // With fewer threads the work is done all the same.
                if let Ok(handle) = std::thread::Builder::new().name(name).spawn(move || pool.serve(sleeper)) {
                    let _ = sleeper.thread.set(handle.thread().clone());
                }
            }
            pool
        })
    }

    fn each(&self, pieces: usize, work: &(dyn Fn(usize) + Sync)) -> Result<(), Box<dyn Any + Send>> {
        // Whoever finds the threads at another's work does its own alone: the cores are taken.
        let Ok(turn) = self.turn.try_lock() else {
            return catch_unwind(AssertUnwindSafe(|| (0..pieces).for_each(work)));
        };
        assert!(pieces < 1 << 16, "{pieces} pieces");
        // SAFETY: only the lifetime is changed. Nobody calls it once all pieces are done, which is awaited below.
        let mut work: &'static (dyn Fn(usize) + Sync) = unsafe { std::mem::transmute(work) };
        self.work.store(&raw mut work, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        let number = (self.state.load(Ordering::Relaxed) >> 32).wrapping_add(1) & 0xffff_ffff;
        self.state.store(number << 32 | (pieces as u64) << 16, Ordering::SeqCst);
        for sleeper in &self.sleepers {
            if sleeper.sleeps.swap(false, Ordering::SeqCst)
                && let Some(thread) = sleeper.thread.get()
            {
                thread.unpark();
            }
        }
        while self.do_piece() {}
        let mut looks = 0_usize;
        while self.done.load(Ordering::Acquire) < pieces {
            looks += 1;
            match looks.is_multiple_of(LOOKS * LOOKS) {
                true => std::thread::yield_now(),
                false => std::hint::spin_loop(),
            }
        }
        let panic = self.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(turn);
        panic.map_or(Ok(()), Err)
    }

    /// Does a piece if one is left.
    fn do_piece(&self) -> bool {
        let left = |state: u64| (state & 0xffff < state >> 16 & 0xffff).then(|| state + 1);
        let Ok(state) = self.state.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left) else {
            return false;
        };
        // SAFETY: a piece was taken and is not done, so whoever asked still waits, and what it asked for is there.
        let work = unsafe { *self.work.load(Ordering::Relaxed) };
        let result = catch_unwind(AssertUnwindSafe(|| work((state & 0xffff) as usize)));
        if let Err(panic) = result {
            *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
        }
        self.done.fetch_add(1, Ordering::Release);
        true
    }

    /// The life of a thread of the pool.
    fn serve(&self, me: &Sleeper) {
        loop {
            while self.do_piece() {}
            let start = Instant::now();
            let mut looks = 0_usize;
            while !self.has_work() {
                looks += 1;
                std::hint::spin_loop();
                if looks.is_multiple_of(LOOKS) && start.elapsed() > PATIENCE {
                    me.sleeps.store(true, Ordering::SeqCst);
                    // Looked once more after saying so: whoever brings work looks the other way round.
                    while !self.has_work() && me.sleeps.load(Ordering::SeqCst) {
                        std::thread::park();
                    }
                    me.sleeps.store(false, Ordering::SeqCst);
                }
            }
        }
    }

    fn has_work(&self) -> bool {
        let state = self.state.load(Ordering::SeqCst);
        state & 0xffff < state >> 16 & 0xffff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        // Inside of a piece the rest is done by whoever does the piece.
        install(|| each(2, |_| each(1, |_| work())));
        assert!(done.iter().all(|count| count.load(Ordering::Relaxed) == 4));
    }

    #[test]
    fn many_askers_at_once_all_get_their_work_done_again_and_again() {
        std::thread::scope(|scope| {
            for asker in 0..4_usize {
                scope.spawn(move || {
                    for round in 0..500 {
                        let sum = AtomicUsize::new(0);
                        let pieces = 1 + (asker * 31 + round) % 40;
                        install(|| {
                            each(pieces, |piece| {
                                sum.fetch_add(piece + 1, Ordering::Relaxed);
                            });
                        });
                        assert_eq!(sum.into_inner(), pieces * (pieces + 1) / 2);
                        if round % 100 == 0 {
                            // Long enough for the others to sleep.
                            std::thread::sleep(PATIENCE * 2);
                        }
                    }
                });
            }
        });
    }

    #[test]
    fn a_panic_in_a_piece_reaches_whoever_asked_and_ends_nothing_else() {
        let once = || install(|| each(8, |piece| assert!(piece != 5, "piece five")));
        assert!(catch_unwind(AssertUnwindSafe(once)).is_err());
        install(|| each(8, |_| {}));
    }
}
