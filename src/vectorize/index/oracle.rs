//! Ten thousand random steps, against an oracle that is as naive as the documentation reads.

use std::collections::{BTreeMap, VecDeque};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

use super::tests::{DIMENSIONS, World, world};
use super::*;
use crate::vectorize::query::ReturnMetadata;
use crate::vectorize::{Unparsable, ndjson};

const STEPS: usize = 12_000;
const PROPERTIES: [(&str, IndexType); 3] =
    [("s", IndexType::String), ("n", IndexType::Number), ("o.b", IndexType::Boolean)];

/// A vector as the oracle knows it: what was written, and under which metadata indexes.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    values: Vec<f32>,
    namespace: Option<String>,
    metadata: Option<Value>,
    covered: Vec<String>,
}

#[derive(Debug, Clone)]
enum Step {
    Write { insert: bool, vectors: Vec<(String, Known)> },
    Delete(Vec<String>),
    Create(String, IndexType),
    Drop(String),
}

#[derive(Debug, Default)]
struct Oracle {
    vectors: BTreeMap<String, Known>,
    indexes: Vec<(String, IndexType)>,
    waiting: VecDeque<(String, Step)>,
    processed: Option<String>,
}

impl Oracle {
    fn process(&mut self, count: usize) {
        for _ in 0..count {
            let Some((mutation, step)) = self.waiting.pop_front() else { return };
            self.processed = Some(mutation);
            match step {
                Step::Write { insert, vectors } => {
                    for (id, mut known) in vectors {
                        known.covered = self.indexes.iter().map(|(property, _)| property.clone()).collect();
                        if !insert || !self.vectors.contains_key(&id) {
                            self.vectors.insert(id, known);
                        }
                    }
                }
                Step::Delete(ids) => ids.iter().for_each(|id| drop(self.vectors.remove(id))),
                Step::Create(property, kind) => {
                    if !self.indexes.iter().any(|(known, _)| *known == property) {
                        self.indexes.push((property, kind));
                    }
                }
                Step::Drop(property) => {
                    self.indexes.retain(|(known, _)| *known != property);
                    for known in self.vectors.values_mut() {
                        known.covered.retain(|covered| *covered != property);
                    }
                }
            }
        }
    }

    /// A vector's value for an indexed property; null where it has none.
    fn value(&self, known: &Known, property: &str) -> Value {
        let kind = self.indexes.iter().find(|(indexed, _)| indexed == property).map(|(_, kind)| *kind);
        let none = Value::Null;
        let found = known.metadata.as_ref().map_or(&none, |metadata| {
            property.split('.').fold(metadata, |value, part| value.get(part).unwrap_or(&Value::Null))
        });
        let fits = match kind {
            Some(IndexType::String) => found.is_string(),
            Some(IndexType::Number) => found.is_number(),
            Some(IndexType::Boolean) => found.is_boolean(),
            None => false,
        };
        if fits && known.covered.iter().any(|covered| covered == property) { found.clone() } else { Value::Null }
    }

