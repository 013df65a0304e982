//! Which process takes the next invocation: those that serve, one warm standby, and a fair queue before them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::oneshot;

use super::instance::{Instance, Mold};
use super::process::LaunchError;
use crate::clock::Stopwatch;

/// A request that waits longer than this for a process gets one of its own, up to the pool's size.
const GROW_AFTER: Duration = Duration::from_millis(50);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Failed starts in a row that are called a loop.
const LOOP: u32 = 3;

/// Why there is no process for an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// As many wait as may.
    Full,
    /// Processes do not start any more.
    Failing,
}

pub struct Pool {
    mold: Mold,
    /// Most processes that serve at once.
    size: usize,
    state: Mutex<State>,
    me: Weak<Self>,
}

#[derive(Default)]
struct State {
    /// Serving, and free now. The oldest takes the next invocation, so that a Worker's memory stays together.
    idle: Vec<Arc<Instance>>,
    /// Serving, free or not.
    serving: usize,
    standby: Option<Arc<Instance>>,
    launching: bool,
    failures: u32,
    waiting: VecDeque<Waiter>,
    stopped: bool,
}

struct Waiter {
    since: Stopwatch,
    /// It comes from an invocation that waits for it, and so may not wait for that one's process.
    nested: bool,
    lease: oneshot::Sender<Result<Lease, Unavailable>>,
}

/// A process for one invocation. It goes back when this is dropped.
pub struct Lease {
    pub instance: Arc<Instance>,
    pool: Arc<Pool>,
}

impl Pool {
    /// Starts the first process, or says why the Worker does not start; a standby follows.
    pub async fn start(mold: Mold, size: usize) -> Result<Arc<Self>, LaunchError> {
        let first = Arc::new(mold.cast(true).await?);
        let state = State { idle: vec![first], serving: 1, ..State::default() };
        let pool = Arc::new_cyclic(|me| Self { mold, size: size.max(1), state: Mutex::new(state), me: me.clone() });
        pool.keep_standby();
        Ok(pool)
    }

    /// A process, in the order of asking; one that is `nested` in another invocation comes first.
    pub async fn lease(&self, nested: bool) -> Result<Lease, Unavailable> {
        let waiting = {
            let mut state = self.lock();
            if state.waiting.is_empty()
                && let Some(instance) = state.take()
            {
                drop(state);
                self.keep_standby();
                return self.leased(instance).ok_or(Unavailable::Failing);
            }
            if state.serving == 0 && state.failures >= LOOP {
                return Err(Unavailable::Failing);
            }
            if state.waiting.len() >= self.mold.bounds.waiting {
                return Err(Unavailable::Full);
            }
            let (lease, waiting) = oneshot::channel();
            let waiter = Waiter { since: Stopwatch::new(), nested, lease };
            if nested {
                state.waiting.push_front(waiter)
            } else {
                state.waiting.push_back(waiter)
            }
            waiting
        };
        self.keep_standby();
        let mut waiting = waiting;
        loop {
            tokio::select! {
                lease = &mut waiting => return lease.unwrap_or(Err(Unavailable::Failing)),
                () = tokio::time::sleep(GROW_AFTER) => self.hand_out(),
            }
        }
    }

    /// Ends every process that is not in use; those in use end with their invocation.
    pub fn stop(&self) {
        let ended = {
            let mut state = self.lock();
            state.stopped = true;
            (std::mem::take(&mut state.idle), state.standby.take(), std::mem::take(&mut state.waiting))
        };
        drop(ended);
    }

    fn leased(&self, instance: Arc<Instance>) -> Option<Lease> {
        Some(Lease { instance, pool: self.me.upgrade()? })
    }

    /// Gives free processes to those that wait.
    fn hand_out(&self) {
        loop {
            let mut state = self.lock();
            state.waiting.retain(|waiter| !waiter.lease.is_closed());
            let Some(first) = state.waiting.front() else { break };
            let size = if first.nested { self.size + self.mold.bounds.loops } else { self.size };
            let grow = state.serving < size && first.since.elapsed() >= GROW_AFTER;
            let Some(instance) = state.take().or_else(|| if grow { state.promote() } else { None }) else { break };
            let Some(waiter) = state.waiting.pop_front() else { break };
            drop(state);
            if let Some(lease) = self.leased(instance) {
                // One who has gone away meanwhile drops the lease, and so gives it back.
                let _ = waiter.lease.send(Ok(lease));
            }
        }
        self.keep_standby();
    }

    /// Starts a process in the background unless one is ready, or about to be.
    fn keep_standby(&self) {
        {
            let mut state = self.lock();
            if state.launching || state.stopped || state.standby.is_some() {
                return;
            }
            state.launching = true;
        }
        let Some(me) = self.me.upgrade() else { return };
        tokio::spawn(async move {
            while let Err(error) = me.launch().await {
                let pause = me.failed(&error);
                tokio::time::sleep(pause).await;
                if me.lock().stopped {
                    return;
                }
            }
            me.hand_out();
        });
    }

    async fn launch(&self) -> Result<(), LaunchError> {
        let instance = Arc::new(self.mold.cast(false).await?);
        let mut state = self.lock();
        state.launching = false;
        state.failures = 0;
        if !state.stopped {
            state.standby = Some(instance);
        }
        Ok(())
    }

    /// Says that a start failed; how long to wait before the next. Whoever waits for a process waits in vain.
    fn failed(&self, error: &LaunchError) -> Duration {
        let mut state = self.lock();
        state.failures += 1;
        let (failures, alone) = (state.failures, state.serving == 0);
        let waiting = if alone { std::mem::take(&mut state.waiting) } else { VecDeque::new() };
        drop(state);
        for waiter in waiting {
            let _ = waiter.lease.send(Err(Unavailable::Failing));
        }
        let pause = (FIRST_PAUSE * 2_u32.saturating_pow(failures - 1)).min(LONGEST_PAUSE);
        let (ms, looping) = (pause.as_millis(), failures >= LOOP);
        tracing::error!(target: "candleflare::worker", %error, failures, "the Worker does not start again; trying in {ms} ms{}",
            if looping { " (a crash loop)" } else { "" });
        pause
    }

    fn give_back(&self, instance: Arc<Instance>) {
        {
            let mut state = self.lock();
            if instance.process.dead() || state.stopped {
                state.serving -= 1;
            } else {
                state.idle.push(instance);
                state.idle.sort_by_key(|instance| instance.id);
            }
        }
        self.hand_out();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A free process that lives, or the standby where none serves.
    fn take(&mut self) -> Option<Arc<Instance>> {
        while !self.idle.is_empty() {
            let instance = self.idle.remove(0);
            if !instance.process.dead() {
                return Some(instance);
            }
            self.serving -= 1;
        }
        if self.serving == 0 { self.promote() } else { None }
    }

    fn promote(&mut self) -> Option<Arc<Instance>> {
        let instance = self.standby.take().filter(|instance| !instance.process.dead())?;
        self.serving += 1;
        Some(instance)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.pool.give_back(Arc::clone(&self.instance));
    }
}
