//! Speech to text: what Whisper's and Deepgram's inputs say, and the answers' shapes (workers-ai reference 4.5).

use serde_json::{Map, Value, json};

use super::{field, refused};
use crate::ai::catalog::Model;
use crate::engine::speech::{BEAMS, Options, Segment, Thresholds, Transcript, Word};
use crate::error::AiError;

/// Whose answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// whisper and whisper-tiny-en.
    Whisper,
    /// whisper-large-v3-turbo: the same and more.
    Turbo,
    Nova {
        /// Otherwise the transcript has neither capitals nor marks.
        is_punctuated: bool,
    },
}

/// Each beam of a large checkpoint has tens of megabytes; more than these are not searched.
const MOST_BEAMS: usize = 10;

/// A request beside its recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    shape: Shape,
    pub options: Options,
}

/// The languages of Whisper, which production takes: ISO 639-1, and 639-2 where that has none.
const LANGUAGES: &str = "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh";

impl Request {
    /// Reads an input that has passed the schema.
    pub fn parse(model: &Model, input: &Value) -> Result<Self, AiError> {
        match model.schema.as_str() {
            "speech-nova" => Self::nova(input),
            "speech-whisper" => Self::whisper(model, input),
            "speech-whisper-large-v3-turbo" => Self::turbo(input),
            _ => Err(AiError::NotEmulated {
                what: format!("`{}`, which is spoken to over a WebSocket only,", model.name),
                hint: "send a whole recording to `@cf/deepgram/nova-3`".to_owned(),
            }),
        }
    }

    fn whisper(model: &Model, input: &Value) -> Result<Self, AiError> {
        // The SDK's types have these two for whisper; a target is a translation.
        let language = match model.name.ends_with("-en") {
            true => Some("en".to_owned()),
            false => text(input, "source_lang").map(|code| language(code, "source_lang")).transpose()?,
        };
        let translate = match text(input, "target_lang") {
            None => false,
            Some(code) => {
                let target = self::language(code, "target_lang")?;
                if target != "en" && Some(&target) != language.as_ref() {
                    return Err(refused(format!("`target_lang`: Whisper translates into English only, not `{code}`")));
                }
                target == "en" && language.as_deref() != Some("en")
            }
        };
        Ok(Self { shape: Shape::Whisper, options: Options { language, translate, ..Options::default() } })
    }

    fn turbo(input: &Value) -> Result<Self, AiError> {
        let translate = match text(input, "task") {
            None | Some("transcribe") => false,
            Some("translate") => true,
            Some(other) => {
                return Err(refused(format!("`task` is `transcribe` or `translate`, not `{other}`")));
            }
        };
        let beams = match field(input, "beam_size").and_then(Value::as_f64) {
            None => BEAMS,
            Some(beams) if (1.0..=100.0).contains(&beams) => (beams as usize).min(MOST_BEAMS),
            Some(_) => return Err(refused("`beam_size` must be from 1 to 100")),
        };
        let usual = Thresholds::default();
        let number = |name: &str, usual: f32| field(input, name).and_then(Value::as_f64).map_or(usual, |x| x as f32);
        let flag = |name: &str, usual| field(input, name).and_then(Value::as_bool).unwrap_or(usual);
        Ok(Self {
            shape: Shape::Turbo,
            options: Options {
                language: text(input, "language").map(|code| language(code, "language")).transpose()?,
                translate,
                prompt: text(input, "initial_prompt").map(str::to_owned),
                prefix: text(input, "prefix").map(str::to_owned),
                is_continuous: flag("condition_on_previous_text", true),
                thresholds: Thresholds {
                    no_speech: number("no_speech_threshold", usual.no_speech),
                    compression: number("compression_ratio_threshold", usual.compression),
                    log_probability: number("log_prob_threshold", usual.log_probability),
                },
                beams,
                voice_only: flag("vad_filter", false),
            },
        })
    }

