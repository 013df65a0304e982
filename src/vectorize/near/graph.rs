//! A navigable small world in layers (HNSW; Malkov and Yashunin, arXiv 1603.09320), over vectors of halved precision. It
//! grows while it is searched: nobody waits longer than it takes to copy a list of neighbours. It never shrinks: what a
//! state no longer has stays as a way to others, until the whole is made again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::vectorize::blocks::Candidate;
use crate::vectorize::config::Metric;
use crate::vectorize::search::kernels::{self, Half, Kernels, ROWS};

/// Neighbours of a node in each upper layer; twice as many in the lowest.
const NEIGHBOURS: usize = 16;
/// Candidates among which a new node's neighbours are chosen.
const EXPANSION: usize = 128;
/// Layers above the lowest; the chance to reach one more is one in [`NEIGHBOURS`].
const MOST_LAYERS: usize = 8;

/// Where a node is, by its distance: sorts as (distance, node) does, in one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Near(u64);

impl Near {
    fn new(distance: f32, node: u32) -> Self {
        let bits = distance.to_bits();
        // Negative numbers in reverse, below the positive ones.
        let ordered = if bits >> 31 == 0 { bits | 1 << 31 } else { !bits };
        Self(u64::from(ordered) << 32 | u64::from(node))
    }

    fn node(self) -> u32 {
        self.0 as u32
    }

