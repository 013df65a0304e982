//! The Workers AI service.

pub mod catalog;
pub mod neurons;
pub mod resolve;
pub mod schema;
pub mod service;
pub mod tasks;
