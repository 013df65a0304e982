//! A recording written down: its segments, with the words and their times.

use super::search::Found;
use super::words::Word;

/// Seconds of silence after which a new segment begins.
const PAUSE: f32 = 1.0;

/// A recording written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    pub language: String,
    pub language_probability: f32,
    /// Seconds.
    pub duration: f32,
    /// Seconds that were listened to.
    pub listened: f32,
    pub segments: Vec<Segment>,
}

/// A sentence, or what is between two pauses.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Seconds from the recording's start.
    pub start: f32,
    pub end: f32,
    pub text: String,
    pub words: Vec<Word>,
    /// Of its window.
    pub temperature: f32,
    pub mean_log_probability: f32,
    pub compression: f32,
    pub no_speech: f32,
}

impl Transcript {
    /// All that was said, in one line.
    pub fn text(&self) -> String {
        let parts: Vec<&str> = self.segments.iter().map(|segment| segment.text.trim()).collect();
        parts.join(" ")
    }

    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.segments.iter().flat_map(|segment| &segment.words)
    }

    /// Adds a window's words, `offset` seconds into the recording, as segments: one ends with a sentence or before a pause.
    pub fn add(&mut self, words: Vec<Word>, offset: f32, found: &Found) {
        let mut is_open = false;
        for mut word in words {
            (word.start, word.end) = (word.start + offset, word.end + offset);
            let ends = word.text.trim_end().ends_with(['.', '?', '!', '。', '？', '！']);
            match self.segments.last_mut() {
                Some(segment) if is_open && word.start - segment.end < PAUSE => {
                    segment.end = word.end;
                    segment.text.push_str(&word.text);
                    segment.words.push(word);
                }
                _ => self.segments.push(Segment {
                    start: word.start,
                    end: word.end,
                    text: word.text.clone(),
                    words: vec![word],
                    temperature: found.temperature,
                    mean_log_probability: found.mean_log_probability,
                    compression: found.compression,
                    no_speech: found.no_speech,
                }),
            }
            is_open = !ends;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_pauses_part_segments() {
        let word = |text: &str, start: f32| Word { text: text.to_owned(), start, end: start + 0.3, probability: 1.0 };
        let found = Found {
            chosen: Vec::new(),
            no_speech: 0.0,
            mean_log_probability: -0.1,
            compression: 1.0,
            temperature: 0.0,
            first: 4,
        };
        let said = vec![word(" One", 0.0), word(" two.", 0.4), word(" Three", 0.9), word(" four", 3.0)];
        let mut transcript = Transcript {
            language: "en".to_owned(),
            language_probability: 1.0,
            duration: 20.0,
            listened: 20.0,
            segments: Vec::new(),
        };
        transcript.add(said, 10.0, &found);
        let to = &transcript.segments;
        let texts: Vec<&str> = to.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!(texts, [" One two.", " Three", " four"]);
        assert_eq!((to[0].start, to[2].start), (10.0, 13.0));
    }
}
