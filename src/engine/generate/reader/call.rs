//! One call's object, character by character.

use serde_json::Value as Json;

/// What a character of a call's object means.
pub enum Heard {
    Nothing,
    Name(String),
    Argument,
    ArgumentsEnd,
    End,
}

/// An object `{"name": …, "arguments": {…}}` that arrives character by character.
#[derive(Debug, Default)]
pub struct Call {
    depth: usize,
    in_string: bool,
    is_escaped: bool,
    /// The string under way at depth 1, with its quotes; then the last whole one.
    string: String,
    key: String,
    is_value: bool,
    in_arguments: bool,
}

impl Call {
    /// `arguments` is the key of the arguments.
    pub fn push(&mut self, character: char, arguments: &str) -> Heard {
        if self.in_string {
            return self.in_string(character);
        }
        match character {
            '"' => {
                self.in_string = true;
                if self.depth == 1 {
                    self.string = String::from('"');
                }
            }
            '{' | '[' => {
                self.in_arguments |= self.depth == 1 && self.is_value && self.key == arguments;
                self.depth += 1;
            }
            '}' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return Heard::End;
                }
                if self.depth == 1 && std::mem::take(&mut self.in_arguments) {
                    return Heard::ArgumentsEnd;
                }
            }
            ':' if self.depth == 1 => {
                self.key = unquoted(&self.string);
                self.is_value = true;
            }
            ',' if self.depth == 1 => self.is_value = false,
            _ => {}
        }
        self.heard()
    }

    fn in_string(&mut self, character: char) -> Heard {
        if self.depth == 1 {
            self.string.push(character);
        }
        match character {
            _ if std::mem::take(&mut self.is_escaped) => {}
            '\\' => self.is_escaped = true,
            '"' => {
                self.in_string = false;
                if self.depth == 1 && self.is_value && self.key == "name" {
                    return Heard::Name(unquoted(&self.string));
                }
            }
            _ => {}
        }
        self.heard()
    }

    fn heard(&self) -> Heard {
        if self.in_arguments { Heard::Argument } else { Heard::Nothing }
    }
}

fn unquoted(text: &str) -> String {
    serde_json::from_str::<Json>(text).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
