//! Text to speech: what MeloTTS's and Deepgram's inputs say, and which combinations of them there are
//! (workers-ai reference 4.8; Deepgram's table of output formats).

use serde_json::{Value, json};

use super::{field, refused};
use crate::ai::catalog::{Media, Model};
use crate::engine::say::Language;
use crate::engine::sound::{Format, Law, MP3_BIT_RATES, MP3_RATE, OPUS_RATE};
use crate::error::AiError;

/// Letters that Deepgram reads at once.
pub const MOST_CHARACTERS: usize = 2000;

/// A text, whose voice reads it, and what the file is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub text: String,
    pub language: Language,
    pub speaker: String,
    pub format: Format,
    /// Samples a second.
    pub rate: u32,
    pub content_type: String,
    /// The file goes as base64 into JSON, rather than as it is.
    pub is_json: bool,
}

impl Request {
    /// Reads an input that has passed the schema.
    pub fn parse(model: &Model, input: &Value) -> Result<Self, AiError> {
        match model.schema.as_str() {
            "text-to-speech-melotts" => Self::melo(input),
            _ => Self::aura(model, input),
        }
    }

    fn melo(input: &Value) -> Result<Self, AiError> {
        let code = text(input, "lang").unwrap_or("en").to_ascii_lowercase();
        let is_known = ["en", "es", "fr", "zh", "jp", "ja", "kr", "ko"].contains(&code.get(..2).unwrap_or_default());
        if !is_known {
            let hint = "hint: `en`, `es`, `fr`, `zh`, `jp` or `kr`";
            return Err(refused(format!("`lang`: MeloTTS does not speak `{code}`\n{hint}")));
        }
        Ok(Self {
            text: said(input, "prompt")?,
            language: Language::of(&code),
            speaker: format!("melo-{}", &code[..2]),
            format: Format::Mp3 { bit_rate: MP3_BIT_RATES[1] },
            rate: MP3_RATE,
            content_type: "audio/mpeg".to_owned(),
            is_json: true,
        })
    }

    fn aura(model: &Model, input: &Value) -> Result<Self, AiError> {
        let said = said(input, "text")?;
        let count = said.chars().count();
        if count > MOST_CHARACTERS {
            let hint = format!("hint: at most {MOST_CHARACTERS} characters at once; send the text in parts");
            return Err(refused(format!("`text` has {count} characters\n{hint}")));
        }
        let is_spanish = model.schema.ends_with("-es");
        let usual = match model.schema.as_str() {
            "text-to-speech-aura-2-en" => "luna",
            "text-to-speech-aura-2-es" => "aquila",
            _ => "angus",
        };
        let (format, rate, content_type) = sound(input)?;
        Ok(Self {
            text: said,
            language: if is_spanish { Language::Spanish } else { Language::English },
            speaker: text(input, "speaker").unwrap_or(usual).to_owned(),
            format,
            rate,
            content_type,
            is_json: false,
        })
    }

    /// What is paid for: MeloTTS's minutes, and Deepgram's letters.
    pub fn used(&self, audio_ms: u64) -> Media {
        Media { audio_ms, characters: self.text.chars().count() as u64, ..Media::default() }
    }
}

/// The answer that has the file in it.
pub fn render(base64: String) -> Value {
    json!({"audio": base64})
}

/// How an encoding may be asked for.
struct Encoding {
    name: &'static str,
    /// The usual one first.
    containers: &'static [&'static str],
    rates: &'static [u32],
    bit_rates: BitRates,
}

