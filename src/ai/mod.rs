//! The Workers AI service.

pub mod batch;
pub mod catalog;
pub mod finetunes;
pub mod gateway;
pub mod markdown;
pub mod media;
pub mod neurons;
pub mod resolve;
pub mod schema;
pub mod service;
pub mod tasks;
