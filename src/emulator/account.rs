//! One account of a running emulator, for a Rust test in the same process.

use std::sync::Arc;

use crate::ai::neurons::Row;
use crate::api::App;
use crate::clock::Clock;
use crate::harness::{Entry, FaultBuilder, Filter, Scope, StubBuilder};
use crate::limits::{Limits, OverlayRow, PerPlan};

/// What a test can see and steer of its account; from [`Emulator::account`](crate::Emulator::account).
///
/// ```
/// use candleflare::{Emulator, contains, fault, stub};
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = Emulator::builder().seed(7).start().await?;
/// let account = emulator.account("0123456789abcdef0123456789abcdef");
/// account.stub(stub().input("$.prompt", contains("weather")).text("sunny"))?;
/// let id = account.fault(fault().times(1).error(3040))?;
/// account.clock().advance(jiff::SignedDuration::from_hours(36))?;
/// account.limit("ai.rate.text_generation", Some(10))?;
/// assert!(account.requests(&Default::default()).is_empty());
/// assert!(account.remove_fault(&id));
/// # emulator.stop().await;
/// # Ok(()) }
/// ```
pub struct Account<'a> {
    app: &'a App,
    scope: Arc<Scope>,
}

/// A stub, a fault or a limit that cannot be, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

impl std::fmt::Debug for Account<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Account").field("id", &self.scope.account).finish_non_exhaustive()
    }
}

impl<'a> Account<'a> {
    pub(super) fn new(app: &'a App, id: &str) -> Self {
        Self { app, scope: app.harness.scope(&id.to_ascii_lowercase()) }
    }

    /// Adds a stub, and gives its id.
    pub fn stub(&self, stub: StubBuilder) -> Result<String, Refused> {
        first(self.app.harness.add_stubs(&self.scope, stub.build()))
    }

    /// Stages a fault, and gives its id.
    pub fn fault(&self, fault: FaultBuilder) -> Result<String, Refused> {
        first(self.app.stage(&self.scope, fault.build()))
    }

    /// Whether the stub was there to be taken out.
    pub fn remove_stub(&self, id: &str) -> bool {
        self.scope.stubs.remove(id).is_some()
    }

    /// Whether the fault was there to be taken out.
    pub fn remove_fault(&self, id: &str) -> bool {
        self.app.unstage(&self.scope, Some(id)).is_some()
    }

    /// The account's time.
    pub fn clock(&self) -> &Clock {
        &self.scope.clock
    }

    /// The journal's entries of this account that `filter` matches; its own `account` says nothing here.
    pub fn requests(&self, filter: &Filter) -> Vec<Entry> {
        let filter = Filter { account: Some(self.scope.account.to_string()), ..filter.clone() };
        self.app.harness.journal().find(&filter)
    }

    /// What the account used of Workers AI, by day and model.
    pub fn usage(&self) -> Vec<Row> {
        self.app.ai.ledger().rows(Some(&self.scope.account))
    }

    /// Another value of a limit, or none.
    pub fn limit(&self, name: &str, value: Option<u64>) -> Result<(), Refused> {
        let mut limits = Limits::clone(&self.scope.limits());
        let row = OverlayRow { name: name.to_owned(), value: value.map(PerPlan::Same) };
        limits.change(vec![row]).map_err(Refused)?;
        self.app.set_limits(&self.scope, limits);
        Ok(())
    }

    /// Forgets all of it. Fails where the data folder cannot be written.
    pub fn reset(&self) -> Result<(), Refused> {
        self.app.reset(Some(&self.scope.account)).map_err(|error| Refused(error.to_string()))
    }
}

/// The id of one rule.
fn first(ids: Result<Vec<String>, String>) -> Result<String, Refused> {
    ids.map(|ids| ids.into_iter().next().unwrap_or_default()).map_err(Refused)
}
