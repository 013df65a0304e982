//! From an output's text, piece by piece, to what it says: an answer, reasoning, calls of tools.

mod call;

use super::speech::{CallFormat, Speech};
use call::{Call, Heard};

/// A part of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Content(String),
    Reasoning(String),
    /// The next call; its arguments follow.
    CallStart {
        name: String,
    },
    /// More of the latest call's arguments, as JSON text.
    Arguments(String),
    /// The latest call's arguments are whole.
    CallEnd,
}

/// What to look for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Tool calls.
    pub calls: bool,
    /// Reasoning; otherwise it stays where it is, as text.
    pub reasoning: bool,
    /// The prompt has opened a block of reasoning.
    pub thinking: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but white space so far: reasoning and bare calls begin here.
    Start,
    Thinking,
    /// Between reasoning and answer.
    Thought,
    Content,
    /// An opening has been seen, or a call has ended.
    BetweenCalls,
    InCall,
}

/// See the module. Whatever the text, nothing of it is lost but marks and the white space around them.
#[derive(Debug)]
pub struct Reader {
    format: Option<&'static CallFormat>,
    think: Option<(&'static str, &'static str)>,
    state: State,
    /// Arrived, and not yet understood.
    held: String,
    call: Call,
}

impl Reader {
    pub fn new(speech: &Speech, reading: Reading) -> Self {
        let think = speech.think_marks().filter(|_| reading.reasoning);
        let state = if reading.thinking && think.is_some() { State::Thinking } else { State::Start };
        let format = reading.calls.then_some(speech.calls);
        Self { format, think, state, held: String::new(), call: Call::default() }
    }

    /// The parts that are certain now.
    pub fn push(&mut self, text: &str) -> Vec<Part> {
        self.held.push_str(text);
        let mut parts = Vec::new();
        while self.step(&mut parts, false) {}
        parts
    }

    /// The rest, once it is known that nothing follows. A call that was cut off stays unended.
    pub fn finish(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        while self.step(&mut parts, true) {}
        parts
    }

    /// Understands some of what is held; `false` if more must come first.
    fn step(&mut self, parts: &mut Vec<Part>, last: bool) -> bool {
        match self.state {
            State::Start => self.start(last),
            State::Thinking => self.thinking(parts, last),
            State::Thought => self.skip_space(State::Content),
            State::Content => self.content(parts, last),
            State::BetweenCalls => self.between(last),
            State::InCall => self.in_call(parts),
        }
    }

    fn start(&mut self, last: bool) -> bool {
        let text = self.held.trim_start();
        let space = self.held.len() - text.len();
        let prelude = self.format.map_or("", |format| format.prelude);
        let is_bare = self.format.is_some_and(|format| format.open.is_empty());
        let opening = self.think.map_or("", |(open, _)| open);
        for (mark, then) in [(opening, State::Thinking), (prelude, State::BetweenCalls)] {
            if !mark.is_empty() && text.starts_with(mark) {
                self.held.drain(..space + mark.len());
                self.state = then;
                return true;
            }
        }
        if is_bare && text.starts_with('{') {
            self.state = State::BetweenCalls;
            return true;
        }
        let undecided = text.is_empty() || [opening, prelude].iter().any(|mark| mark.starts_with(text));
        if undecided && !last {
            return false;
        }
        self.state = State::Content;
        !self.held.is_empty()
    }

    fn thinking(&mut self, parts: &mut Vec<Part>, last: bool) -> bool {
        let close = self.think.map_or("", |(_, close)| close);
        let found = self.until(close, last, |text| parts.push(Part::Reasoning(text)));
        if found {
            self.state = State::Thought;
        }
        found
    }

    fn content(&mut self, parts: &mut Vec<Part>, last: bool) -> bool {
        let open = self.format.map_or("", |format| format.open);
        let found = self.until(open, last, |text| parts.push(Part::Content(text)));
        if found {
            self.state = State::BetweenCalls;
        }
        found
    }

    /// Gives out what stands before `mark` and takes the mark; `false` if it is not there, and then what may be its
    /// beginning is held back.
    fn until(&mut self, mark: &str, last: bool, mut give: impl FnMut(String)) -> bool {
        let mut found = None;
        if !mark.is_empty() {
            found = self.held.find(mark);
        }
        let end = match found {
            Some(start) => start,
            None if last || mark.is_empty() => self.held.len(),
            None => self.held.len() - begun(&self.held, mark),
        };
        let text: String = self.held.drain(..end).collect();
        if !text.is_empty() {
            give(text);
        }
        if found.is_some() {
            self.held.drain(..mark.len());
        }
        found.is_some()
    }

    fn skip_space(&mut self, then: State) -> bool {
        let space = self.held.len() - self.held.trim_start().len();
        self.held.drain(..space);
        if self.held.is_empty() {
            return false;
        }
        self.state = then;
        true
    }

    /// Marks, brackets and commas up to the next call, or back to text.
    fn between(&mut self, last: bool) -> bool {
        let Some(format) = self.format else {
            self.state = State::Content;
            return true;
        };
        let text = self.held.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '[' | ']'));
        // A mark may begin with a bracket.
        for mark in [format.close, format.open].into_iter().filter(|mark| !mark.is_empty()) {
            let text = self.held.trim_start();
            if text.starts_with(mark) {
                let taken = self.held.len() - text.len() + mark.len();
                self.held.drain(..taken);
                return true;
            }
            if !last && mark.starts_with(text) {
                return false;
            }
        }
        if text.is_empty() {
            return false;
        }
        let skipped = self.held.len() - text.len();
        self.state = if text.starts_with('{') { State::InCall } else { State::Content };
        self.held.drain(..skipped);
        if self.state == State::InCall {
            self.call = Call::default();
        }
        true
    }

    fn in_call(&mut self, parts: &mut Vec<Part>) -> bool {
        let key = self.format.map_or("", |format| format.arguments);
        let mut arguments = String::new();
        let mut taken = self.held.len();
        let mut ended = false;
        for (index, character) in self.held.char_indices() {
            match self.call.push(character, key) {
                Heard::Nothing => {}
                Heard::Name(name) => parts.push(Part::CallStart { name }),
                Heard::Argument => arguments.push(character),
                Heard::ArgumentsEnd => {
                    arguments.push(character);
                    parts.push(Part::Arguments(std::mem::take(&mut arguments)));
                    parts.push(Part::CallEnd);
                }
                Heard::End => {
                    taken = index + character.len_utf8();
                    ended = true;
                    break;
                }
            }
        }
        if !arguments.is_empty() {
            parts.push(Part::Arguments(arguments));
        }
        self.held.drain(..taken);
        if ended {
            self.state = State::BetweenCalls;
        }
        ended
    }
}

/// How many bytes at the end of `text` may be the beginning of `mark`.
fn begun(text: &str, mark: &str) -> usize {
    let from = text.len().saturating_sub(mark.len() - 1);
    let start = (from..text.len()).filter(|start| text.is_char_boundary(*start));
    start.map(|start| &text[start..]).find(|tail| mark.starts_with(tail)).map_or(0, str::len)
}

#[cfg(test)]
mod tests;
