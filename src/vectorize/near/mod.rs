//! The approximate search of large indexes, for those who ask for it: a graph beside the exact rows narrows a search down
//! to a few of them, and those are computed exactly. Whatever the graph does not have yet is looked at too, and what a
//! filter leaves is too little for it to be worth while.

mod graph;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use roaring::RoaringBitmap;

use super::blocks::Blocks;
use super::config::Metric;
use super::state::State;
use super::view::View;
use crate::engine::kernels::threads;
use graph::{Graph, Node};

/// Candidates that a search looks at, and more where more are wanted; the better half of them is computed exactly.
const EXPANSION: usize = 128;
/// Rows that the graph does not have and that need not be taken up yet.
const LOOSE: usize = 1_000;
/// One row in so many, or a filter leaves too few for the graph.
const SELECTIVE: usize = 10;

/// What readers of an index see last.
pub type Published = Arc<RwLock<Arc<View>>>;

/// The graph of one index, and who makes it.
#[derive(Debug)]
pub struct Near {
    /// Rows from which there is a graph.
    above: usize,
    metric: Metric,
    graph: RwLock<Option<Arc<Covering>>>,
    /// A thread is at it.
    is_busy: AtomicBool,
    /// The index is gone.
    is_over: AtomicBool,
}

/// A graph, and the last write whose row is in it.
#[derive(Debug)]
struct Covering {
    graph: Graph,
    until: AtomicU64,
}

impl Near {
    pub fn new(above: usize, metric: Metric) -> Self {
        Self {
            above,
            metric,
            graph: RwLock::default(),
            is_busy: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        }
    }

    /// Whether there is a graph exactly if there must be one, which lacks only a few rows and has not many too many.
    pub fn is_current(&self, state: &State) -> bool {
        let is_large = state.blocks.len() >= self.above;
        match self.covering() {
            None => !is_large,
            Some(covering) => {
                let loose = loose(&state.blocks, covering.until()).len() as usize;
                is_large && loose < LOOSE && covering.is_sound(state, loose)
            }
        }
    }

    /// The rows among which the best of `rows` are; nothing where all of them have to be looked at.
    pub fn narrow(
        &self,
        state: &State,
        vector: &[f32],
        rows: Option<&RoaringBitmap>,
        wanted: usize,
    ) -> Option<RoaringBitmap> {
        let all = state.blocks.len();
        let covering = self.covering().filter(|_| all >= self.above)?;
        if let Some(rows) = rows
            && (rows.len() < self.above as u64 || rows.len() < (all / SELECTIVE) as u64)
        {
            return None;
        }
        let mut loose = loose(&state.blocks, covering.until());
        if loose.len() > (all / 2) as u64 {
            return None;
        }
        let graph = &covering.graph;
        let place = |node: &Node| row_of(node, state).filter(|&row| rows.is_none_or(|rows| rows.contains(row)));
        let expansion = EXPANSION.max(2 * wanted);
        // Without a filter it is quicker to sort out afterwards what is gone.
        let live = all - loose.len() as usize;
        let expansion = if rows.is_none() { expansion * graph.len() / live.max(1) } else { expansion };
        let admits = |node: &Node| rows.is_none() || place(node).is_some();
        let found = graph.search(vector, expansion, admits).filter_map(place);
        // Halves put some in the wrong order.
        let enough = (wanted + wanted / 2).max(EXPANSION / 2);
        let mut narrowed: RoaringBitmap = found.take(enough).collect();
        // Many vectors that are all alike hide others; whoever asks gets as many matches as there are.
        if narrowed.len() < rows.map_or(live as u64, RoaringBitmap::len).min(wanted as u64) {
            return None;
        }
        if let Some(rows) = rows {
            loose &= rows;
        }
        narrowed |= loose;
        Some(narrowed)
    }

    /// Looks whether there is something to do for what was published, and does it in a thread of its own.
    pub fn wake(self: &Arc<Self>, published: &Published) {
        if self.is_over.load(Ordering::Acquire)
            || self.is_current(&look(published).state)
            || self.is_busy.swap(true, Ordering::AcqRel)
        {
            return;
        }
        let (near, published) = (Arc::clone(self), Arc::clone(published));
        let work = move || {
            near.catch_up(&published);
            near.is_busy.store(false, Ordering::Release);
            // For what was published after the last look.
            near.wake(&published);
        };
        if let Err(error) = std::thread::Builder::new().name("graph".into()).spawn(work) {
            tracing::warn!(%error, "no thread for the approximate index; searches stay exact");
            self.is_busy.store(false, Ordering::Release);
        }
    }

    /// The index is gone.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    /// Until the graph has what was published last.
    fn catch_up(&self, published: &Published) {
        while !self.is_over.load(Ordering::Acquire) {
            let view = look(published);
            let state = &view.state;
            if self.is_current(state) {
                return;
            }
            let rows = state.blocks.len();
            if rows < self.above {
                self.publish(None);
                return;
            }
            let known = self.covering().filter(|covering| {
                let loose = loose(&state.blocks, covering.until()).len() as usize;
                covering.graph.len() + loose <= covering.graph.capacity() && covering.is_sound(state, loose)
            });
            match known {
                Some(covering) => self.take_up(&covering, state),
                None => {
                    let graph = Graph::new(self.metric, 2 * rows + LOOSE);
                    let covering = Arc::new(Covering { graph, until: AtomicU64::new(0) });
                    self.take_up(&covering, state);
                    self.publish(Some(covering));
                }
            }
        }
    }

    /// Puts what the graph lacks of a state into it, on as many threads as compute.
    fn take_up(&self, covering: &Covering, state: &State) {
        let rows: Vec<u32> = loose(&state.blocks, covering.until()).iter().collect();
        let (next, is_whole) = (AtomicUsize::new(0), AtomicBool::new(true));
        let insert = || {
            while let Some(&row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                let taken = state.blocks.get(row).is_some_and(|found| covering.graph.insert(row, &found));
                if !taken || self.is_over.load(Ordering::Relaxed) {
                    is_whole.store(false, Ordering::Relaxed);
                    return;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..threads::count() {
                scope.spawn(insert);
            }
        });
        if is_whole.into_inner() {
            covering.until.store(state.written(), Ordering::Release);
        }
    }

    fn covering(&self) -> Option<Arc<Covering>> {
        self.graph.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn publish(&self, covering: Option<Arc<Covering>>) {
        let before = std::mem::replace(&mut *self.graph.write().unwrap_or_else(PoisonError::into_inner), covering);
        // Freeing much memory takes its time, and nobody waits for it here.
        drop(before);
    }
}

impl Covering {
    /// Whether at least half of its nodes are rows of a state that has so many others.
    fn is_sound(&self, state: &State, loose: usize) -> bool {
        self.graph.len() <= 2 * (state.blocks.len() - loose).max(LOOSE)
    }

    fn until(&self) -> u64 {
        self.until.load(Ordering::Acquire)
    }
}

fn look(published: &Published) -> Arc<View> {
    Arc::clone(&published.read().unwrap_or_else(PoisonError::into_inner))
}

/// The row that a node stands for, if this state has it.
fn row_of(node: &Node, state: &State) -> Option<u32> {
    let is_it = |place: &u32| state.blocks.get(*place).is_some_and(|found| found.row.written == node.written);
    Some(node.place).filter(is_it).or_else(|| state.place(&node.id).filter(is_it))
}

/// Rows that were written after a moment.
fn loose(blocks: &Blocks, until: u64) -> RoaringBitmap {
    blocks.written_after(until).collect()
}

#[cfg(test)]
mod tests;