    /// The distance alone, in the same order.
    fn distance(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// A vector that is in the graph, and which row it was.
#[derive(Debug)]
pub struct Node {
    pub id: Arc<str>,
    /// The write that made the row.
    pub written: u64,
    /// Where the row was then.
    pub place: u32,
    values: Box<[Half]>,
    /// Neighbours by layer, the lowest first.
    layers: Box<[Mutex<Vec<u32>>]>,
}

/// Nodes that one search has seen; each search takes one that another has left.
#[derive(Debug, Default)]
struct Seen {
    marks: Vec<u16>,
    now: u16,
}

#[derive(Debug)]
pub struct Graph {
    metric: Metric,
    kernels: Kernels,
    nodes: Box<[OnceLock<Node>]>,
    /// Numbers that were given out.
    len: AtomicUsize,
    /// Where every search begins: the highest layer that there is, plus one, above 32 bits of a node in it; 0 for none.
    entry: AtomicU64,
    /// Who makes a new highest layer.
    growth: Mutex<()>,
    idle: Mutex<Vec<Seen>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Graph {
    /// An empty graph for so many vectors, and no more.
    pub fn new(metric: Metric, capacity: usize) -> Self {
        Self {
            metric,
            kernels: Kernels::detect(),
            nodes: (0..capacity.min(u32::MAX as usize)).map(|_| OnceLock::new()).collect(),
            len: AtomicUsize::new(0),
            entry: AtomicU64::new(0),
            growth: Mutex::default(),
            idle: Mutex::default(),
        }
    }

    /// Nodes, those included that no state has any more.
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire).min(self.nodes.len())
    }

    /// Nodes that it has room for, in all.
    pub fn capacity(&self) -> usize {
        self.nodes.len()
    }

    /// Takes a row up; false where there is no room left.
    pub fn insert(&self, place: u32, row: &Candidate<'_>) -> bool {
        let number = self.len.fetch_add(1, Ordering::AcqRel);
        let Some((slot, node)) = self.nodes.get(number).zip(u32::try_from(number).ok()) else { return false };
        let query = self.prepared(row.values, row.norm);
        let top = layers_of(node);
        let made = slot.set(Node {
            id: Arc::clone(&row.row.id),
            written: row.row.written,
            place,
            values: query.iter().map(|&value| Half::of(value)).collect(),
            layers: (0..=top).map(|_| Mutex::default()).collect(),
        });
        debug_assert!(made.is_ok(), "numbers are given out once");
        // Only one new highest layer at a time; searches go on from the old one.
        let mut growing = None;
        if self.entry().is_none_or(|(_, highest)| top > highest) {
            growing = Some(lock(&self.growth));
        }
        let Some((mut at, highest)) = self.entry() else {
            self.enter(node, top);
            return true;
        };
        let mut seen = self.seen();
        for layer in (top + 1..=highest).rev() {
            at = self.descend(&query, at, layer);
        }
        for layer in (0..=top.min(highest)).rev() {
            let found = self.beam(&query, at, layer, EXPANSION, &mut seen, |_| true);
            let found: Vec<Near> = found.into_iter().filter(|near| near.node() != node).collect();
            let chosen = self.choose(&found, NEIGHBOURS);
            at = found.first().map_or(at, |near| near.node());
            // Whoever found it in a layer above may have come first.
            let mut list = lock(&self.made(node).layers[layer]);
            list.retain(|&known| chosen.iter().all(|near| near.node() != known));
            list.extend(chosen.iter().map(|near| near.node()));
            list.truncate(most_of(layer));
            drop(list);
            for near in chosen {
                self.connect(near.node(), node, layer);
            }
        }
        lock(&self.idle).push(seen);
        if growing.is_some() && top > highest {
            self.enter(node, top);
        }
        true
    }

    /// The nodes nearest to `vector` that `admits`, best first: at most `expansion`, which is how far it looks.
    pub fn search(
        &self,
        vector: &[f32],
        expansion: usize,
        admits: impl Fn(&Node) -> bool,
    ) -> impl Iterator<Item = &Node> {
        let mut found = Vec::new();
        if let Some((mut at, highest)) = self.entry() {
            let query = self.prepared(vector, kernels::norm(vector));
            for layer in (1..=highest).rev() {
                at = self.descend(&query, at, layer);
            }
            let mut seen = self.seen();
            found = self.beam(&query, at, 0, expansion, &mut seen, |node| admits(self.made(node)));
            lock(&self.idle).push(seen);
        }
        found.into_iter().map(|near| self.made(near.node()))
    }

    fn entry(&self) -> Option<(u32, usize)> {
        let entry = self.entry.load(Ordering::Acquire);
        let highest = usize::try_from(entry >> 32).ok()?.checked_sub(1)?;
        Some((entry as u32, highest))
    }

    fn enter(&self, node: u32, highest: usize) {
        self.entry.store((highest as u64 + 1) << 32 | u64::from(node), Ordering::Release);
    }

    /// For the cosine, of length 1, so that its product is all that matters.
    fn prepared(&self, vector: &[f32], norm: f64) -> Vec<f32> {
        match self.metric {
            Metric::Cosine if norm > 0.0 => vector.iter().map(|&value| (f64::from(value) / norm) as f32).collect(),
            Metric::Cosine | Metric::Euclidean | Metric::DotProduct => vector.to_vec(),
        }
    }

    /// A node whose number came out of a list of neighbours: those are made before they are named.
    fn made(&self, node: u32) -> &Node {
        self.nodes[node as usize].wait()
    }

    fn neighbours(&self, node: u32, layer: usize, into: &mut Vec<u32>) {
        into.clear();
        if let Some(list) = self.made(node).layers.get(layer) {
            into.extend_from_slice(&lock(list));
        }
    }

    /// Distances to nodes; lower is nearer, and none is NaN.
    fn measure(&self, query: &[f32], nodes: &[u32], mut tell: impl FnMut(u32, f32)) {
        let rows: Vec<&[Half]> = nodes.iter().map(|&node| &*self.made(node).values).collect();
        rows.iter().take(ROWS).for_each(|row| kernels::prefetch(row));
        for (at, (group, four)) in nodes.chunks(ROWS).zip(rows.chunks(ROWS)).enumerate() {
            rows.iter().skip((at + 1) * ROWS).take(ROWS).for_each(|row| kernels::prefetch(row));
            let four = std::array::from_fn(|at| *four.get(at).unwrap_or(&four[0]));
            let sums = match self.metric {
                Metric::Cosine | Metric::DotProduct => (self.kernels.half_dot)(query, four).map(|sum| 0.0 - sum),
                Metric::Euclidean => (self.kernels.half_squared_distance)(query, four),
            };
            for (&node, sum) in group.iter().zip(sums) {
                // Where even float32 overflows, far is far.
                tell(node, if sum.is_nan() { f32::MAX } else { sum });
            }
        }
    }

    /// The nearest node of an upper layer, step by step.
    fn descend(&self, query: &[f32], from: u32, layer: usize) -> u32 {
        let mut best = Near(u64::MAX);
        self.measure(query, &[from], |node, distance| best = Near::new(distance, node));
        let mut list = Vec::new();
        loop {
            let before = best;
            self.neighbours(best.node(), layer, &mut list);
            self.measure(query, &list, |node, distance| best = best.min(Near::new(distance, node)));
            if best == before {
                return best.node();
            }
        }
    }

    /// The `expansion` nearest nodes of a layer that `admits`, best first.
    fn beam(
        &self,
        query: &[f32],
        from: u32,
        layer: usize,
        expansion: usize,
        seen: &mut Seen,
        admits: impl Fn(u32) -> bool,
    ) -> Vec<Near> {
        seen.begin(self.nodes.len());
        let (mut ahead, mut found) = (BinaryHeap::new(), BinaryHeap::with_capacity(expansion + 1));
        seen.first_time(from);
        let mut fresh = vec![from];
        let mut list = Vec::new();
        loop {
            self.measure(query, &fresh, |node, distance| {
                let near = Near::new(distance, node);
                if found.len() < expansion || found.peek().is_some_and(|worst: &Near| near < *worst) {
                    ahead.push(Reverse(near));
                    if admits(node) {
                        found.push(near);
                        if found.len() > expansion {
                            found.pop();
                        }
                    }
                }
            });
            let Some(Reverse(next)) = ahead.pop() else { break };
            if found.len() >= expansion && found.peek().is_some_and(|worst| next.distance() > worst.distance()) {
                break;
            }
            self.neighbours(next.node(), layer, &mut list);
            fresh.clear();
            fresh.extend(list.iter().copied().filter(|&node| seen.first_time(node)));
        }
        found.into_sorted_vec()
    }

    /// Of nodes in order of their distance, those that are nearer to the middle than to one another (algorithm 4): a
    /// cluster does not take every place.
    fn choose(&self, found: &[Near], most: usize) -> Vec<Near> {
        let mut chosen: Vec<Near> = Vec::with_capacity(most);
        let mut nodes: Vec<u32> = Vec::with_capacity(most);
        let mut values = Vec::new();
        for &near in found {
            if chosen.len() == most {
                break;
            }
            values.clear();
            values.extend(self.made(near.node()).values.iter().map(|half| half.value()));
            let mut is_apart = true;
            for group in nodes.chunks(ROWS) {
                self.measure(&values, group, |_, distance| {
                    is_apart &= Near::new(distance, 0).distance() > near.distance()
                });
                if !is_apart {
                    break;
                }
            }
            if is_apart {
                chosen.push(near);
                nodes.push(near.node());
            }
        }
        chosen
    }

    /// Makes `new` a neighbour of `node`; if that is one too many, the best are chosen anew.
    fn connect(&self, node: u32, new: u32, layer: usize) {
        let most = most_of(layer);
        let Some(slot) = self.made(node).layers.get(layer) else { return };
        let mut before = Vec::new();
        loop {
            {
                let mut list = lock(slot);
                if list.len() < most {
                    list.push(new);
                    return;
                }
                before.clone_from(&list);
            }
            // Without the lock: whoever searches does not wait for this.
            let query: Vec<f32> = self.made(node).values.iter().map(|half| half.value()).collect();
            let mut all = before.clone();
            all.push(new);
            let mut near = Vec::with_capacity(all.len());
            self.measure(&query, &all, |node, distance| near.push(Near::new(distance, node)));
            near.sort_unstable();
            let chosen = self.choose(&near, most).into_iter().map(Near::node).collect();
            let mut list = lock(slot);
            if *list == before {
                *list = chosen;
                return;
            }
        }
    }

    fn seen(&self) -> Seen {
        lock(&self.idle).pop().unwrap_or_default()
    }
}

impl Seen {
    fn begin(&mut self, nodes: usize) {
        self.marks.resize(nodes, 0);
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            self.marks.fill(0);
            self.now = 1;
        }
    }

    fn first_time(&mut self, node: u32) -> bool {
        self.marks.get_mut(node as usize).is_some_and(|mark| std::mem::replace(mark, self.now) != self.now)
    }
}

/// Neighbours that a node may have in a layer.
fn most_of(layer: usize) -> usize {
    if layer == 0 { 2 * NEIGHBOURS } else { NEIGHBOURS }
}

/// A node's highest layer: drawn from its number, so that the same inserts make the same graph.
fn layers_of(node: u32) -> usize {
    // SplitMix64.
    let mut bits = (u64::from(node) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    let bits = bits ^ bits >> 31;
    // Four bits are one chance in sixteen.
    (bits.trailing_zeros() as usize / NEIGHBOURS.ilog2() as usize).min(MOST_LAYERS)
}
