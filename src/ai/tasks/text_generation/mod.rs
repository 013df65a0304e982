//! Text generation: prompts and chats, in both of production's output families.
//!
//! Fields, defaults and ranges: workers-ai reference 4.1; the schema has checked them before this reads them.

mod answer;
mod frames;
mod message;
mod parameters;
mod request;
mod responses;
mod shape;
mod tools;

pub use answer::{Calls, Form, Identity, Style};
pub use frames::{Frames, Opening};
pub use message::{Choice, Delta, FinishReason, Message, Output, ToolCall};
pub use request::{Endpoint, Request};
pub use responses::{Echo, Events as ResponseEvents};
pub use tools::refuse_early;

/// The schema of the newer serving engines, and of the OpenAI-compatible endpoint.
pub const OPENAI_SCHEMA: &str = "text-generation-openai";
