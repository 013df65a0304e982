//! The catalogue: every model id and its facts.
