use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::vectorize::blocks::ROWS;

fn vector(id: &str, namespace: Option<&str>, value: f32) -> Vector {
    Vector { id: id.into(), namespace: namespace.map(str::to_owned), metadata: None, values: vec![value; 2] }
}

fn first(state: &State, id: &str) -> Option<f32> {
    state.get(id).map(|found| found.values[0])
}

#[test]
fn insert_skips_and_upsert_replaces() {
    let mut state = State::new(2);
    state.apply(Change::Insert(vec![vector("a", None, 1.0), vector("a", None, 2.0), vector("b", Some("n"), 3.0)]));
    state.apply(Change::Insert(vec![vector("a", None, 4.0), vector("c", None, 5.0)]));
    assert_eq!((first(&state, "a"), first(&state, "c")), (Some(1.0), Some(5.0)));
    state.apply(Change::Upsert(vec![vector("b", Some("m"), 6.0), vector("b", None, 7.0)]));
    assert_eq!(first(&state, "b"), Some(7.0));
    assert_eq!(state.namespaces.len(), 0);
    state.apply(Change::Delete(vec!["a".into(), "nobody".into(), "a".into()]));
    assert_eq!((first(&state, "a"), state.blocks.len()), (None, 2));
}

#[test]
fn a_snapshot_does_not_change() {
    let mut state = State::new(2);
    let many = |value: f32| (0..ROWS + 3).map(|n| vector(&n.to_string(), None, value)).collect::<Vec<_>>();
    state.apply(Change::Insert(many(1.0)));
    let snapshot = state.blocks.clone();
    state.apply(Change::Upsert(many(2.0)));
    state.apply(Change::Delete((0..100).map(|n| n.to_string()).collect()));
    assert_eq!(snapshot.iter().count(), ROWS + 3);
    assert!(snapshot.iter().all(|row| row.values == [1.0, 1.0]));
    assert_eq!(state.blocks.iter().count(), ROWS - 97);
    assert!(state.blocks.iter().all(|row| row.values == [2.0, 2.0]));
}

#[derive(Debug, Clone)]
enum Step {
    Insert(u8, Option<u8>, f32),
    Upsert(u8, Option<u8>, f32),
    Delete(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let write = || (0u8..40, prop::option::of(0u8..3), -4.0f32..4.0);
    let step = prop_oneof![
        write().prop_map(|(id, namespace, value)| Step::Insert(id, namespace, value)),
        write().prop_map(|(id, namespace, value)| Step::Upsert(id, namespace, value)),
        (0u8..40).prop_map(Step::Delete),
    ];
    prop::collection::vec(step, 0..200)
}

proptest! {
    /// Against a plain map.
    #[test]
    fn storage_agrees_with_a_map(steps in steps()) {
        let mut state = State::new(2);
        let mut model: BTreeMap<String, (Option<String>, f32)> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Insert(id, namespace, value) => {
                    let namespace = namespace.map(|number| number.to_string());
                    state.apply(Change::Insert(vec![vector(&id.to_string(), namespace.as_deref(), value)]));
                    model.entry(id.to_string()).or_insert((namespace, value));
                }
                Step::Upsert(id, namespace, value) => {
                    let namespace = namespace.map(|number| number.to_string());
                    state.apply(Change::Upsert(vec![vector(&id.to_string(), namespace.as_deref(), value)]));
                    model.insert(id.to_string(), (namespace, value));
                }
                Step::Delete(id) => {
                    state.apply(Change::Delete(vec![id.to_string()]));
                    model.remove(&id.to_string());
                }
            }
        }
        prop_assert_eq!(state.blocks.len(), model.len());
        let mut seen = BTreeMap::new();
        for row in state.blocks.iter() {
            let id = row.row.id.to_string();
            prop_assert_eq!(row.norm, kernels_norm(row.values));
            prop_assert_eq!(state.namespaces.find(row.row.namespace.as_deref().unwrap_or("")).unwrap_or(0), row.namespace);
            prop_assert_eq!(first(&state, &id), Some(row.values[0]));
            seen.insert(id, (row.row.namespace.as_deref().map(str::to_owned), row.values[0]));
        }
        let used: std::collections::BTreeSet<_> = model.values().filter_map(|(namespace, _)| namespace.clone()).collect();
        prop_assert_eq!(state.namespaces.len(), used.len());
        prop_assert_eq!(seen, model);
    }
}

fn kernels_norm(values: &[f32]) -> f64 {
    crate::vectorize::search::kernels::norm(values)
}
