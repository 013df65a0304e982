//! A call's way through AI Gateway: cache, time limit, retries, log.

use std::sync::Arc;

use serde_json::Value;

use super::{Ai, Answer, Call, Output, Refusal, Running};
use crate::ai::catalog::NEURONS_PER_DOLLAR;
use crate::ai::gateway::{Entry, GatewayOptions, Key, Log, Unusable};
use crate::clock::Stopwatch;
use crate::error::AiError;
use crate::harness::head;

/// Bytes of a request and of an answer that a log keeps.
const HEAD: usize = 2048;

/// What an answer says of its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// `None` where no log was wanted.
    pub log_id: Option<String>,
    pub cache_hit: bool,
    /// Which leg of a universal call answered.
    pub step: u32,
}

impl Ai {
    /// Runs a call through the gateway that it names.
    pub(super) async fn through(self: &Arc<Self>, call: Call, options: GatewayOptions) -> Result<Answer, Refusal> {
        if let Err(unusable) = self.shared.gateways.check(call.trace.account(), &options.id) {
            let running = Running::start(&self.shared, &call);
            let request_id = running.id();
            let error = match unusable {
                Unusable::BadId => AiError::GatewayPath,
                Unusable::Unknown => AiError::GatewayUnknown,
            };
            return Err(Refusal::new(request_id, running.fail(error)));
        }
        let watch = Stopwatch::new();
        // A stream is neither kept nor answered from what was.
        let is_stream = call.input["stream"] == true;
        let key = options.ttl().filter(|_| !is_stream).map(|_| key(&call, &options));
        let cached = key.as_ref().and_then(|key| self.cached(&call, key));
        let cache_hit = cached.is_some();
        let mut answered = match cached {
            Some(answer) => Ok(answer),
            None => self.tried(&call, &options).await,
        };
        if let (Ok(answer), Some(key), Some(ttl), false) = (&answered, key, options.ttl(), cache_hit) {
            self.keep(&call, key, answer, ttl);
        }
        let log_id =
            (!options.without_log).then(|| options.event_id.clone().unwrap_or_else(|| call.trace.scope.entropy.uuid()));
        if let Some(id) = &log_id {
            let log = self.log(id.clone(), &call, &options, &answered, cache_hit, &watch);
            self.shared.gateways.log(call.trace.account(), log);
        }
        if let (Some(id), Ok(Answer { output: Output::Stream(stream), .. })) = (&log_id, &mut answered) {
            stream.logged_as(&options.id, id);
        }
        let through = Some(Through { log_id, cache_hit, step: call.options.step });
        match &mut answered {
            Ok(answer) => answer.meta.gateway = through,
            Err(refusal) => refusal.gateway = through,
        }
        answered
    }

    /// Only what a retry could mend is tried again.
    async fn tried(self: &Arc<Self>, call: &Call, options: &GatewayOptions) -> Result<Answer, Refusal> {
        let mut attempt = 1;
        loop {
            let mut call = call.clone();
            call.options.timeout = options.timeout;
            if attempt > 1 {
                call.trace = call.trace.another();
            }
            let answered = self.direct(call).await;
            let may_mend = |refusal: &Refusal| matches!(refusal.error.status(), 408 | 429 | 500..);
            match &answered {
                Err(refusal) if may_mend(refusal) && attempt < options.attempts() => {}
                _ => return answered,
            }
            tokio::time::sleep(options.pause(attempt)).await;
            attempt += 1;
        }
    }

    /// A kept answer, under a new id. It costs nothing.
    fn cached(&self, call: &Call, key: &Key) -> Option<Answer> {
        let entry = self.shared.gateways.cached(call.trace.account(), key, call.trace.scope.clock.now())?;
        let running = Running::start(&self.shared, call);
        let mut meta = entry.meta;
        meta.request_id = running.id();
        running.trace.with(|entry| {
            entry.checkpoint = Some(meta.checkpoint.as_str().into());
            entry.fidelity = Some(meta.fidelity);
        });
        running.succeed(0.0, 0.0);
        Some(Answer { meta, output: Output::Generation { form: entry.form, output: entry.output }, neurons: Some(0.0) })
    }

    /// Text answers are kept; streams and vectors are not.
    fn keep(&self, call: &Call, key: Key, answer: &Answer, ttl: u64) {
        let Output::Generation { form, output } = &answer.output else { return };
        let ttl = jiff::SignedDuration::from_secs(i64::try_from(ttl).unwrap_or(i64::MAX));
        let Ok(expires) = call.trace.scope.clock.now().checked_add(ttl) else { return };
        let entry = Entry { meta: answer.meta.clone(), form: *form, output: output.clone(), expires };
        self.shared.gateways.keep(call.trace.account(), key, entry);
    }

    fn log(
        &self,
        id: String,
        call: &Call,
        options: &GatewayOptions,
        answered: &Result<Answer, Refusal>,
        cached: bool,
        watch: &Stopwatch,
    ) -> Log {
        let request = call.input.to_string();
        let response = match answered {
            Ok(Answer { output: Output::Generation { output, .. }, .. }) => output.choices[0].message.content.clone(),
            Ok(_) => String::new(),
            Err(refusal) => refusal.error.to_string(),
        };
        let (tokens_in, tokens_out) = match answered.as_ref().map(|answer| &answer.output) {
            Ok(Output::Generation { output, .. }) => (Some(output.usage.prompt), Some(output.usage.completion)),
            Ok(Output::Embeddings(output)) => (Some(output.tokens), Some(0)),
            Ok(Output::Stream(stream)) => (Some(stream.prompt_tokens), None),
            Ok(Output::Json(_) | Output::Said(_) | Output::Recorded(_) | Output::File { .. }) | Err(_) => (None, None),
        };
        let neurons = answered.as_ref().ok().and_then(|answer| answer.neurons).unwrap_or(0.0);
        Log {
            id,
            gateway: options.id.clone(),
            provider: "workers-ai",
            model: call.model.clone(),
            path: call.model.clone(),
            duration: watch.elapsed().as_millis().try_into().unwrap_or(u64::MAX),
            status_code: answered.as_ref().map_or_else(|refusal| refusal.error.status(), |_| 200),
            success: answered.is_ok(),
            cached,
            tokens_in,
            tokens_out,
            metadata: options.metadata.clone(),
            cost: neurons / NEURONS_PER_DOLLAR,
            request_size: request.len(),
            response_size: response.len(),
            request_head_complete: request.len() <= HEAD,
            request_head: head(&request, HEAD).to_owned(),
            response_head_complete: response.len() <= HEAD,
            response_head: head(&response, HEAD).to_owned(),
            created_at: call.trace.scope.clock.now().to_string(),
            step: call.options.step,
            feedback: None,
            score: None,
        }
    }
}

/// The caller's own key, or model and input: identical requests are one.
fn key(call: &Call, options: &GatewayOptions) -> Key {
    let request = match &options.cache_key {
        Some(key) => format!("key {key}"),
        None => Value::Array(vec![call.model.as_str().into(), call.schema.into(), call.input.clone()]).to_string(),
    };
    Key { gateway: options.id.clone(), request }
}
