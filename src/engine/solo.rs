//! A thread that owns a backend and runs one job after the other: for models whose single answer fills the cores, such as
//! those of pictures and sounds. What batches over requests has a thread of its own kind (`embed`, `generate`).

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use crate::clock::Stopwatch;
use crate::engine::backend::Failure;
use crate::engine::queue::{Inbox, Ticket};

/// See the module.
pub struct Solo<B> {
    inbox: Inbox<Job<B>>,
}

type Job<B> = Box<dyn FnOnce(&mut B) + Send>;

/// What a job made, and its times in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<T> {
    pub value: T,
    /// Between acceptance and the first computation.
    pub queue_ms: f64,
    pub compute_ms: f64,
}

impl<B: Send + 'static> Solo<B> {
    /// Starts the thread `name` that owns `backend`; at most `capacity` jobs wait.
    pub fn spawn(name: &str, capacity: usize, mut backend: B) -> Result<Self, Failure> {
        let work = move |jobs: Receiver<Job<B>>| jobs.into_iter().for_each(|job| job(&mut backend));
        Ok(Self { inbox: Inbox::spawn(name, capacity.max(1), work)? })
    }

    /// Hands a job over without waiting; on `Err` its `reply` is not called. `work` checks the ticket wherever it can
    /// stop; one that is void before its turn is not computed at all. A panic in it fails this job and no other.
    /// `reply` is called once, on the backend's thread, and must not block.
    pub fn submit<T: 'static>(
        &self,
        ticket: Ticket,
        work: impl FnOnce(&mut B, &Ticket) -> Result<T, Failure> + Send + 'static,
        reply: impl FnOnce(Result<Done<T>, Failure>) + Send + 'static,
    ) -> Result<(), Failure> {
        let waiting = Stopwatch::new();
        self.inbox.submit(Box::new(move |backend| {
            let queue_ms = waiting.ms();
            let watch = Stopwatch::new();
            let worked = ticket.check().and_then(|()| {
                catch_unwind(AssertUnwindSafe(|| work(backend, &ticket)))
                    .unwrap_or_else(|panic| Err(Failure::Backend(format!("the model panicked: {}", text_of(&*panic)))))
            });
            let done = worked.map(|value| Done { value, queue_ms, compute_ms: watch.ms() });
            if catch_unwind(AssertUnwindSafe(|| reply(done))).is_err() {
                tracing::error!("whoever waited for a model's answer panicked");
            }
        }))
    }
}

/// What a panic said.
pub(super) fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;
    use std::time::Duration;

    use super::*;
    use crate::clock::Deadline;
    use crate::engine::queue::Cancel;

    fn ticket() -> Ticket {
        Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() }
    }

    fn ask<T: Send + 'static>(
        solo: &Solo<u32>,
        ticket: Ticket,
        work: impl FnOnce(&mut u32, &Ticket) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (sender, receiver) = sync_channel(1);
        solo.submit(ticket, work, move |done| sender.send(done).unwrap())?;
        receiver.recv().unwrap().map(|done| done.value)
    }

    #[test]
    fn jobs_run_one_after_the_other_over_one_backend() {
        let solo = Solo::spawn("test", 4, 1).unwrap();
        let double = |number: &mut u32, _: &Ticket| {
            *number *= 2;
            Ok(*number)
        };
        assert_eq!(ask(&solo, ticket(), double), Ok(2));
        assert_eq!(ask(&solo, ticket(), double), Ok(4));
    }

    #[test]
    fn a_panic_and_a_void_ticket_fail_their_own_job_only() {
        let solo = Solo::spawn("test", 4, 7).unwrap();
        let failed = ask(&solo, ticket(), |_, _| -> Result<(), Failure> { panic!("ouch") });
        assert_eq!(failed, Err(Failure::Backend("the model panicked: ouch".to_owned())));
        let void = ticket();
        void.cancel.cancel();
        let touched = ask(&solo, void, |number, _| {
            *number = 0;
            Ok(())
        });
        assert_eq!(touched, Err(Failure::Cancelled));
        assert_eq!(ask(&solo, ticket(), |number, _| Ok(*number)), Ok(7));
    }

    #[test]
    fn more_than_may_wait_is_refused() {
        let solo = Solo::spawn("test", 1, 0).unwrap();
        let (release, gate) = sync_channel::<()>(0);
        let (started, starts) = sync_channel::<()>(0);
        let hold = move |_: &mut u32, _: &Ticket| {
            started.send(()).unwrap();
            gate.recv().unwrap();
            Ok(())
        };
        solo.submit(ticket(), hold, |_| {}).unwrap();
        starts.recv().unwrap();
        solo.submit(ticket(), |_, _| Ok(()), |_| {}).unwrap();
        assert_eq!(solo.submit(ticket(), |_, _| Ok(()), |_| {}), Err(Failure::Busy { capacity: 1 }));
        release.send(()).unwrap();
    }
}
