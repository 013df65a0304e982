//! `POST clock`: an account's time, steered.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{answer, body, refusal, scope};
use crate::api::App;
use crate::api::envelope::Reply;
use crate::api::incoming::Incoming;
use crate::clock::Clock;
use crate::error::Error;

/// Exactly one of these.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Steer {
    /// `36h`, `-5m`, `PT36H`.
    advance: Option<String>,
    /// RFC 3339.
    set: Option<String>,
    /// Back to real time.
    resume: Option<bool>,
    /// Stops the clock where it is.
    freeze: Option<bool>,
}

const HINT: &str = "hint: one of {\"advance\": \"36h\"}, {\"set\": \"2026-12-01T00:00:00Z\"}, {\"freeze\": true} and {\"resume\": true}";

pub async fn clock(app: App, incoming: Incoming) -> Reply {
    answer(async { Ok(shown(&scope(&app, &incoming)?.clock)) }).await
}

pub async fn steer_clock(app: App, incoming: Incoming) -> Reply {
    answer(async {
        let scope = scope(&app, &incoming)?;
        let steer: Steer = body(&incoming).map_err(|error| refusal(format!("{error}\n{HINT}")))?;
        apply(&scope.clock, &steer)?;
        Ok(shown(&scope.clock))
    })
    .await
}

fn apply(clock: &Clock, steer: &Steer) -> Result<(), Error> {
    let out_of_range = |error: crate::clock::OutOfRange| refusal(error.to_string());
    match (&steer.advance, &steer.set, steer.resume, steer.freeze) {
        (Some(by), None, None, None) => {
            let by: SignedDuration =
                by.parse().map_err(|error| refusal(format!("`advance` cannot be read: {error}\n{HINT}")))?;
            clock.advance(by).map_err(out_of_range)
        }
        (None, Some(time), None, None) => {
            let time: Timestamp =
                time.parse().map_err(|error| refusal(format!("`set` cannot be read: {error}\n{HINT}")))?;
            clock.set(time).map_err(out_of_range)
        }
        (None, None, Some(true), None) => {
            clock.resume();
            Ok(())
        }
        (None, None, None, Some(true)) => {
            clock.freeze();
            Ok(())
        }
        _ => Err(refusal(format!("the clock takes exactly one order\n{HINT}"))),
    }
}

fn shown(clock: &Clock) -> Value {
    let now = clock.now();
    let offset_ms = now.duration_since(Timestamp::now()).as_millis();
    let offset_ms = if clock.is_steered() { i64::try_from(offset_ms).unwrap_or(i64::MAX) } else { 0 };
    json!({
        "now": now.to_string(), "steered": clock.is_steered(), "frozen": clock.is_frozen(), "offset_ms": offset_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_order_and_a_readable_one() {
        let clock = Clock::default();
        let steer = |text: &str| {
            let steer = serde_json::from_str(text).map_err(|error| error.to_string())?;
            apply(&clock, &steer).map_err(|error| error.to_string())
        };
        for wrong in [
            "{}",
            r#"{"resume": false}"#,
            r#"{"advance": "36h", "resume": true}"#,
            r#"{"advance": "soon"}"#,
            r#"{"advance": 36}"#,
            r#"{"set": "tomorrow"}"#,
            r#"{"set": "2026-12-01T00:00:00"}"#,
            r#"{"advance": "99999999h"}"#,
            r#"{"rewind": true}"#,
        ] {
            assert!(steer(wrong).is_err(), "{wrong}");
            assert!(!clock.is_steered(), "{wrong}");
        }
        for right in
            [r#"{"advance": "36h"}"#, r#"{"advance": "PT1H30M"}"#, r#"{"advance": "-5m"}"#, r#"{"freeze": true}"#]
        {
            assert_eq!(steer(right), Ok(()), "{right}");
        }
        assert!(clock.is_frozen());
        assert_eq!(steer(r#"{"resume": true}"#), Ok(()));
        assert!(!clock.is_steered());
    }
}
