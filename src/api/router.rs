//! Every route, in one table that the router, the documentation and the tests read.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, RawPathParams};
use axum::http::{Method, Request};
use axum::routing::{MethodFilter, MethodRouter, on};
use tower_http::catch_panic::CatchPanicLayer;

use super::connection::{Connection, InFlight};
use super::envelope::{self, RefusalCode, Reply};
use super::incoming::{Incoming, Unreadable};
use super::{App, auth, binding, control, guard, markdown, openai, rest, universal, wire};
use crate::error::{AiError, Error, PlatformError, VectorizeError};
use crate::harness::{self, Trace};
use crate::limits::Limits;

/// Who is spoken to, and so how a refusal before the handler is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Rest,
    OpenAi,
    AiBinding,
    VectorizeBinding,
    Control,
}

type Handler = fn(App, Incoming) -> Pin<Box<dyn Future<Output = Reply> + Send>>;

/// One row of the table.
pub struct Route {
    pub method: &'static str,
    /// With `{account}`, and `{*rest}` for what follows.
    pub path: &'static str,
    pub dialect: Dialect,
    /// Name of the limit on the body; empty where the handler reads it as a stream.
    pub body_limit: &'static str,
    pub about: &'static str,
    handler: Handler,
}

macro_rules! routes {
    ($($method:ident $path:literal $dialect:ident $limit:literal $handler:path, $about:literal;)+) => {
        &[$(Route {
            method: stringify!($method),
            path: $path,
            dialect: Dialect::$dialect,
            body_limit: $limit,
            about: $about,
            handler: |app, incoming| Box::pin($handler(app, incoming)),
        }),+]
    };
}

