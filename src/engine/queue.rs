//! A thread owns each loaded checkpoint. Requests reach it through a bounded inbox with a deadline and a
//! cancellation token; a full inbox refuses at once, which the service turns into production's 3040.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use crate::clock::Deadline;
use crate::engine::backend::Failure;

/// Set by whoever waits, read by whoever computes.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Cancels when it is dropped: hold it where the answer is awaited.
    pub fn guard(&self) -> CancelOnDrop {
        CancelOnDrop(self.clone())
    }
}

/// See [`Cancel::guard`].
#[derive(Debug)]
pub struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// What long work asks again and again: an error says that it is wanted no more, and ends it.
pub type Check<'a> = &'a dyn Fn() -> Result<(), Failure>;

/// When and whether a request is still wanted.
#[derive(Debug, Clone)]
pub struct Ticket {
    pub deadline: Deadline,
    pub cancel: Cancel,
}

impl Ticket {
    /// `Err` once nobody waits any more or the time is up. Checked between batches and between tokens.
    pub fn check(&self) -> Result<(), Failure> {
        if self.cancel.is_cancelled() {
            Err(Failure::Cancelled)
        } else if self.deadline.passed() {
            Err(Failure::DeadlineExceeded)
        } else {
            Ok(())
        }
    }
}

/// How much a checkpoint's thread takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueOptions {
    /// Requests that may wait; one more is refused with [`Failure::Busy`]. At least 1.
    pub capacity: usize,
    /// Tokens that one forward pass may take in, over all requests. A decoder takes a prompt in pieces of at most
    /// this many, so that the streams in flight go on meanwhile.
    pub batch_tokens: usize,
    /// Sequences that a decoder holds at once.
    pub slots: usize,
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self { capacity: 256, batch_tokens: 2048, slots: 8 }
    }
}

/// The sending side of a checkpoint's thread. The thread ends when the last sender is gone.
#[derive(Debug)]
pub struct Inbox<T> {
    sender: SyncSender<T>,
    capacity: usize,
}

impl<T> Clone for Inbox<T> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), capacity: self.capacity }
    }
}

impl<T: Send + 'static> Inbox<T> {
    /// Starts the thread `name` that runs `work` over a queue of at most `capacity` waiting requests.
    pub fn spawn(
        name: &str,
        capacity: usize,
        work: impl FnOnce(Receiver<T>) + Send + 'static,
    ) -> Result<Self, Failure> {
        let (sender, receiver) = sync_channel(capacity);
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(receiver))
            .map_err(|error| Failure::Backend(format!("cannot start the thread `{name}`: {error}")))?;
        Ok(Self { sender, capacity })
    }

    /// Hands a request over without waiting.
    pub fn submit(&self, request: T) -> Result<(), Failure> {
        self.sender.try_send(request).map_err(|error| match error {
            TrySendError::Full(_) => Failure::Busy { capacity: self.capacity },
            TrySendError::Disconnected(_) => Failure::Backend("the checkpoint's thread has ended".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_full_inbox_refuses() {
        let (release, gate) = sync_channel::<()>(0);
        let inbox = Inbox::spawn("test", 1, move |receiver: Receiver<u32>| {
            let _ = gate.recv();
            receiver.into_iter().for_each(drop);
        })
        .unwrap();
        inbox.submit(1).unwrap();
        assert_eq!(inbox.submit(2), Err(Failure::Busy { capacity: 1 }));
        release.send(()).unwrap();
    }

    #[test]
    fn a_ticket_says_why_it_is_void() {
        let cancel = Cancel::default();
        let ticket = Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: cancel.clone() };
        assert_eq!(ticket.check(), Ok(()));
        drop(cancel.guard());
        assert_eq!(ticket.check(), Err(Failure::Cancelled));
        let late = Ticket { deadline: Deadline::after(Duration::ZERO), cancel: Cancel::default() };
        assert_eq!(late.check(), Err(Failure::DeadlineExceeded));
    }
}
