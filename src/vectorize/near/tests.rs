use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::error::Operation;
use crate::vectorize::limits::tests::BOUNDS;
use crate::vectorize::{Index, IndexType, Lag, Line, Query, Vectorize};
use std::sync::Arc;

const DIMENSIONS: usize = 64;

/// The same vectors in an exact index and in one with a graph.
struct Twins {
    exact: Arc<Index>,
    near: Arc<Index>,
    random: ChaCha8Rng,
    /// Directions that vectors are mixtures of, as embeddings are.
    axes: Vec<Vec<f32>>,
}

impl Twins {
    fn new(metric: &str) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let axes = (0..12).map(|_| (0..DIMENSIONS).map(|_| random.random_range(-1.0f32..1.0)).collect()).collect();
        let index = |above| {
            let service = Vectorize::new(Clock::default(), *BOUNDS, Lag::Immediate, |_| uuid::Uuid::nil());
            let account = service.with_hnsw_above(above).account("a");
            let config = json!({"name": "docs", "config": {"dimensions": DIMENSIONS, "metric": metric}});
            account.create(&config).expect("creates");
            let index = account.get("docs").expect("is there");
            index.create_metadata_index("part".into(), IndexType::Number).expect("indexes");
            index
        };
        Self { exact: index(None), near: index(Some(1_500)), random, axes }
    }

    fn vector(&mut self) -> Vec<f32> {
        let mut vector = vec![0.0; DIMENSIONS];
        for axis in &self.axes {
            let weight = self.random.random_range(-1.0f32..1.0);
            vector.iter_mut().zip(axis).for_each(|(value, part)| *value += weight * part);
        }
        vector.iter_mut().for_each(|value| *value += self.random.random_range(-0.1f32..0.1));
        vector
    }

    fn upsert(&mut self, ids: std::ops::Range<usize>) {
        let ids: Vec<usize> = ids.collect();
        for ids in ids.chunks(1_000) {
            let vectors: Vec<(usize, Vec<f32>)> = ids.iter().map(|&id| (id, self.vector())).collect();
            for index in [&self.exact, &self.near] {
                let line = |(id, vector): &(usize, Vec<f32>)| {
                    let metadata = json!({"part": id % 10}).as_object().cloned();
                    Line::new(id.to_string(), vector.clone(), Some(format!("n{}", id % 2)), metadata)
                };
                index.write(Operation::Upsert, vectors.iter().map(line).collect(), 1_000).expect("upserts");
            }
        }
    }

    fn delete(&self, ids: std::ops::Range<usize>) {
        let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
        for ids in ids.chunks(100) {
            for index in [&self.exact, &self.near] {
                index.delete_by_ids(ids.to_vec()).expect("deletes");
            }
        }
    }

    fn settle(&self) {
        let begin = Instant::now();
        while !self.near.is_settled() {
            assert!(begin.elapsed() < Duration::from_secs(300), "the graph is never there");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The share of the ten best that the graph finds, over so many queries. Whatever it finds has its exact score.
    fn recall(&mut self, queries: usize, extra: &Value) -> f64 {
        let (mut found, mut all) = (0, 0);
        for _ in 0..queries {
            let mut body = json!({"vector": self.vector(), "topK": 10});
            body.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
            let ask = |index: &Index| {
                let query: Query = serde_json::from_value(body.clone()).expect("a query");
                index.query(query).expect("answers").matches
            };
            let (exact, near) = (ask(&self.exact), ask(&self.near));
            assert_eq!(near.len(), exact.len(), "{extra}");
            assert!(near.windows(2).all(|pair| self.exact_order(&pair[0].score, &pair[1].score)));
            for expected in &exact {
                found += usize::from(near.iter().any(|hit| hit == expected));
            }
            all += exact.len();
        }
        found as f64 / all.max(1) as f64
    }

    fn exact_order(&self, first: &f32, second: &f32) -> bool {
        match self.exact.describe().config.metric {
            crate::vectorize::Metric::Cosine => first >= second,
            _ => first <= second,
        }
    }
}

#[test]
fn a_graph_finds_nearly_all() {
    for metric in ["cosine", "euclidean", "dot-product"] {
        let mut twins = Twins::new(metric);
        twins.upsert(0..6_000);
        twins.settle();
        for extra in [
            json!({}),
            json!({"namespace": "n1", "returnMetadata": "all"}),
            json!({"filter": {"part": {"$lt": 4}}, "returnValues": true}),
            // So few that they are looked at one by one.
            json!({"filter": {"part": 3}}),
            json!({"namespace": "n0", "filter": {"part": {"$lt": 8}}}),
            json!({"topK": 100}),
        ] {
            let recall = twins.recall(40, &extra);
            assert!(recall >= 0.95, "{metric} {extra}: {recall}");
        }
        assert!((twins.recall(20, &json!({"filter": {"part": 3}})) - 1.0).abs() < 1e-9, "few rows are exact");
    }
}

#[test]
fn what_changes_is_found_as_it_is() {
    let mut twins = Twins::new("cosine");
    // Before there is a graph, while it is made, and behind it.
    twins.upsert(0..1_000);
    assert!((twins.recall(5, &json!({})) - 1.0).abs() < 1e-9);
    twins.upsert(1_000..5_000);
    assert!(twins.recall(20, &json!({})) >= 0.95);
    twins.settle();
    // Replaced, moved by deletes, and gone.
    twins.upsert(500..1_200);
    twins.delete(0..2_000);
    twins.upsert(5_000..5_300);
    assert!(twins.recall(40, &json!({})) >= 0.95);
    assert!(twins.recall(40, &json!({"filter": {"part": {"$gte": 3}}})) >= 0.95);
    // More is gone than is left: the graph is made anew.
    twins.upsert(2_000..5_300);
    twins.upsert(2_000..5_300);
    twins.settle();
    assert!(twins.recall(40, &json!({})) >= 0.95);
    // Too few for a graph.
    twins.delete(2_000..4_500);
    twins.settle();
    assert!((twins.recall(10, &json!({})) - 1.0).abs() < 1e-9);
}

#[test]
fn extreme_vectors_do_no_harm() {
    let mut twins = Twins::new("euclidean");
    twins.upsert(0..2_000);
    let far = |id: usize, value: f32| Line::new(format!("far{id}"), vec![value; DIMENSIONS], None, None);
    for index in [&twins.exact, &twins.near] {
        let values = [f32::MAX, f32::MIN, 0.0, f32::MIN_POSITIVE];
        let lines = (0..1_200).map(|id| far(id, values[id % 4])).collect();
        index.write(Operation::Upsert, lines, 5_000).expect("upserts");
    }
    twins.settle();
    assert!(twins.recall(20, &json!({})) >= 0.9);
}