/// The table.
pub static ROUTES: &[Route] = routes! {
    POST "/client/v4/accounts/{account}/ai/tomarkdown" Rest "ai.body_bytes" markdown::transform, "documents to Markdown";
    GET "/client/v4/accounts/{account}/ai/tomarkdown/supported" Rest "ai.body_bytes" markdown::formats, "the formats of documents";
    POST "/client/v4/accounts/{account}/ai/run" Rest "ai.body_bytes" rest::run::by_body, "run the model that the body names";
    POST "/client/v4/accounts/{account}/ai/run/{*rest}" Rest "ai.body_bytes" rest::run::by_path, "run a model";
    GET "/client/v4/accounts/{account}/ai/models/search" Rest "control.body_bytes" rest::models::search, "search the catalogue";
    GET "/client/v4/accounts/{account}/ai/models/schema" Rest "control.body_bytes" rest::models::schema, "a model's input and output schema";
    GET "/client/v4/accounts/{account}/ai/tasks/search" Rest "control.body_bytes" rest::models::tasks, "the tasks";
    GET "/client/v4/accounts/{account}/ai/authors/search" Rest "control.body_bytes" rest::models::authors, "the authors";
    GET "/client/v4/accounts/{account}/ai/finetunes" Rest "control.body_bytes" rest::finetunes::list, "the account's finetunes";
    POST "/client/v4/accounts/{account}/ai/finetunes" Rest "control.body_bytes" rest::finetunes::create, "create a finetune";
    GET "/client/v4/accounts/{account}/ai/finetunes/{*rest}" Rest "control.body_bytes" rest::finetunes::below, "`public`: Cloudflare's own finetunes";
    POST "/client/v4/accounts/{account}/ai/finetunes/{*rest}" Rest "ai.finetune_asset_bytes" rest::finetunes::upload, "`<finetune>/finetune-assets`: upload a file of an adapter";
    POST "/client/v4/accounts/{account}/ai/v1/chat/completions" OpenAi "ai.body_bytes" openai::chat::completions, "chat, as OpenAI";
    POST "/client/v4/accounts/{account}/ai/v1/completions" OpenAi "ai.body_bytes" openai::chat::prompt_completions, "completion of a prompt, as OpenAI";
    GET "/client/v4/accounts/{account}/ai/v1/models" OpenAi "control.body_bytes" openai::models, "not served, as in production";
    POST "/client/v4/accounts/{account}/ai/v1/responses" OpenAi "ai.body_bytes" openai::chat::responses, "a response, as OpenAI";
    POST "/client/v4/accounts/{account}/ai/v1/embeddings" OpenAi "ai.body_bytes" openai::embeddings::create, "embeddings, as OpenAI";
    ANY "/client/v4/accounts/{account}/ai-gateway/gateways" Rest "control.body_bytes" rest::gateways::call, "list and create gateways";
    ANY "/client/v4/accounts/{account}/ai-gateway/gateways/{*rest}" Rest "control.body_bytes" rest::gateways::call, "one gateway, and its logs";
    POST "/v1/{account}/{*rest}" Rest "ai.body_bytes" universal::direct, "AI Gateway's own addresses: a gateway's id, then `workers-ai/…`, `compat/…` or nothing";
    ANY "/client/v4/accounts/{account}/vectorize/v2/indexes" Rest "vectorize.body_bytes" rest::vectorize_v2, "list and create indexes";
    ANY "/client/v4/accounts/{account}/vectorize/v2/indexes/{*rest}" Rest "vectorize.body_bytes" rest::vectorize_v2, "one index";
    ANY "/client/v4/accounts/{account}/vectorize/indexes" Rest "vectorize.body_bytes" rest::vectorize_v1, "the legacy v1 API, refused";
    ANY "/client/v4/accounts/{account}/vectorize/indexes/{*rest}" Rest "vectorize.body_bytes" rest::vectorize_v1, "the legacy v1 API, refused";
    ANY "/binding" AiBinding "ai.body_bytes" binding::either, "both bindings, told apart by `MF-URL`";
    ANY "/binding/ai" AiBinding "ai.body_bytes" binding::ai::proxied, "the AI binding, by `MF-URL`";
    ANY "/binding/ai/{*rest}" AiBinding "ai.body_bytes" binding::ai::upstream, "the AI binding, as the runtime's upstream";
    ANY "/binding/vectorize/{*rest}" VectorizeBinding "vectorize.body_bytes" binding::vectorize::call, "the binding of one index";
    ANY "/binding/{account}" AiBinding "ai.body_bytes" binding::either, "both bindings of an account";
    ANY "/binding/{account}/ai" AiBinding "ai.body_bytes" binding::ai::proxied, "the AI binding of an account";
    ANY "/binding/{account}/ai/{*rest}" AiBinding "ai.body_bytes" binding::ai::upstream, "the AI binding of an account, as upstream";
    ANY "/binding/{account}/vectorize/{*rest}" VectorizeBinding "vectorize.body_bytes" binding::vectorize::call, "the binding of one index of an account";
    GET "/__candleflare/health" Control "control.body_bytes" control::health, "alive";
    GET "/__candleflare/ready" Control "control.body_bytes" control::ready, "ready, and what is loaded";
    GET "/__candleflare/version" Control "control.body_bytes" control::version, "the build";
    GET "/__candleflare/metrics" Control "control.body_bytes" control::metrics, "Prometheus text";
    GET "/__candleflare/limits" Control "control.body_bytes" control::limits, "the limits that are enforced";
    PUT "/__candleflare/limits" Control "control.body_bytes" control::change_limits, "other values for an account";
    DELETE "/__candleflare/limits" Control "control.body_bytes" control::forget_limits, "the instance's own values again";
    GET "/__candleflare/clock" Control "control.body_bytes" control::clock, "an account's time";
    POST "/__candleflare/clock" Control "control.body_bytes" control::steer_clock, "steer an account's time";
    GET "/__candleflare/stubs" Control "control.body_bytes" control::stubs::list, "an account's stubs, and the calls that none matched";
    POST "/__candleflare/stubs" Control "control.body_bytes" control::stubs::add, "add one, or a list";
    DELETE "/__candleflare/stubs" Control "control.body_bytes" control::stubs::remove, "take one out (`?id=`), or all";
    GET "/__candleflare/faults" Control "control.body_bytes" control::faults::list, "an account's faults";
    POST "/__candleflare/faults" Control "control.body_bytes" control::faults::add, "stage one, or a list";
    DELETE "/__candleflare/faults" Control "control.body_bytes" control::faults::remove, "take one out (`?id=`), or all";
    GET "/__candleflare/usage" Control "control.body_bytes" control::usage, "neurons, tokens and dollars";
    GET "/__candleflare/requests" Control "control.body_bytes" control::requests, "the journal";
    DELETE "/__candleflare/requests" Control "control.body_bytes" control::forget_requests, "forget the journal";
    GET "/__candleflare/mutations" Control "control.body_bytes" control::mutations::show, "Vectorize's lag, and what waits";
    POST "/__candleflare/mutations" Control "control.body_bytes" control::mutations::steer, "set Vectorize's lag, or process what waits";
    POST "/__candleflare/export" Control "" control::transfer::export, "Vectorize's indexes as NDJSON, streamed";
    POST "/__candleflare/import" Control "" control::transfer::import, "the same back, whole or not at all";
    GET "/__candleflare/worker/invocations" Control "control.body_bytes" control::worker::invocations, "what the Worker's invocations used of their limits";
    POST "/__candleflare/worker/invocations" Control "control.body_bytes" control::worker::add, "one more invocation, from a supervisor under Miniflare";
    DELETE "/__candleflare/worker/invocations" Control "control.body_bytes" control::worker::forget, "forget the Worker's invocations";
    POST "/__candleflare/worker/scheduled" Control "control.body_bytes" control::worker::scheduled, "run the Worker's `scheduled` handler";
    POST "/__candleflare/worker/queue" Control "control.body_bytes" control::worker::queue, "run the Worker's `queue` handler";
    POST "/__candleflare/reset" Control "control.body_bytes" control::reset, "forget the state of an account, or all";
};

