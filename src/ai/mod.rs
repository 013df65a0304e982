//! The Workers AI service.

pub mod catalog;
pub mod schema;
