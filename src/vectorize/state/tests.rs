use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// More than one block of two dimensions.
const MANY: usize = 1500;

impl State {
    fn change(&mut self, change: Change) {
        self.apply(&change, &mut RoaringBitmap::new());
    }
}

fn vector(id: &str, namespace: Option<&str>, value: f32) -> Vector {
    Vector { id: id.into(), namespace: namespace.map(str::to_owned), metadata: None, values: vec![value; 2] }
}

fn first(state: &State, id: &str) -> Option<f32> {
    state.get(id).map(|found| found.values[0])
}

#[test]
fn insert_skips_and_upsert_replaces() {
    let mut state = State::new(2);
    state.change(Change::Insert(vec![vector("a", None, 1.0), vector("a", None, 2.0), vector("b", Some("n"), 3.0)]));
    state.change(Change::Insert(vec![vector("a", None, 4.0), vector("c", None, 5.0)]));
    assert_eq!((first(&state, "a"), first(&state, "c")), (Some(1.0), Some(5.0)));
    state.change(Change::Upsert(vec![vector("b", Some("m"), 6.0), vector("b", None, 7.0)]));
    assert_eq!(first(&state, "b"), Some(7.0));
    assert_eq!(state.namespaces(), 0);
    state.change(Change::Delete(vec!["a".into(), "nobody".into(), "a".into()]));
    assert_eq!((first(&state, "a"), state.blocks.len()), (None, 2));
}

#[test]
fn a_snapshot_does_not_change() {
    let mut state = State::new(2);
    let many = |value: f32| (0..MANY).map(|n| vector(&n.to_string(), None, value)).collect::<Vec<_>>();
    state.change(Change::Insert(many(1.0)));
    let snapshot = state.clone();
    state.change(Change::Upsert(many(2.0)));
    state.change(Change::Delete((0..100).map(|n| n.to_string()).collect()));
    assert_eq!(snapshot.blocks.iter().count(), MANY);
    assert!(snapshot.blocks.iter().all(|row| row.values == [1.0, 1.0]));
    assert!((0..MANY).all(|n| first(&snapshot, &n.to_string()) == Some(1.0)));
    assert_eq!((first(&state, "99"), first(&state, "100")), (None, Some(2.0)));
    assert_eq!(state.blocks.iter().count(), MANY - 100);
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
                    state.change(Change::Insert(vec![vector(&id.to_string(), namespace.as_deref(), value)]));
                    model.entry(id.to_string()).or_insert((namespace, value));
                }
                Step::Upsert(id, namespace, value) => {
                    let namespace = namespace.map(|number| number.to_string());
                    state.change(Change::Upsert(vec![vector(&id.to_string(), namespace.as_deref(), value)]));
                    model.insert(id.to_string(), (namespace, value));
                }
                Step::Delete(id) => {
                    state.change(Change::Delete(vec![id.to_string()]));
                    model.remove(&id.to_string());
                }
            }
        }
        prop_assert_eq!(state.blocks.len(), model.len());
        let mut seen = BTreeMap::new();
        for row in state.blocks.iter() {
            let id = row.row.id.to_string();
            prop_assert_eq!(row.norm, kernels_norm(row.values));
            let number = state.places.find(&row.row.id, &state.blocks).expect("has a place");
            for (name, rows) in state.namespaces.range(std::ops::Bound::Unbounded, std::ops::Bound::Unbounded) {
                prop_assert_eq!(rows.contains(number), row.row.namespace.as_ref() == Some(name));
            }
            prop_assert_eq!(first(&state, &id), Some(row.values[0]));
            seen.insert(id, (row.row.namespace.as_deref().map(str::to_owned), row.values[0]));
        }
        let used: std::collections::BTreeSet<_> = model.values().filter_map(|(namespace, _)| namespace.clone()).collect();
        prop_assert_eq!(state.namespaces(), used.len());
        prop_assert_eq!(seen, model);
    }
}

fn kernels_norm(values: &[f32]) -> f64 {
    crate::vectorize::search::kernels::norm(values)
}
