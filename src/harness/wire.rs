//! What can happen to an answer on its way out. `api` does it; this only says what.

use std::time::Duration;

/// Events are counted as they are sent, `[DONE]` among them. An answer that is no stream has one event: itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// A pause before each event of a stream.
    Slow { gap: Duration },
    /// After so many events nothing more comes, and the connection stays.
    Stall { after: u64 },
    /// After so many events the connection ends without the answer's end.
    Cut { after: u64 },
    /// The connection is reset and nothing is answered.
    Reset,
    /// The event after so many is sent by half, and the answer ends well.
    Truncate { after: u64 },
    /// `[DONE]` comes twice.
    DuplicateDone,
    /// `[DONE]` does not come.
    MissingDone,
    /// A status and nothing else.
    Bare { status: u16 },
}