/// The service that answers HTTP.
pub fn router(app: &App) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        router = router.route(route.path, method_router(route, app));
    }
    let router = router.fallback(no_route).method_not_allowed_fallback(method_not_allowed).layer(
        CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a handler panicked; this is a bug of candleflare");
            envelope::refused(&AiError::Internal { reason: "a handler panicked".to_owned() }.into(), None)
        }),
    );
    // Outside of the table, for it changes where a call is routed to.
    Router::new().fallback_service(router).layer(axum::middleware::map_request(binding::addressed))
}

fn method_router(route: &'static Route, app: &App) -> MethodRouter {
    let app = Arc::clone(app);
    let handler = move |params: Result<RawPathParams, RawPathParamsRejection>, request: Request<Body>| {
        let app = Arc::clone(&app);
        async move { answer(route, app, params, request).await }
    };
    match Method::from_bytes(route.method.as_bytes()).ok().and_then(|method| MethodFilter::try_from(method).ok()) {
        Some(filter) => on(filter, handler),
        None => axum::routing::any(handler),
    }
}

async fn answer(
    route: &'static Route,
    app: App,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request<Body>,
) -> Reply {
    // Where others can reach it, the token alone decides.
    if let Err(error) =
        guard::check(&request, app.token.as_deref()).or_else(|error| if app.is_exposed { Ok(()) } else { Err(error) })
    {
        return refused(route, &error.into());
    }
    let Ok(params) = params else {
        let path = request.uri().path().to_owned();
        return refused(route, &PlatformError::NoRoute { path }.into());
    };
    let connection = request.extensions().get::<ConnectInfo<Connection>>().map(|ConnectInfo(known)| known.clone());
    let account = match Incoming::account(&request, &params, &app.account) {
        Ok(account) => account,
        Err(error) => return refused(route, &error.into()),
    };
    // The control plane is what makes room; it looks for itself which account it is asked about.
    if route.dialect != Dialect::Control
        && let Err(error) = app.make_room(&account)
    {
        return refused(route, &error.into());
    }
    let trace =
        if binding::is_probe(&request) { app.harness.unrecorded(&account) } else { route.trace(&app, &account) };
    let admit = admit(route, &app, params, request, &trace);
    let admitted = match &connection {
        Some(connection) => connection.in_time(admit).await.unwrap_or_else(|| {
            let seconds = connection.request_seconds();
            trace.decided("http.request_seconds", seconds, seconds);
            Err(stalled(route, seconds))
        }),
        None => admit.await,
    };
    let in_flight = connection.as_ref().map(Connection::in_flight);
    let mut reply = match admitted {
        Ok(incoming) => (route.handler)(app, incoming).await,
        Err(error) => refused(route, &error),
    };
    trace.answered(reply.status().as_u16(), reply.extensions().get().map(|RefusalCode(code)| *code));
    if let Some(wire) = trace.wire() {
        reply = wire::spoil(reply, wire, connection.as_ref()).await;
    }
    match in_flight {
        Some(in_flight) => reply.map(|body| Body::new(Held { body, _in_flight: in_flight })),
        None => reply,
    }
}