    fn nova(input: &Value) -> Result<Self, AiError> {
        let flag = |name: &str| field(input, name).and_then(Value::as_bool).unwrap_or(false);
        let language = match text(input, "language") {
            _ if flag("detect_language") => None,
            Some("multi") => None,
            Some(tag) => Some(language(tag.split(['-', '_']).next().unwrap_or(tag), "language")?),
            None => Some("en".to_owned()),
        };
        let is_punctuated = ["punctuate", "smart_format", "paragraphs"].into_iter().any(flag);
        Ok(Self { shape: Shape::Nova { is_punctuated }, options: Options { language, ..Options::default() } })
    }

    /// The model's answer.
    pub fn render(&self, transcript: &Transcript) -> Value {
        match self.shape {
            Shape::Whisper => {
                let words: Vec<&Word> = transcript.words().collect();
                json!({
                    "text": transcript.text(),
                    "word_count": words.len(),
                    "words": words.into_iter().map(timed).collect::<Vec<_>>(),
                    "vtt": vtt(&transcript.segments),
                })
            }
            Shape::Turbo => json!({
                "transcription_info": {
                    "language": transcript.language,
                    "language_probability": round(transcript.language_probability),
                    "duration": round(transcript.duration),
                    "duration_after_vad": round(transcript.listened),
                },
                "text": transcript.text(),
                "word_count": transcript.words().count(),
                "segments": transcript.segments.iter().map(segment).collect::<Vec<_>>(),
                "vtt": vtt(&transcript.segments),
            }),
            Shape::Nova { is_punctuated } => nova(transcript, is_punctuated),
        }
    }
}

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    field(input, name).and_then(Value::as_str)
}

/// The code of a language that Whisper knows.
fn language(code: &str, name: &str) -> Result<String, AiError> {
    let lower = code.to_ascii_lowercase();
    match LANGUAGES.split(' ').any(|known| known == lower) {
        true => Ok(lower),
        false => Err(refused(format!(
            "`{name}`: `{code}` is no language that Whisper knows\nhint: a code such as `en`, `de` or `pt`"
        ))),
    }
}

/// Milliseconds are enough, and `0.30000001` is no time.
fn round(number: f32) -> f64 {
    (f64::from(number) * 1000.0).round() / 1000.0
}

fn timed(word: &Word) -> Value {
    json!({"word": word.text.trim(), "start": round(word.start), "end": round(word.end)})
}

fn segment(segment: &Segment) -> Value {
    json!({
        "start": round(segment.start),
        "end": round(segment.end),
        "text": segment.text.trim(),
        "temperature": round(segment.temperature),
        "avg_logprob": round(segment.mean_log_probability),
        "compression_ratio": round(segment.compression),
        "no_speech_prob": round(segment.no_speech),
        "words": segment.words.iter().map(timed).collect::<Vec<_>>(),
    })
}

/// WebVTT, a cue for each segment.
fn vtt(segments: &[Segment]) -> String {
    let time = |seconds: f32| {
        let ms = (f64::from(seconds) * 1000.0).round() as u64;
        format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
    };
    let mut vtt = "WEBVTT\n".to_owned();
    for segment in segments {
        // An arrow in a cue's text would be read as times.
        let text = segment.text.trim().replace("-->", "→");
        vtt.push_str(&format!("\n{} --> {}\n{text}\n", time(segment.start), time(segment.end)));
    }
    vtt
}

