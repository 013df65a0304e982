//! The Vectorize service.
