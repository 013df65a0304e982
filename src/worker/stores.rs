//! What a Worker keeps outside of itself: KV namespaces and queues, in memory, for as long as the supervisor runs. No kill
//! of a process touches them. The runtime's own bindings ask for them over HTTP, as they ask production's.

mod declared;
mod kv;
mod queue;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Weak};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;

use super::Worker;
use crate::clock::Clock;
use crate::entropy::Entropy;
pub use declared::{Consumer, ConsumerError, Kv, Producer, Queues};
use kv::Namespace;
use queue::Queue;

/// The stores that a Worker's bindings name.
#[derive(Default)]
pub struct Stores {
    /// By binding; two may name one namespace.
    kv: BTreeMap<String, Arc<Namespace>>,
    /// By binding.
    producers: BTreeMap<String, (Producer, Arc<Queue>)>,
    /// That the Worker consumes.
    consumed: Vec<Arc<Queue>>,
}

/// A refusal: a status, and the reason that the binding's error shows.
#[derive(Debug, PartialEq, Eq)]
struct Refused(u16, String);

impl Stores {
    pub fn new(
        kv: &BTreeMap<String, String>,
        producers: &BTreeMap<String, Producer>,
        consumers: &BTreeMap<String, Consumer>,
        clock: &Clock,
        entropy: &Entropy,
    ) -> Self {
        let mut namespaces = HashMap::new();
        let kv = kv.iter().map(|(binding, id)| {
            let own = namespaces.entry(id).or_insert_with(|| Arc::new(Namespace::new(clock.clone())));
            (binding.clone(), Arc::clone(own))
        });
        let dead = consumers.values().filter_map(|consumer| consumer.dead_letter_queue.as_ref());
        let names = producers.values().map(|producer| &producer.queue).chain(consumers.keys()).chain(dead);
        let mut queues = HashMap::new();
        for name in names {
            let make = || Queue::new(name.clone(), consumers.get(name).cloned(), clock.clone(), entropy.clone());
            queues.entry(name.clone()).or_insert_with(|| Arc::new(make()));
        }
        let kv = kv.collect();
        let consumed = consumers.keys().filter_map(|name| queues.get(name).cloned()).collect();
        let producers = producers.iter().filter_map(|(binding, producer)| {
            Some((binding.clone(), (producer.clone(), Arc::clone(queues.get(&producer.queue)?))))
        });
        let producers = producers.collect();
        for queue in queues.values() {
            let dead = queue.consumer().and_then(|consumer| queues.get(consumer.dead_letter_queue.as_ref()?));
            if let Some(dead) = dead.filter(|dead| !Arc::ptr_eq(dead, queue)) {
                queue.bury_in(dead);
            }
        }
        Self { kv, producers, consumed }
    }

    /// Hands what is sent on to the Worker that consumes it, until that is gone.
    pub fn deliver_to(&self, worker: &Weak<Worker>) {
        for queue in &self.consumed {
            tokio::spawn(Arc::clone(queue).deliver(Weak::clone(worker)));
        }
    }

    /// What a binding named `kv/NAME` or `queue/NAME` is answered.
    pub async fn answer(&self, kind: &str, name: &str, request: Request<Incoming>) -> Response<Body> {
        let most = match kind {
            "kv" => kv::MOST_VALUE_BYTES,
            _ => queue::MOST_REQUEST_BYTES,
        };
        let (parts, body) = request.into_parts();
        let answered = match Limited::new(body, most).collect().await {
            Err(_) => Err(Refused(413, format!("Value length exceeds limit of {most}."))),
            Ok(body) => match (self.kv.get(name), self.producers.get(name)) {
                (Some(namespace), _) if kind == "kv" => namespace.answer(&parts, body.to_bytes()),
                (_, Some((producer, queue))) => queue.answer(producer, &parts, &body.to_bytes()),
                _ => Err(Refused(404, "Not Found".to_owned())),
            },
        };
        answered.unwrap_or_else(|Refused(status, reason)| {
            let mut response = Response::new(Body::from(reason.clone()));
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            // Where the runtime looks for the reason: KV in the status line, queues in a header.
            if let Ok(cause) = HeaderValue::from_str(&reason) {
                response.headers_mut().insert("cf-queues-error-cause", cause);
            }
            if let Ok(reason) = ReasonPhrase::try_from(Bytes::from(reason)) {
                response.extensions_mut().insert(reason);
            }
            response
        })
    }
}

/// Which store a binding's name in the configuration of the runtime means: its kind and its name in the Worker.
pub fn named(binding: &str) -> Option<(&str, &str)> {
    binding.split_once('/').filter(|(kind, _)| matches!(*kind, "kv" | "queue"))
}

fn json(value: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
