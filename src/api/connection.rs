//! The connections below HTTP: how many there are, how long a client may take, and how one is reset.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::limits::Limits;

/// For a refusal to go out to a client that has taken too long.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Between two requests.
    idle: Duration,
    /// To send a request, from its first byte to its last.
    request: Duration,
    /// To take any part of an answer.
    response: Duration,
}

/// What a handler knows of its connection.
#[derive(Debug, Clone)]
pub struct Connection(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Requests that were read and are not answered to the end.
    in_flight: AtomicU32,
    reset: AtomicBool,
    /// For a whole request.
    patience: Duration,
    /// When the request that is being sent has to be there.
    due: Mutex<Option<Instant>>,
    /// A handler waits for the rest of a request, and will say so if it does not come.
    is_awaited: AtomicBool,
}

impl Shared {
    fn due(&self) -> MutexGuard<'_, Option<Instant>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Resets the connection: the client sees neither status nor end.
    pub fn reset(&self) {
        self.0.reset.store(true, Ordering::Release);
    }

    /// Seconds in which a whole request must be there.
    pub fn request_seconds(&self) -> u64 {
        self.0.patience.as_secs()
    }

    /// What `reading` comes to, unless the client takes too long to send what it began.
    pub async fn in_time<T>(&self, reading: impl Future<Output = T>) -> Option<T> {
        let due = *self.0.due().get_or_insert_with(|| Instant::now() + self.0.patience);
        self.0.is_awaited.store(true, Ordering::Release);
        tokio::time::timeout_at(due, reading).await.ok()
    }

    /// A request has been read, or refused; it is in flight until this is dropped.
    pub fn in_flight(&self) -> InFlight {
        *self.0.due() = None;
        self.0.is_awaited.store(false, Ordering::Release);
        self.0.in_flight.fetch_add(1, Ordering::AcqRel);
        InFlight(Arc::clone(&self.0))
    }
}

/// See [`Connection::in_flight`].
#[derive(Debug)]
pub struct InFlight(Arc<Shared>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A listener that takes so many connections and no more: the others wait in the system's queue.
pub struct Door {
    listener: TcpListener,
    room: Arc<Semaphore>,
    patience: Patience,
}

impl Door {
    pub fn new(listener: TcpListener, limits: &Limits) -> Self {
        let seconds = |name| Duration::from_secs(limits.value(name).unwrap_or(u64::from(u32::MAX)));
        let patience = Patience {
            idle: seconds("http.idle_seconds"),
            request: seconds("http.request_seconds"),
            response: seconds("http.response_seconds"),
        };
        let room = limits.value("http.connections").and_then(|most| usize::try_from(most).ok());
        let room = Arc::new(Semaphore::new(room.unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS)));
        Self { listener, room, patience }
    }
}

impl Listener for Door {
    type Io = Guarded;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guarded, SocketAddr) {
        loop {
            let room = Arc::clone(&self.room).acquire_owned().await.ok();
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    // A stream's frames are small, and each is worth sending at once.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "a connection without `nodelay`");
                    }
                    return (Guarded::new(stream, self.patience, room), address);
                }
                Err(error) => {
                    // Out of file descriptors, or a client that was gone at once.
                    tracing::debug!(%error, "a connection was not accepted");
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Door>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self(Arc::clone(&stream.io().shared))
    }
}

/// A connection whose client is waited for so long and no longer.
pub struct Guarded {
    stream: TcpStream,
    shared: Arc<Shared>,
    patience: Patience,
    /// While the client is waited for: when patience ends.
    reading: Option<Wait>,
    writing: Option<Pin<Box<Sleep>>>,
    _room: Option<OwnedSemaphorePermit>,
}

struct Wait {
    until: Pin<Box<Sleep>>,
    /// A part of a request has come.
    has_begun: bool,
}

impl Guarded {
    fn new(stream: TcpStream, patience: Patience, room: Option<OwnedSemaphorePermit>) -> Self {
        let shared = Shared {
            in_flight: AtomicU32::new(0),
            reset: AtomicBool::new(false),
            patience: patience.request,
            due: Mutex::new(None),
            is_awaited: AtomicBool::new(false),
        };
        Self { stream, shared: Arc::new(shared), patience, reading: None, writing: None, _room: room }
    }

    fn refuse_if_reset(&self) -> io::Result<()> {
        if self.shared.reset.load(Ordering::Acquire) {
            // Without lingering the system sends a reset instead of an orderly end.
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        if let Poll::Ready(done) = Pin::new(&mut this.stream).poll_read(context, buffer) {
            let came = buffer.filled().len() > before;
            if came && this.shared.in_flight.load(Ordering::Acquire) == 0 {
                let fresh = this.reading.as_ref().is_none_or(|wait| !wait.has_begun);
                if fresh {
                    let due = Instant::now() + this.patience.request;
                    *this.shared.due() = Some(due);
                    this.reading = Some(Wait { until: Box::pin(sleep_until(due)), has_begun: true });
                }
            }
            return Poll::Ready(done);
        }
        if this.shared.in_flight.load(Ordering::Acquire) > 0 {
            // The client waits for us, not we for it.
            this.reading = None;
            return Poll::Pending;
        }
        let idle = this.patience.idle;
        let wait = this.reading.get_or_insert_with(|| Wait { until: Box::pin(sleep(idle)), has_begun: false });
        if wait.until.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        if this.shared.is_awaited.swap(false, Ordering::AcqRel) {
            // The handler's own patience ends in the same moment.
            wait.until.as_mut().reset(Instant::now() + LAST_WORDS);
            if wait.until.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
        }
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.refuse_if_reset()?;
        let done = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.waited(context, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.refuse_if_reset()?;
        let done = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.waited(context, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.refuse_if_reset()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Guarded {
    /// A client that takes nothing of its answer for too long has lost it.
    fn waited(&mut self, context: &mut Context<'_>, done: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if done.is_ready() {
            self.writing = None;
            // An answer went out: the next request begins its own time.
            if self.reading.as_ref().is_some_and(|wait| wait.has_begun) {
                self.reading = None;
            }
            return done;
        }
        let patience = self.patience.response;
        let wait = self.writing.get_or_insert_with(|| Box::pin(sleep(patience)));
        match wait.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}
