//! OpenAI's Responses API over the same generation: its input becomes a chat's, its output is made of the same parts.

mod events;
mod input;
mod object;

pub use events::Events;
pub use input::{as_chat, is_responses};
pub use object::Echo;
