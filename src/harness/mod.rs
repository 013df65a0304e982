//! What a test can see and steer: the journal of calls. Stubs, faults and recordings come to live here too.

mod journal;

pub use journal::{Dialect, Entry, Filter, Journal, Milliseconds, Operation, Service};
