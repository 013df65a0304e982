//! A recording of any length: windows that end in pauses, each heard and written down, with what came before as its context.

use std::ops::Range;

use super::config::Tokens;
use super::search::{self, Beginning, Thresholds};
use super::transcript::Transcript;
use super::windows::windows;
use super::words::{STATE, timed};
use super::{RATE, Whisper, voice};
use crate::engine::backend::Failure;
use crate::engine::kernels::threads;
use crate::engine::queue::Check;

/// Beams where nothing is said, as production's schema has it.
pub const BEAMS: usize = 5;

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
    /// Texts that are followed at once.
    pub beams: usize,
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
            beams: BEAMS,
            voice_only: false,
        }
    }
}

/// Languages that are written without blanks between words.
const WITHOUT_BLANKS: [&str; 6] = ["zh", "ja", "th", "lo", "my", "yue"];

impl Whisper {
    /// Writes down `sound`, mono at [`RATE`]. `check` ends the work.
    pub fn transcribe(&mut self, sound: &[f32], options: &Options, check: Check<'_>) -> Result<Transcript, Failure> {
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
                let mut saying = self.decoder.listen(&states)?;
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
                let (thresholds, beams) = (&options.thresholds, options.beams);
                let beginning = Beginning { prompt: &prompt, start: &start, prefix: &prefix, thresholds, beams };
                let tokenizer = &self.tokenizer;
                let text = |ids: &[u32]| tokenizer.decode(ids, true).unwrap_or_default();
                let (decoder, tokens) = (&mut self.decoder, &self.tokens);
                let found = search::search(decoder, &mut saying, tokens, &beginning, &text, check)?;
                let seconds = window.len() as f32 / RATE as f32;
                let place = (found.first, ((seconds / STATE) as usize + 1).min(self.encoder.positions()));
                let by_letter = WITHOUT_BLANKS.contains(&transcript.language.as_str());
                let heads = &self.tokens.alignment;
                let mut words = timed(&self.decoder, &saying, heads, place, &found.chosen, tokenizer, by_letter)?;
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
            transcript.add(words, offset, &found);
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
