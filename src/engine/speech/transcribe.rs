//! A recording of any length: windows that end in pauses, each heard and written down, with what came before as its context.

use std::ops::Range;

use super::config::Tokens;
use super::search::{self, Beginning, Found, Thresholds};
use super::words::{STATE, Word, timed};
use super::{RATE, Whisper, voice};
use crate::engine::backend::Failure;
use crate::engine::kernels::threads;

/// What is wanted of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Code of the language that is spoken; found out if none.
    pub language: Option<String>,
    /// English is written, whatever is spoken.
    pub translate: bool,
    /// Text that could stand before the recording's.
    pub prompt: Option<String>,
    /// Text that the recording's begins with.
    pub prefix: Option<String>,
    /// Each window sees the text before it.
    pub is_continuous: bool,
    pub thresholds: Thresholds,
    /// What is no voice is left out first.
    pub voice_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            language: None,
            translate: false,
            prompt: None,
            prefix: None,
            is_continuous: true,
            thresholds: Thresholds::default(),
            voice_only: false,
        }
    }
}

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
}

/// Languages that are written without blanks between words.
const WITHOUT_BLANKS: [&str; 6] = ["zh", "ja", "th", "lo", "my", "yue"];
/// Seconds of silence after which a new segment begins.
const PAUSE: f32 = 1.0;
/// Samples that are too short to hold a word.
const SHORTEST: usize = RATE as usize / 50;

impl Whisper {
    /// Writes down `sound`, mono at [`RATE`]. `check` ends the work.
    pub fn transcribe(
        &mut self,
        sound: &[f32],
        options: &Options,
        check: &dyn Fn() -> Result<(), Failure>,
    ) -> Result<Transcript, Failure> {
        let given = options.language.as_deref().map(|code| self.known(code)).transpose()?;
        let heard = match options.voice_only {
            true => voice::stretches(sound),
            false => std::iter::once(0..sound.len()).collect(),
        };
        let mut transcript = Transcript {
            language: given.as_ref().map_or("en", |(code, _)| code).to_owned(),
            language_probability: 1.0,
            duration: sound.len() as f32 / RATE as f32,
            listened: heard.iter().map(Range::len).sum::<usize>() as f32 / RATE as f32,
            segments: Vec::new(),
        };
        let mut language = given.and_then(|(_, token)| token);
        let must_find = options.language.is_none() && self.tokens.tasks.is_some();
        let mut is_found = !must_find;
        let mut before = options.prompt.as_deref().map(|text| self.ids(text)).transpose()?.unwrap_or_default();
        let mut prefix = options.prefix.as_deref().map(|text| self.ids(text)).transpose()?.unwrap_or_default();
        prefix.truncate(self.decoder.context / 4);
        for window in windows(sound, &heard, self.encoder.samples()) {
            check()?;
            let states = threads::install(|| {
                let picture = self.mel.picture(&sound[window.clone()], self.encoder.frames());
                self.encoder.encode(&picture, check)
            })?;
            let (found, words) = threads::install(|| {
                let mut saying = self.decoder.listen(&states);
                if !is_found {
                    is_found = true;
                    let odds = search::odds(&mut self.decoder, &mut saying, self.tokens.start)?;
                    (language, transcript.language_probability) = likeliest(&self.tokens, &odds);
                    if let Some((code, _)) = self.tokens.languages.iter().find(|(_, token)| Some(**token) == language) {
                        transcript.language.clone_from(code);
                    }
                }
                let start = self.tokens.beginning(language, usize::from(options.translate));
                let prompt = self.prompt(&before);
                let beginning = Beginning { prompt: &prompt, start: &start, prefix: &prefix };
                let tokenizer = &self.tokenizer;
                let text = |ids: &[u32]| tokenizer.decode(ids, true).unwrap_or_default();
                let (decoder, tokens) = (&mut self.decoder, &self.tokens);
                let thresholds = &options.thresholds;
                let found = search::search(decoder, &mut saying, tokens, &beginning, thresholds, &text, check)?;
                let seconds = window.len() as f32 / RATE as f32;
                let place = (found.first, ((seconds / STATE) as usize + 1).min(self.encoder.positions));
                let by_letter = WITHOUT_BLANKS.contains(&transcript.language.as_str());
                let heads = &self.tokens.alignment;
                let mut words = timed(&self.decoder, &saying, heads, place, &found.chosen, tokenizer, by_letter);
                for word in &mut words {
                    (word.start, word.end) = (word.start.min(seconds), word.end.min(seconds));
                }
                Ok::<_, Failure>((found, words))
            })?;
            prefix.clear();
            let is_silent = found.no_speech > options.thresholds.no_speech
                && found.mean_log_probability < options.thresholds.log_probability;
            if is_silent || found.chosen.is_empty() {
                continue;
            }
            // What was found by lot only is no good example.
            if !options.is_continuous || found.temperature > 0.5 {
                before.clear();
            }
            if options.is_continuous {
                before.extend(found.chosen.iter().map(|token| token.id));
            }
            let offset = window.start as f32 / RATE as f32;
            segments(words, offset, &found, &mut transcript.segments);
        }
        Ok(transcript)
    }