/// A body whose request is in flight until it is sent.
struct Held {
    body: Body,
    _in_flight: InFlight,
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

/// What is checked before a handler sees the call.
async fn admit(
    route: &Route,
    app: &App,
    params: RawPathParams,
    request: Request<Body>,
    trace: &Arc<Trace>,
) -> Result<Incoming, Error> {
    let is_api = matches!(route.dialect, Dialect::Rest | Dialect::OpenAi);
    // Whoever watches over it may ask whether it lives.
    if is_api || app.is_exposed && route.path != "/__candleflare/health" {
        auth::check(app.token.as_deref(), request.headers())?;
    }
    let limits = trace.scope.limits();
    check_head(&request, &limits, trace)?;
    if is_api {
        check_api_rate(&limits, trace)?;
    }
    let limit = (!route.body_limit.is_empty()).then(|| limits.bytes(route.body_limit));
    match Incoming::read(request, &params, limit, Arc::clone(trace)).await {
        Ok(incoming) => {
            trace.exceeds(&limits, route.body_limit, incoming.body.len() as u64);
            // Miniflare's proxy wraps the headers of a binding's call.
            let content_type = incoming.header("mf-header-content-type").or_else(|| incoming.content_type());
            trace.with(|entry| entry.body = harness::Body::of(&incoming.body).of_type(content_type));
            Ok(incoming)
        }
        Err(Unreadable::Refused(error)) => Err(error),
        Err(Unreadable::TooLarge) => {
            let limit = limit.unwrap_or_default();
            trace.decided(route.body_limit, limit as u64 + 1, limit as u64);
            Err(too_large(route, limit))
        }
    }
}

/// What HTTP's own parts may be long.
fn check_head(request: &Request<Body>, limits: &Limits, trace: &Trace) -> Result<(), PlatformError> {
    let url = request.uri().path_and_query().map_or(0, |url| url.as_str().len()) as u64;
    if let Some(limit) = trace.exceeds(limits, "http.url_bytes", url) {
        return Err(PlatformError::TooLong { what: "the URL is", limit });
    }
    // As they stand on the wire: a colon, a space and a line's end with each.
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    match trace.exceeds(limits, "http.header_bytes", headers as u64) {
        Some(limit) => Err(PlatformError::TooLong { what: "the request's headers are", limit }),
        None => Ok(()),
    }
}

/// The v4 API's own rate, whatever is asked of it.
fn check_api_rate(limits: &Limits, trace: &Trace) -> Result<(), PlatformError> {
    const ROW: &str = "api.calls_per_five_minutes";
    let Some(limit) = limits.value(ROW) else { return Ok(()) };
    let scope = &trace.scope;
    let (calls, allowed) = scope.meters.rate(ROW, "", scope.clock.now(), 300, limit);
    trace.decided(ROW, calls, limit);
    if allowed { Ok(()) } else { Err(PlatformError::RateLimited) }
}

impl Route {
    /// The trace of a call on this route; those of the control plane leave none.
    fn trace(&self, app: &App, account: &str) -> Arc<Trace> {
        let dialect = match self.dialect {
            Dialect::Control => return app.harness.unrecorded(account),
            Dialect::Rest => harness::Dialect::Rest,
            Dialect::OpenAi => harness::Dialect::OpenAi,
            Dialect::AiBinding | Dialect::VectorizeBinding => harness::Dialect::Binding,
        };
        let service =
            if self.body_limit.starts_with("vectorize.") { harness::Service::Vectorize } else { harness::Service::Ai };
        let trace = app.harness.trace(account, dialect, service);
        trace.with(|entry| entry.operation = self.operation().into());
        trace
    }

    /// What is asked for, as far as the path alone tells: `run`, or what stands behind the service's name.
    fn operation(&self) -> &'static str {
        match self.path.split_once("/ai/") {
            Some((_, path)) if !path.starts_with("run") && !path.starts_with("v1/") && !path.starts_with('{') => path,
            _ => "run",
        }
    }
}

/// Each service says in its own words that a body is too large.
fn too_large(route: &Route, limit: usize) -> Error {
    if route.body_limit.starts_with("vectorize.") {
        return VectorizeError::UploadTooLarge { limit }.into();
    }
    AiError::TooLarge.into()
}

/// Nor does a client hear from another service that it was too slow.
fn stalled(route: &Route, seconds: u64) -> Error {
    if route.body_limit.starts_with("vectorize.") {
        return VectorizeError::UploadTooSlow { seconds }.into();
    }
    AiError::Aborted.into()
}

/// A refusal before the handler, in the words of the route's dialect.
fn refused(route: &Route, error: &Error) -> Reply {
    match route.dialect {
        Dialect::Rest | Dialect::OpenAi => envelope::refused(error, None),
        Dialect::AiBinding => envelope::ai_binding_refusal(error),
        Dialect::VectorizeBinding => envelope::vectorize_binding_refusal(error),
        Dialect::Control => control::refused(error),
    }
}

async fn no_route(request: Request<Body>) -> Reply {
    let path = request.uri().path().to_owned();
    if path.starts_with("/__candleflare") {
        return control::unknown(&path);
    }
    envelope::refused(&PlatformError::NoRoute { path }.into(), None)
}

async fn method_not_allowed(request: Request<Body>) -> Reply {
    let method = request.method().to_string();
    if request.uri().path().starts_with("/__candleflare") {
        return control::wrong_method(&method, request.uri().path());
    }
    envelope::refused(&PlatformError::MethodNotAllowed { method }.into(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_documented_once() {
        let mut seen = std::collections::BTreeSet::new();
        for route in ROUTES {
            assert!(!route.about.is_empty() && seen.insert((route.method, route.path)), "{}", route.path);
        }
    }
}
