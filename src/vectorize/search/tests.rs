use proptest::prelude::*;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::vectorize::blocks::Row;

const METRICS: [Metric; 3] = [Metric::Cosine, Metric::Euclidean, Metric::DotProduct];

fn row(id: String) -> Row {
    Row { id: id.into(), namespace: None, metadata: None, written: 0 }
}

fn store(vectors: &[Vec<f32>]) -> Blocks {
    let mut blocks = Blocks::new(vectors[0].len());
    for (number, vector) in vectors.iter().enumerate() {
        blocks.push(vector, row(format!("{number:06}")));
    }
    blocks
}

fn scan(metric: Metric, vector: &[f32], top_k: usize, blocks: &Blocks) -> Vec<(String, f32)> {
    let scan = Scan { metric, vector, top_k, rows: None };
    let hits = scan.run(blocks);
    hits.iter().map(|hit| (hit.row.id.to_string(), score(metric, hit.key))).collect()
}

/// The documented definition, in double precision, sorted best first.
fn naive(metric: Metric, query: &[f32], vectors: &[Vec<f32>]) -> Vec<(String, f64)> {
    let mut scores: Vec<(String, f64)> = vectors
        .iter()
        .enumerate()
        .map(|(number, vector)| {
            let dot = kernels::dot_exact(query, vector);
            let score = match metric {
                Metric::Cosine => dot / (kernels::norm(query) * kernels::norm(vector)),
                Metric::Euclidean => kernels::distance_exact(query, vector),
                Metric::DotProduct => -dot,
            };
            (format!("{number:06}"), if score.is_nan() { 0.0 } else { score })
        })
        .collect();
    scores.sort_by(|a, b| match metric {
        Metric::Cosine => b.1.total_cmp(&a.1),
        Metric::Euclidean | Metric::DotProduct => a.1.total_cmp(&b.1),
    });
    scores
}

fn agree(metric: Metric, query: &[f32], vectors: &[Vec<f32>], top_k: usize) -> Result<(), TestCaseError> {
    let found = scan(metric, query, top_k, &store(vectors));
    let expected = naive(metric, query, vectors);
    prop_assert_eq!(found.len(), top_k.min(vectors.len()));
    for ((_, score), (_, expected)) in found.iter().zip(&expected) {
        prop_assert!((f64::from(*score) - expected).abs() < 1e-3, "{:?}: {} for {}", metric, score, expected);
    }
    for (id, score) in &found {
        let own = expected.iter().find(|(other, _)| other == id).map(|(_, score)| *score);
        prop_assert!((f64::from(*score) - own.unwrap_or(f64::NAN)).abs() < 1e-3);
    }
    Ok(())
}

proptest! {
    #[test]
    fn scans_agree_with_the_definition(
        (query, vectors) in (1usize..70).prop_flat_map(|dimensions| {
            let vector = move || prop::collection::vec(-2.0f32..2.0, dimensions);
            (vector(), prop::collection::vec(vector(), 1..40))
        }),
        top_k in 1usize..50,
    ) {
        for metric in METRICS {
            agree(metric, &query, &vectors, top_k)?;
        }
    }
}

#[test]
fn scores_have_the_documented_signs() {
    let blocks = store(&[vec![3.0, 4.0], vec![-3.0, -4.0], vec![0.0, 0.0]]);
    let scan = |metric| scan(metric, &[3.0, 4.0], 5, &blocks);
    let expected = |scores: [(usize, f32); 3]| scores.map(|(id, score)| (format!("{id:06}"), score)).to_vec();
    assert_eq!(scan(Metric::Cosine), expected([(0, 1.0), (2, 0.0), (1, -1.0)]));
    assert_eq!(scan(Metric::Euclidean), expected([(0, 0.0), (2, 5.0), (1, 10.0)]));
    assert_eq!(scan(Metric::DotProduct), expected([(0, -25.0), (2, 0.0), (1, 25.0)]));
    assert!(scan(Metric::DotProduct)[1].1.is_sign_positive());
}

#[test]
fn ties_go_to_the_lower_id() {
    let blocks = store(&vec![vec![1.0, 1.0]; 3000]);
    let ids: Vec<String> = scan(Metric::Cosine, &[1.0, 0.0], 3, &blocks).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["000000", "000001", "000002"]);
}

#[test]
fn extreme_values_stay_finite() {
    let (huge, tiny) = (f32::MAX, f32::MIN_POSITIVE);
    let vectors = [vec![huge; 40], vec![-huge; 40], vec![tiny; 40], vec![1e-45; 40]];
    let blocks = store(&vectors);
    for query in &vectors {
        for metric in METRICS {
            assert!(scan(metric, query, 9, &blocks).iter().all(|(_, score)| score.is_finite()), "{metric:?}");
        }
        let best = scan(Metric::Cosine, query, 9, &blocks);
        assert!(best.iter().all(|(_, score)| (score.abs() - 1.0).abs() < 1e-6), "{best:?}");
    }
    assert_eq!(scan(Metric::Euclidean, &vectors[3], 1, &blocks), [("000003".to_owned(), 0.0)]);
}

#[test]
fn only_selected_rows_are_seen() {
    let vectors: Vec<Vec<f32>> = (0..30).map(|number| vec![1.0, number as f32]).collect();
    let blocks = store(&vectors);
    let rows = Some((1..30).step_by(3).collect());
    let scan = Scan { metric: Metric::Cosine, vector: &[1.0, 0.0], top_k: 100, rows };
    let found = scan.run(&blocks);
    let ids: Vec<_> = found.iter().map(|hit| hit.row.id.to_string()).collect();
    assert_eq!(ids, (1..30).step_by(3).map(|number| format!("{number:06}")).collect::<Vec<_>>());
    assert!(found.iter().all(|hit| format!("{:06}", hit.number) == *hit.row.id));
}

/// Large enough for the parallel path.
#[test]
fn ten_thousand_vectors() {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let mut vector = || (0..256).map(|_| random.random_range(-1.0f32..1.0)).collect::<Vec<f32>>();
    let vectors: Vec<Vec<f32>> = (0..10_000).map(|_| vector()).collect();
    let query = vector();
    let blocks = store(&vectors);
    for metric in METRICS {
        let found = scan(metric, &query, 10, &blocks);
        let expected = naive(metric, &query, &vectors);
        let ids = |scores: Vec<String>| scores;
        assert_eq!(
            ids(found.into_iter().map(|(id, _)| id).collect()),
            ids(expected.into_iter().take(10).map(|(id, _)| id).collect()),
            "{metric:?}"
        );
    }
}