    /// The code and the token of a language that the checkpoint knows.
    fn known(&self, code: &str) -> Result<(String, Option<u32>), Failure> {
        let code = code.to_ascii_lowercase();
        if self.tokens.tasks.is_none() && code == "en" {
            return Ok((code, None));
        }
        if let Some(token) = self.tokens.languages.get(&code) {
            return Ok((code, Some(*token)));
        }
        let known: Vec<&str> = self.tokens.languages.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "en".to_owned() } else { known.join(", ") };
        let hint = "hint: `candleflare pull @cf/openai/whisper` brings one that knows a hundred";
        Err(Failure::Input(format!("the checkpoint does not know the language `{code}`, it knows: {known}\n{hint}")))
    }

    fn ids(&self, text: &str) -> Result<Vec<u32>, Failure> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let input = |error: tokenizers::Error| Failure::Input(format!("a text cannot be tokenised: {error}"));
        let ids = self.tokenizer.encode_fast(format!(" {text}"), false).map_err(input)?.get_ids().to_vec();
        // What looks like a special token is no text.
        Ok(ids.into_iter().filter(|id| !self.is_special(*id)).collect())
    }

    fn is_special(&self, id: u32) -> bool {
        id == self.tokens.end
            || self.tokens.suppressed.binary_search(&id).is_ok() && id >= self.tokens.end.min(self.tokens.start)
    }

    /// The end of what came before, behind the token that says so.
    fn prompt(&self, before: &[u32]) -> Vec<u32> {
        let most = (self.decoder.context / 2).saturating_sub(8);
        match self.tokens.previous {
            Some(previous) if !before.is_empty() => {
                let mut prompt = vec![previous];
                prompt.extend_from_slice(&before[before.len().saturating_sub(most)..]);
                prompt
            }
            _ => Vec::new(),
        }
    }
}

/// The likeliest language and its share of all languages' odds.
fn likeliest(tokens: &Tokens, odds: &[f32]) -> (Option<u32>, f32) {
    let of = |token: &u32| odds.get(*token as usize).copied().unwrap_or(0.0);
    let sum: f32 = tokens.languages.values().map(of).sum();
    let best = tokens.languages.values().max_by(|a, b| of(a).total_cmp(&of(b))).copied();
    (best, best.map_or(1.0, |token| of(&token) / sum.max(f32::MIN_POSITIVE)))
}

/// Windows of at most `most` samples over what is heard; one that would cut into speech ends in the quietest moment of its
/// last third. Stretches that fit into one window, the pauses between them included, share it.
fn windows(sound: &[f32], heard: &[Range<usize>], most: usize) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    for stretch in heard {
        let mut start = stretch.start;
        match windows.last_mut() {
            Some(last) if stretch.end - last.start <= most => {
                last.end = stretch.end;
                continue;
            }
            _ => {}
        }
        while stretch.end - start > most {
            let cut = voice::quietest(sound, start + most / 3 * 2..start + most).max(start + 1);
            windows.push(start..cut);
            start = cut;
        }
        windows.push(start..stretch.end);
    }
    windows.retain(|window| window.len() >= SHORTEST);
    windows
}

/// Adds a window's words as segments: one ends with a sentence or before a pause.
fn segments(words: Vec<Word>, offset: f32, found: &Found, to: &mut Vec<Segment>) {
    let mut is_open = false;
    for mut word in words {
        (word.start, word.end) = (word.start + offset, word.end + offset);
        let ends = word.text.trim_end().ends_with(['.', '?', '!', '。', '？', '！']);
        match to.last_mut() {
            Some(segment) if is_open && word.start - segment.end < PAUSE => {
                segment.end = word.end;
                segment.text.push_str(&word.text);
                segment.words.push(word);
            }
            _ => to.push(Segment {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_everything_and_end_in_pauses() {
        // Bursts of a second with pauses of half a second.
        let sound: Vec<f32> = (0..60 * 16_000_usize)
            .map(|at| if at % 24_000 < 16_000 { (at as f32 * 0.3).sin() * 0.2 } else { 0.0 })
            .collect();
        let all: Vec<_> = std::iter::once(0..sound.len()).collect();
        let found = windows(&sound, &all, 160_000);
        assert!(found.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!((found[0].start, found.last().unwrap().end), (0, sound.len()));
        for window in &found[..found.len() - 1] {
            assert!(window.len() <= 160_000 && window.end % 24_000 > 16_000, "{window:?}");
        }
        assert_eq!(
            windows(&sound, &[0..100, 400_000..500_000, 540_000..550_000], 160_000).first(),
            Some(&(400_000..550_000))
        );
        assert!(windows(&[], std::slice::from_ref(&(0..0)), 160_000).is_empty());
    }

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
        let mut to = Vec::new();
        segments(said, 10.0, &found, &mut to);
        let texts: Vec<&str> = to.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!(texts, [" One two.", " Three", " four"]);
        assert_eq!((to[0].start, to[2].start), (10.0, 13.0));
    }
}