fn nova(transcript: &Transcript, is_punctuated: bool) -> Value {
    let plain = |text: &str| -> String {
        let kept = text.chars().filter(|letter| letter.is_alphanumeric() || " '-".contains(*letter));
        kept.flat_map(char::to_lowercase).collect()
    };
    let words = transcript.words().map(|word| {
        let mut all = Map::new();
        all.insert("word".to_owned(), plain(word.text.trim()).into());
        all.insert("start".to_owned(), round(word.start).into());
        all.insert("end".to_owned(), round(word.end).into());
        all.insert("confidence".to_owned(), round(word.probability).into());
        if is_punctuated {
            all.insert("punctuated_word".to_owned(), word.text.trim().into());
        }
        Value::Object(all)
    });
    let words: Vec<Value> = words.collect();
    let sum: f32 = transcript.words().map(|word| word.probability).sum();
    let confidence = if words.is_empty() { 0.0 } else { sum / words.len() as f32 };
    let text = transcript.text();
    let text = if is_punctuated { text } else { plain(&text) };
    json!({"results": {"channels": [{"alternatives": [
        {"confidence": round(confidence), "transcript": text, "words": words},
    ]}]}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::catalog::Catalog;

    const TURBO: &str = "@cf/openai/whisper-large-v3-turbo";

    fn parse(model: &str, input: Value) -> Result<Request, AiError> {
        Request::parse(Catalog::builtin().get(model).unwrap(), &input)
    }

    fn transcript() -> Transcript {
        let word = |text: &str, start: f32, end: f32| Word { text: text.to_owned(), start, end, probability: 0.9 };
        Transcript {
            language: "en".to_owned(),
            language_probability: 1.0,
            duration: 3661.5,
            listened: 2.0,
            segments: vec![Segment {
                start: 3660.0,
                end: 3661.25,
                text: " Don't go.".to_owned(),
                words: vec![word(" Don't", 3660.0, 3660.5), word(" go.", 3660.5, 3661.25)],
                temperature: 0.0,
                mean_log_probability: -0.25,
                compression: 0.8,
                no_speech: 0.01,
            }],
        }
    }

    #[test]
    fn options_are_read_and_what_makes_no_sense_is_refused() {
        let all = json!({"task": "translate", "language": "DE", "initial_prompt": "p", "prefix": "x", "vad_filter": true,
            "condition_on_previous_text": false, "no_speech_threshold": 0.5, "beam_size": 1});
        let options = parse(TURBO, all).unwrap().options;
        assert!(options.translate && options.voice_only && !options.is_continuous);
        assert_eq!((options.language.as_deref(), options.thresholds.no_speech), (Some("de"), 0.5));
        let beams = |input| parse(TURBO, input).unwrap().options.beams;
        assert_eq!([options.beams, beams(json!({})), beams(json!({"beam_size": 100}))], [1, 5, MOST_BEAMS]);
        for bad in
            [json!({"task": "sing"}), json!({"language": "klingon"}), json!({"language": ""}), json!({"beam_size": 0})]
        {
            assert_eq!(parse(TURBO, bad.clone()).unwrap_err().code(), 8001, "{bad}");
        }
        assert_eq!(parse("@cf/openai/whisper-tiny-en", json!({})).unwrap().options.language.as_deref(), Some("en"));
        let english = parse("@cf/openai/whisper", json!({"source_lang": "fr", "target_lang": "en"})).unwrap();
        assert!(english.options.translate);
        assert!(parse("@cf/openai/whisper", json!({"source_lang": "fr", "target_lang": "de"})).is_err());
        let nova = parse("@cf/deepgram/nova-3", json!({"language": "pt-BR"})).unwrap();
        assert_eq!(nova.options.language.as_deref(), Some("pt"));
        let flux = parse("@cf/deepgram/flux", json!({})).unwrap_err();
        assert!(flux.to_string().contains("WebSocket") && flux.to_string().contains("nova-3"));
    }

    #[test]
    fn each_model_answers_in_its_own_shape() {
        let whisper = parse("@cf/openai/whisper", json!({})).unwrap().render(&transcript());
        assert_eq!((&whisper["text"], &whisper["word_count"]), (&json!("Don't go."), &json!(2)));
        assert_eq!(whisper["words"][1], json!({"word": "go.", "start": 3660.5, "end": 3661.25}));
        assert_eq!(whisper["vtt"], "WEBVTT\n\n01:01:00.000 --> 01:01:01.250\nDon't go.\n");
        let turbo = parse(TURBO, json!({})).unwrap().render(&transcript());
        assert_eq!(turbo["transcription_info"]["duration"], 3661.5);
        assert_eq!(turbo["segments"][0]["avg_logprob"], -0.25);
        let nova = |input| parse("@cf/deepgram/nova-3", input).unwrap().render(&transcript());
        let best = nova(json!({}))["results"]["channels"][0]["alternatives"][0].clone();
        assert_eq!((&best["transcript"], &best["confidence"]), (&json!("don't go"), &json!(0.9)));
        assert_eq!(best["words"][1]["word"], "go");
        let best = nova(json!({"punctuate": true}))["results"]["channels"][0]["alternatives"][0].clone();
        assert_eq!((&best["transcript"], &best["words"][1]["punctuated_word"]), (&json!("Don't go."), &json!("go.")));
    }
}