enum BitRates {
    None,
    /// The usual one last.
    Some(&'static [u32]),
    Between(u32, u32),
}

const ENCODINGS: [Encoding; 7] = [
    Encoding { name: "mp3", containers: &["none"], rates: &[MP3_RATE], bit_rates: BitRates::Some(&MP3_BIT_RATES) },
    Encoding {
        name: "linear16",
        containers: &["wav", "none"],
        rates: &[24_000, 8_000, 16_000, 32_000, 48_000],
        bit_rates: BitRates::None,
    },
    Encoding { name: "mulaw", containers: &["wav", "none"], rates: &[8_000, 16_000], bit_rates: BitRates::None },
    Encoding { name: "alaw", containers: &["wav", "none"], rates: &[8_000, 16_000], bit_rates: BitRates::None },
    Encoding {
        name: "flac",
        containers: &["none"],
        rates: &[48_000, 8_000, 16_000, 22_050, 32_000],
        bit_rates: BitRates::None,
    },
    Encoding { name: "opus", containers: &["ogg"], rates: &[OPUS_RATE], bit_rates: BitRates::Between(4_000, 650_000) },
    Encoding { name: "aac", containers: &["none"], rates: &[22_050], bit_rates: BitRates::Between(4_000, 192_000) },
];

/// Format, rate and content type by `encoding`, `container`, `sample_rate` and `bit_rate`.
fn sound(input: &Value) -> Result<(Format, u32, String), AiError> {
    let wanted = text(input, "encoding").unwrap_or("mp3");
    let encoding = ENCODINGS.iter().find(|encoding| encoding.name == wanted);
    let encoding = encoding.ok_or_else(|| refused(format!("`encoding`: there is no `{wanted}`")))?;
    let container = text(input, "container").unwrap_or(encoding.containers[0]);
    if !encoding.containers.contains(&container) {
        let fitting = listed(encoding.containers);
        return Err(refused(format!(
            "`container`: `{wanted}` has no `{container}`\nhint: {fitting}, or another `encoding`"
        )));
    }
    let rate = match number(input, "sample_rate")? {
        None => encoding.rates[0],
        Some(rate) if encoding.rates.contains(&rate) => rate,
        Some(rate) => {
            let fitting = listed(encoding.rates);
            return Err(refused(format!("`sample_rate`: `{wanted}` is not made at {rate}\nhint: {fitting}")));
        }
    };
    let bit_rate = number(input, "bit_rate")?;
    if let Some(bit_rate) = bit_rate {
        let hint = match encoding.bit_rates {
            BitRates::None => Some(format!("`{wanted}` leaves no choice; leave it out")),
            BitRates::Some(rates) => (!rates.contains(&bit_rate)).then(|| listed(rates)),
            BitRates::Between(from, to) => (!(from..=to).contains(&bit_rate)).then(|| format!("{from} to {to}")),
        };
        if let Some(hint) = hint {
            return Err(refused(format!("`bit_rate`: `{wanted}` is not made at {bit_rate}\nhint: {hint}")));
        }
    }
    let is_bare = container == "none";
    let wav = |law, bare: &str| {
        let content_type = if is_bare { format!("{bare};rate={rate};channels=1") } else { "audio/wav".to_owned() };
        (Format::Wav { law, is_bare }, rate, content_type)
    };
    match wanted {
        "mp3" => {
            let bit_rate = bit_rate.unwrap_or(MP3_BIT_RATES[1]);
            Ok((Format::Mp3 { bit_rate }, rate, "audio/mpeg".to_owned()))
        }
        "linear16" => Ok(wav(Law::Linear, "audio/L16")),
        "mulaw" => Ok(wav(Law::Mu, "audio/PCMU")),
        "alaw" => Ok(wav(Law::A, "audio/PCMA")),
        "flac" => Ok((Format::Flac, rate, "audio/flac".to_owned())),
        "opus" => Ok((Format::Opus { bit_rate: bit_rate.unwrap_or(12_000) }, rate, "audio/ogg".to_owned())),
        other => Err(AiError::NotEmulated {
            what: format!("the encoding `{other}`"),
            hint: "`mp3`, `linear16`, `flac`, `opus`, `mulaw` and `alaw` are; no encoder of it has a free licence"
                .to_owned(),
        }),
    }
}

fn listed<T: std::fmt::Display>(all: &[T]) -> String {
    all.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")
}

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    field(input, name).and_then(Value::as_str)
}

/// A text in which there is something to say.
fn said(input: &Value, name: &str) -> Result<String, AiError> {
    let text = text(input, name).unwrap_or_default();
    match text.chars().any(char::is_alphanumeric) {
        true => Ok(text.to_owned()),
        false => Err(refused(format!("`{name}` has no word in it"))),
    }
}