    fn passes(&self, known: &Known, filter: &Value) -> bool {
        filter.as_object().into_iter().flatten().all(|(property, condition)| {
            if !self.indexes.iter().any(|(indexed, _)| indexed == property) {
                return false;
            }
            let value = self.value(known, property);
            let equal = |operand: &Value| match (value.as_f64(), operand.as_f64()) {
                (Some(left), Some(right)) => left == right,
                _ => value == *operand,
            };
            let order = |operand: &Value| match (&value, operand) {
                (Value::Number(_), Value::Number(_)) => value.as_f64().partial_cmp(&operand.as_f64()),
                (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
                _ => None,
            };
            let any = |list: &Value| list.as_array().is_some_and(|list| list.iter().any(equal));
            match condition {
                Value::Object(operators) => operators.iter().all(|(operator, operand)| match operator.as_str() {
                    "$eq" => equal(operand),
                    "$ne" => !equal(operand),
                    "$in" => any(operand),
                    "$nin" => !any(operand),
                    "$lt" => order(operand).is_some_and(|order| order.is_lt()),
                    "$lte" => order(operand).is_some_and(|order| order.is_le()),
                    "$gt" => order(operand).is_some_and(|order| order.is_gt()),
                    _ => order(operand).is_some_and(|order| order.is_ge()),
                }),
                scalar => equal(scalar),
            }
        })
    }

    /// Ids with their scores, best first, ties by id.
    fn nearest(&self, vector: &[f32], namespace: Option<&str>, filter: Option<&Value>) -> Vec<(String, f64)> {
        let distance = |values: &[f32]| {
            let square = |(a, b): (&f32, &f32)| (f64::from(*a) - f64::from(*b)).powi(2);
            values.iter().zip(vector).map(square).sum::<f64>().sqrt()
        };
        let mut found: Vec<(String, f64)> = self
            .vectors
            .iter()
            .filter(|(_, known)| namespace.is_none_or(|name| known.namespace.as_deref() == Some(name)))
            .filter(|(_, known)| filter.is_none_or(|filter| self.passes(known, filter)))
            .map(|(id, known)| (id.clone(), distance(&known.values)))
            .collect();
        found.sort_by(|(a, left), (b, right)| left.total_cmp(right).then_with(|| a.cmp(b)));
        found
    }
}

struct Run {
    random: ChaCha8Rng,
    world: World,
    oracle: Oracle,
}

impl Run {
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.random.random_range(0..from.len())].clone()
    }

    /// Small whole numbers, so that both sides compute distances without rounding, and ties are common.
    fn vector(&mut self) -> Vec<f32> {
        (0..DIMENSIONS).map(|at| if at < 3 { self.random.random_range(-2i8..3).into() } else { 0.0 }).collect()
    }

    fn id(&mut self) -> String {
        format!("v{}", self.random.random_range(0..60))
    }

    fn scalar(&mut self) -> Value {
        self.pick(&[json!("a"), json!("b"), json!("ab"), json!(0), json!(1), json!(-1.5), json!(true), json!(false)])
    }

    fn metadata(&mut self) -> Option<Value> {
        if self.random.random_ratio(1, 5) {
            return None;
        }
        let mut map = Map::new();
        for key in ["s", "n", "free"] {
            if self.random.random_bool(0.7) {
                map.insert(key.into(), self.scalar());
            }
        }
        if self.random.random_bool(0.7) {
            map.insert("o".into(), json!({"b": self.scalar()}));
        }
        Some(Value::Object(map))
    }

    fn namespace(&mut self) -> Option<String> {
        self.pick(&[None, Some("m".to_owned()), Some("n".to_owned())])
    }

    fn filter(&mut self) -> Value {
        let property = self.pick(&["s", "n", "o.b", "free"]);
        let any = [self.scalar(), Value::Null];
        let scalar = self.pick(&any);
        let bound = self.pick(&[json!("a"), json!("b"), json!(0), json!(1)]);
        let other = self.pick(&[json!("ab"), json!(0.5), json!(-1)]);
        let condition = match self.random.random_range(0..8) {
            0 => scalar,
            1 => json!({"$eq": scalar}),
            2 => json!({"$ne": scalar}),
            3 => json!({"$in": [scalar, other]}),
            4 => json!({"$nin": [scalar, other]}),
            5 => json!({"$gt": bound, "$lte": other}),
            6 => json!({"$lt": bound}),
            _ => json!({"$gte": other}),
        };
        let mut filter = json!({property: condition});
        if self.random.random_ratio(1, 4) {
            filter["s"] = json!({"$ne": "ab"});
        }
        filter
    }

    /// Sends a mutation to both. The oracle queues what the index accepts.
    fn mutate(&mut self) {
        let index = &self.world.index.clone();
        let (step, answer) = match self.random.random_range(0..20) {
            0..12 => {
                let insert = self.random.random_bool(0.4);
                let count = self.random.random_range(1..5);
                let vectors: Vec<(String, Known)> = (0..count)
                    .map(|_| {
                        let (values, namespace, metadata) = (self.vector(), self.namespace(), self.metadata());
                        (self.id(), Known { values, namespace, metadata, covered: Vec::new() })
                    })
                    .collect();
                let lines: Vec<String> = vectors
                    .iter()
                    .map(|(id, known)| {
                        json!({"id": id, "values": known.values, "namespace": known.namespace, "metadata": known.metadata})
                            .to_string()
                    })
                    .collect();
                let operation = if insert { Operation::Insert } else { Operation::Upsert };
                let lines = ndjson(lines.join("\n").as_bytes(), operation, Unparsable::Error).expect("parses");
                (Step::Write { insert, vectors }, index.write(operation, lines, 5000))
            }
            12..17 => {
                let ids: Vec<String> = (0..self.random.random_range(1..4)).map(|_| self.id()).collect();
                (Step::Delete(ids.clone()), index.delete_by_ids(ids))
            }
            17..19 => {
                let (property, kind) = self.pick(&PROPERTIES);
                (Step::Create(property.into(), kind), index.create_metadata_index(property.into(), kind))
            }
            _ => {
                let (property, _) = self.pick(&PROPERTIES);
                (Step::Drop(property.into()), index.delete_metadata_index(property.into()))
            }
        };
        match answer {
            Ok(accepted) => self.oracle.waiting.push_back((accepted.mutation_id, step)),
            Err(error) => assert_eq!(error.code(), 40005, "{error}"),
        }
    }

    fn compare(&mut self) {
        let index = &self.world.index.clone();
        let info = index.info();
        assert_eq!(info.vector_count, self.oracle.vectors.len());
        assert_eq!(info.processed_up_to_mutation, self.oracle.processed);

        let id = self.id();
        let found = index.get_by_ids(std::slice::from_ref(&id)).expect("answers");
        let found = found.into_iter().next().map(|found| (found.values.0, found.namespace, found.metadata));
        let known = self.oracle.vectors.get(&id).cloned();
        assert_eq!(found, known.map(|known| (known.values, known.namespace, known.metadata)));

        let by_id = self.random.random_ratio(1, 4);
        let vector = if by_id { None } else { Some(self.vector()) };
        let filter = self.random.random_bool(0.6).then(|| self.filter());
        let namespace = self.namespace();
        let top_k = self.random.random_range(1..51);
        let answer = index.query(Query {
            vector: vector.clone(),
            vector_id: by_id.then(|| id.clone()),
            top_k: Some(top_k),
            namespace: namespace.clone(),
            filter: filter.clone(),
            return_metadata: Some(ReturnMetadata::All),
            ..Query::default()
        });
        let answer: Vec<(String, f64, Option<Value>)> = answer
            .expect("answers")
            .matches
            .into_iter()
            .map(|hit| (hit.id, f64::from(hit.score), hit.metadata))
            .collect();
        let from = vector.or_else(|| self.oracle.vectors.get(&id).map(|known| known.values.clone()));
        let nearest = from.map(|from| self.oracle.nearest(&from, namespace.as_deref(), filter.as_ref()));
        let expected: Vec<(String, f64, Option<Value>)> = nearest
            .unwrap_or_default()
            .into_iter()
            .take(usize::try_from(top_k).expect("is small"))
            .map(|(id, score)| {
                let metadata = self.oracle.vectors[&id].metadata.clone();
                (id, f64::from(score as f32), metadata)
            })
            .collect();
        assert_eq!(answer, expected, "{filter:?} in {namespace:?}");
    }
}

#[test]
fn twelve_thousand_steps_agree_with_the_oracle() {
    for seed in 0..4 {
        let mut run =
            Run { random: ChaCha8Rng::seed_from_u64(seed), world: world("euclidean"), oracle: Oracle::default() };
        run.world.account.set_lag(Lag::Manual);
        for _ in 0..STEPS / 4 {
            match run.random.random_range(0..3) {
                0 => run.mutate(),
                1 => {
                    let count = run.random.random_range(0..4);
                    let processed = run.world.index.tick(count).expect("ticks");
                    assert_eq!(processed, count.min(run.oracle.waiting.len()));
                    run.oracle.process(count);
                }
                _ => run.compare(),
            }
        }
    }
}
