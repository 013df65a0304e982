//! Server-sent events as Workers AI streams them: one `data:` line and a blank line per event.

use serde_json::Value;

use crate::problem::{Problem, Result};

/// Puts events together from chunks of bytes, which may end in the middle of a line or a character.
#[derive(Default)]
pub struct Events {
    line: Vec<u8>,
    data: Option<String>,
}

impl Events {
    /// The data of every event that these bytes complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut complete = Vec::new();
        for &byte in bytes {
            if byte != b'\n' {
                self.line.push(byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line));
            if line.is_empty() {
                complete.extend(self.data.take());
            } else if let Some(data) = line.strip_prefix("data:") {
                let data = data.strip_prefix(' ').unwrap_or(data);
                match &mut self.data {
                    Some(earlier) => {
                        earlier.push('\n');
                        earlier.push_str(data);
                    }
                    none => *none = Some(data.to_owned()),
                }
            }
        }
        complete
    }
}

/// What one event of a chat stream carries.
#[derive(Debug, Default, PartialEq)]
pub struct Piece {
    pub text: String,
    pub usage: Option<Usage>,
    pub done: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    pub completion_tokens: u64,
    pub neurons: Option<f64>,
}

impl Piece {
    /// Reads a native frame (`response`), an OpenAI chunk (`choices[0].delta.content`), or `[DONE]`.
    pub fn parse(data: &str) -> Result<Self> {
        if data.trim() == "[DONE]" {
            return Ok(Self { done: true, ..Self::default() });
        }
        let frame: Value = serde_json::from_str(data)
            .map_err(|error| Problem::new(format!("a frame of the stream is not JSON ({error}): `{data}`")))?;
        if let Some(error) = frame.pointer("/errors/0") {
            return Err(Problem::new(format!("the server stopped the stream: {error}")));
        }
        let text = match frame.get("response").or_else(|| frame.pointer("/choices/0/delta/content")) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            // Seen in production: a token that reads as a number arrives as one.
            Some(other) => other.to_string(),
        };
        // OpenAI chunks count increments; the native frame at the end has the totals.
        let usage = frame.get("usage").filter(|usage| usage.is_object()).map(|usage| Usage {
            completion_tokens: usage["completion_tokens"].as_u64().unwrap_or_default(),
            neurons: usage["neurons"].as_f64(),
        });
        Ok(Self { text, usage, done: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_survive_any_cut() {
        let stream =
            "data: {\"response\":\"caf\u{e9}\"}\n\ndata: {\"response\":\"!\"}\r\n\r\n: a comment\n\ndata: [DONE]\n\n";
        let whole = Events::default().push(stream.as_bytes());
        assert_eq!(whole, ["{\"response\":\"caf\u{e9}\"}", "{\"response\":\"!\"}", "[DONE]"]);
        for size in 1..stream.len() {
            let mut events = Events::default();
            let pieces: Vec<String> = stream.as_bytes().chunks(size).flat_map(|chunk| events.push(chunk)).collect();
            assert_eq!(pieces, whole, "cut every {size} bytes");
        }
    }

    #[test]
    fn an_unfinished_event_is_kept_back() {
        let mut events = Events::default();
        assert!(events.push(b"data: one\n").is_empty());
        assert_eq!(events.push(b"data: two\n\n"), ["one\ntwo"]);
    }

    #[test]
    fn native_frames() {
        let piece = Piece::parse(r#"{"response":"Hel","p":"abcdefgh"}"#).unwrap();
        assert_eq!(piece, Piece { text: "Hel".into(), ..Piece::default() });
        assert_eq!(Piece::parse(r#"{"response":7}"#).unwrap().text, "7");
        assert_eq!(Piece::parse(r#"{"response":null,"tool_calls":[]}"#).unwrap().text, "");

        let last =
            r#"{"response":"","usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"neurons":0.5}}"#;
        assert_eq!(Piece::parse(last).unwrap().usage, Some(Usage { completion_tokens: 3, neurons: Some(0.5) }));
        assert!(Piece::parse("[DONE]").unwrap().done);
    }

    #[test]
    fn openai_chunks() {
        let chunk = r#"{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" lo"}}]}"#;
        assert_eq!(Piece::parse(chunk).unwrap().text, " lo");
        let role = r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":null}}],"usage":null}"#;
        assert_eq!(Piece::parse(role).unwrap(), Piece::default());
        assert_eq!(Piece::parse(r#"{"choices":[]}"#).unwrap(), Piece::default());
    }

    #[test]
    fn an_error_in_the_stream_is_an_error() {
        let error = Piece::parse(r#"{"errors":[{"code":3007,"message":"Request timeout"}]}"#).unwrap_err();
        assert!(error.to_string().contains("Request timeout"));
        assert!(Piece::parse("{half").is_err());
    }
}