/// A whole number that is no less than nothing.
fn number(input: &Value, name: &str) -> Result<Option<u32>, AiError> {
    let Some(value) = field(input, name) else { return Ok(None) };
    let whole = value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number));
    whole.map(|number| Some(number as u32)).ok_or_else(|| refused(format!("`{name}` is no whole number: {value}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::catalog::Catalog;

    fn parse(model: &str, input: Value) -> Result<Request, AiError> {
        Request::parse(Catalog::builtin().get(model).unwrap(), &input)
    }

    fn aura(mut input: Value) -> Result<Request, AiError> {
        input["text"] = "Hello".into();
        parse("@cf/deepgram/aura-1", input)
    }

    #[test]
    fn the_usual_is_mp3() {
        let usual = aura(json!({})).unwrap();
        assert_eq!((usual.speaker.as_str(), usual.content_type.as_str()), ("angus", "audio/mpeg"));
        assert_eq!((usual.format, usual.rate, usual.is_json), (Format::Mp3 { bit_rate: 48_000 }, 22_050, false));
        let melo = parse("@cf/myshell-ai/melotts", json!({"prompt": "Bonjour", "lang": "FR"})).unwrap();
        assert_eq!((melo.language, melo.is_json, melo.rate), (Language::French, true, 22_050));
        let spanish = parse("@cf/deepgram/aura-2-es", json!({"text": "Hola"})).unwrap();
        assert_eq!((spanish.language, spanish.speaker.as_str()), (Language::Spanish, "aquila"));
    }

    #[test]
    fn combinations_that_are_none_are_refused_with_those_that_are() {
        let bad = [
            json!({"encoding": "mp3", "container": "wav"}),
            json!({"container": "ogg"}),
            json!({"encoding": "linear16", "container": "ogg"}),
            json!({"encoding": "linear16", "sample_rate": 44_100}),
            json!({"encoding": "mulaw", "sample_rate": 24_000}),
            json!({"encoding": "mp3", "sample_rate": 48_000}),
            json!({"encoding": "flac", "bit_rate": 48_000}),
            json!({"encoding": "mp3", "bit_rate": 64_000}),
            json!({"encoding": "opus", "bit_rate": 3_999}),
            json!({"encoding": "linear16", "sample_rate": 16_000.5}),
            json!({"encoding": "linear16", "sample_rate": -1}),
            json!({"encoding": "aac"}),
        ];
        for input in bad {
            let error = aura(input.clone()).unwrap_err();
            assert_eq!((error.code(), error.status()), (8001, 400), "{input}: {error}");
        }
        assert!(aura(json!({"encoding": "aac"})).unwrap_err().to_string().contains("not emulated"));
        assert!(aura(json!({"sample_rate": 8000})).unwrap_err().to_string().contains("hint: `22050`"));
    }

    #[test]
    fn every_rate_of_the_table_is_taken() {
        for encoding in ENCODINGS.iter().filter(|encoding| encoding.name != "aac") {
            for (container, rate) in
                encoding.containers.iter().flat_map(|one| encoding.rates.iter().map(move |two| (one, two)))
            {
                let input = json!({"encoding": encoding.name, "container": container, "sample_rate": rate});
                assert_eq!(aura(input.clone()).unwrap().rate, *rate, "{input}");
            }
        }
        let bare = aura(json!({"encoding": "linear16", "container": "none", "sample_rate": 16_000})).unwrap();
        assert_eq!(bare.content_type, "audio/L16;rate=16000;channels=1");
    }

    #[test]
    fn a_text_has_words_and_no_more_than_it_may() {
        let long = |count: usize| parse("@cf/deepgram/aura-1", json!({"text": "ä".repeat(count)}));
        assert!(long(MOST_CHARACTERS).is_ok());
        let error = long(MOST_CHARACTERS + 1).unwrap_err();
        assert!(error.code() == 8001 && error.to_string().contains("2001"), "{error}");
        for blank in ["", " ", "…!?", "\n"] {
            assert_eq!(parse("@cf/deepgram/aura-2-en", json!({"text": blank})).unwrap_err().code(), 8001, "{blank:?}");
        }
        assert!(parse("@cf/myshell-ai/melotts", json!({"prompt": "a", "lang": "klingon"})).is_err());
        assert!(parse("@cf/myshell-ai/melotts", json!({"prompt": "a", "lang": "é"})).is_err());
    }
}
