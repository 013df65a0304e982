//! The runtime's own share, measured on a Worker that does nothing. What a process clock counts besides the user's
//! code differs by machine, and by workerd.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;

use super::bounds::Trigger;
use super::inner::Call;
use super::instance::{Instance, Mold};
use super::meter::{Base, Watch};
use super::process::LaunchError;

/// What a Worker costs that does nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Calibration {
    pub base: Base,
    /// Anonymous memory of an idle process, in bytes.
    pub memory: u64,
}

/// The Worker that is measured. `what` says what it does `n` times.
pub fn source(emulator: &str) -> String {
    let target = serde_json::Value::from(format!("{emulator}/__candleflare/health"));
    format!(
        r#"export default {{
  async fetch(request, env) {{
    const {{ searchParams }} = new URL(request.url);
    for (let left = Number(searchParams.get("n")); left > 0; left--) {{
      if (searchParams.get("what") === "fetch") await (await fetch({target})).text();
      else await env.AI.models({{ search: "nothing" }});
    }}
    return new Response("ok");
  }},
}};
"#
    )
}

/// Rounds of a trivial request; the pause between them leaves caches as cold as a person's requests find them.
pub const REQUESTS: usize = 15;
pub const PAUSE: Duration = Duration::from_millis(4);
/// Subrequests of one round, and rounds.
pub const CALLS: u32 = 12;
pub const ROUNDS: usize = 3;

/// Measures a process of `mold`, whose Worker is [`source`]'s.
pub async fn calibrate(mold: &Mold) -> Result<Calibration, LaunchError> {
    let instance = mold.cast(false).await?;
    let mut request = Vec::new();
    for _ in 0..REQUESTS {
        request.extend(round(&instance, "nothing", 0).await);
        tokio::time::sleep(PAUSE).await;
    }
    let request = median(request);
    let mut each = [Duration::ZERO; 2];
    for (what, each) in ["fetch", "service"].into_iter().zip(&mut each) {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.extend(round(&instance, what, CALLS).await.map(|cpu| cpu.saturating_sub(request) / CALLS));
        }
        *each = median(rounds);
    }
    let [fetch, service] = each;
    let base = Base { request, fetch, service, startup: instance.process.startup };
    let calibration = Calibration { base, memory: instance.process.memory };
    tracing::debug!(target: "candleflare::worker", ?calibration, "measured");
    Ok(calibration)
}

/// CPU time of one invocation; `None` where it did not end as it should.
async fn round(instance: &Instance, what: &str, calls: u32) -> Option<Duration> {
    let began = instance.process.cpu()?;
    let long = Duration::from_secs(60);
    let (watch, _death) = Watch::new(began, Base::default(), long, None, None);
    let (call, tail) = Call::new(Trigger::Http, 0, Arc::new(watch), &instance.inner.bounds);
    instance.inner.begin(Arc::new(call));
    let request = Request::get(format!("/?what={what}&n={calls}")).header("host", "calibration").body(Body::empty());
    let invoked = async {
        let response = instance.send(request.ok()?).await.ok()?;
        response.into_body().collect().await.ok()?;
        tail.await.ok().filter(|tail| tail.outcome == "ok")
    };
    let ended = tokio::time::timeout(Duration::from_secs(10), invoked).await.ok().flatten();
    instance.inner.end();
    ended.and(instance.process.cpu()).map(|cpu| cpu.saturating_sub(began))
}

pub fn median(mut values: Vec<Duration>) -> Duration {
    values.sort();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(Vec::new()), Duration::ZERO);
        assert_eq!(median([5, 1, 9].map(Duration::from_millis).to_vec()), Duration::from_millis(5));
    }
}
