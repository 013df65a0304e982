//! Translation: M2M100's input with its language codes and names, and IndicTrans2's.
//!
//! Shapes: workers-ai reference 4.3. Production's documentation writes languages as codes (`en`) in its schema and as names
//! (`english`) in its examples; both are taken, in any case.

use serde_json::{Value, json};

use super::{field, refused};
use crate::error::AiError;

/// M2M100's languages (its model card): code and English name.
#[rustfmt::skip]
const LANGUAGES: [(&str, &str); 100] = [
    ("af", "afrikaans"), ("am", "amharic"), ("ar", "arabic"), ("ast", "asturian"), ("az", "azerbaijani"), ("ba", "bashkir"),
    ("be", "belarusian"), ("bg", "bulgarian"), ("bn", "bengali"), ("br", "breton"), ("bs", "bosnian"), ("ca", "catalan"),
    ("ceb", "cebuano"), ("cs", "czech"), ("cy", "welsh"), ("da", "danish"), ("de", "german"), ("el", "greek"),
    ("en", "english"), ("es", "spanish"), ("et", "estonian"), ("fa", "persian"), ("ff", "fulah"), ("fi", "finnish"),
    ("fr", "french"), ("fy", "western frisian"), ("ga", "irish"), ("gd", "gaelic"), ("gl", "galician"), ("gu", "gujarati"),
    ("ha", "hausa"), ("he", "hebrew"), ("hi", "hindi"), ("hr", "croatian"), ("ht", "haitian"), ("hu", "hungarian"),
    ("hy", "armenian"), ("id", "indonesian"), ("ig", "igbo"), ("ilo", "iloko"), ("is", "icelandic"), ("it", "italian"),
    ("ja", "japanese"), ("jv", "javanese"), ("ka", "georgian"), ("kk", "kazakh"), ("km", "khmer"), ("kn", "kannada"),
    ("ko", "korean"), ("lb", "luxembourgish"), ("lg", "ganda"), ("ln", "lingala"), ("lo", "lao"), ("lt", "lithuanian"),
    ("lv", "latvian"), ("mg", "malagasy"), ("mk", "macedonian"), ("ml", "malayalam"), ("mn", "mongolian"), ("mr", "marathi"),
    ("ms", "malay"), ("my", "burmese"), ("ne", "nepali"), ("nl", "dutch"), ("no", "norwegian"), ("ns", "northern sotho"),
    ("oc", "occitan"), ("or", "oriya"), ("pa", "punjabi"), ("pl", "polish"), ("ps", "pashto"), ("pt", "portuguese"),
    ("ro", "romanian"), ("ru", "russian"), ("sd", "sindhi"), ("si", "sinhala"), ("sk", "slovak"), ("sl", "slovenian"),
    ("so", "somali"), ("sq", "albanian"), ("sr", "serbian"), ("ss", "swati"), ("su", "sundanese"), ("sv", "swedish"),
    ("sw", "swahili"), ("ta", "tamil"), ("th", "thai"), ("tl", "tagalog"), ("tn", "tswana"), ("tr", "turkish"),
    ("uk", "ukrainian"), ("ur", "urdu"), ("uz", "uzbek"), ("vi", "vietnamese"), ("wo", "wolof"), ("xh", "xhosa"),
    ("yi", "yiddish"), ("yo", "yoruba"), ("zh", "chinese"), ("zu", "zulu"),
];

/// What is to be translated; languages as M2M100 writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub texts: Vec<String>,
    pub from: String,
    pub to: String,
    pub answer: Answer,
}

/// Whose shape the answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    M2m100,
    IndicTrans,
}

impl Request {
    /// Reads M2M100's input, which has passed the schema.
    pub fn m2m100(input: &Value) -> Result<Self, AiError> {
        let text = field(input, "text").and_then(Value::as_str).unwrap_or_default();
        if text.is_empty() {
            return Err(refused("`text` must be a string, and not empty"));
        }
        let target = field(input, "target_lang").ok_or_else(|| refused("`target_lang` is missing"))?;
        let from =
            field(input, "source_lang").map_or_else(|| Ok("en".to_owned()), |value| language("source_lang", value))?;
        let to = language("target_lang", target)?;
        Ok(Self { texts: vec![text.to_owned()], from, to, answer: Answer::M2m100 })
    }

    /// Reads IndicTrans2's input, which has passed the schema: English text, one or several.
    pub fn indic(input: &Value) -> Result<Self, AiError> {
        let text = |value: &Value| match value.as_str() {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(refused("a text must be a string, and not empty")),
        };
        let texts = match field(input, "text") {
            Some(Value::Array(texts)) if !texts.is_empty() => texts.iter().map(text).collect::<Result<_, _>>()?,
            Some(Value::Array(_)) | None => return Err(refused("`text` must hold at least one text")),
            Some(one) => vec![text(one)?],
        };
        let target = field(input, "target_language").and_then(Value::as_str).unwrap_or("hin_Deva");
        // The schema has the list; a language that M2M100 has too goes by its code there.
        let to = match target {
            "ben_Beng" => "bn",
            "eng_Latn" => "en",
            "guj_Gujr" => "gu",
            "hin_Deva" => "hi",
            "kan_Knda" => "kn",
            "mal_Mlym" => "ml",
            "mar_Deva" => "mr",
            "npi_Deva" => "ne",
            "ory_Orya" => "or",
            "pan_Guru" => "pa",
            "tam_Taml" => "ta",
            "urd_Arab" => "ur",
            other => other,
        };
        Ok(Self { texts, from: "en".to_owned(), to: to.to_owned(), answer: Answer::IndicTrans })
    }
}

/// The code that a language's code or name stands for.
fn language(name: &str, value: &Value) -> Result<String, AiError> {
    let text = value.as_str().unwrap_or_default().trim().to_lowercase();
    match LANGUAGES.iter().find(|(code, name)| *code == text || *name == text) {
        Some((code, _)) => Ok((*code).to_owned()),
        None => Err(refused(format!(
            "`{name}` is no language that M2M100 knows\nhint: a code such as `en`, `fr`, `es`, `de`, `pt`, `hi`, `zh`, `ar`, `ru`, `ja`, or its English name"
        ))),
    }
}

/// The native result.
pub fn render(answer: Answer, mut texts: Vec<String>) -> Value {
    match answer {
        Answer::M2m100 => json!({"translated_text": texts.pop().unwrap_or_default()}),
        Answer::IndicTrans => json!({"translations": texts}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_go_by_code_and_by_name() {
        assert!(LANGUAGES.is_sorted());
        let parse =
            |from: Value, to: Value| Request::m2m100(&json!({"text": "a", "source_lang": from, "target_lang": to}));
        let read = parse(json!("French"), json!("EN")).unwrap();
        assert_eq!((read.from.as_str(), read.to.as_str()), ("fr", "en"));
        assert_eq!(parse(Value::Null, json!("hindi")).unwrap().from, "en");
        for (from, to) in [("en", "klingon"), ("", "fr"), ("eng_Latn", "fr"), ("en", "")] {
            let refusal = parse(json!(from), json!(to)).unwrap_err();
            assert!(refusal.code() == 8001 && refusal.to_string().contains("hint:"), "{refusal}");
        }
    }

    #[test]
    fn one_text_or_several() {
        let parse = |text: Value| Request::indic(&json!({"text": text, "target_language": "tam_Taml"}));
        assert_eq!(parse(json!("a")).unwrap().texts, ["a"]);
        assert_eq!(parse(json!(["a", "b"])).unwrap().to, "ta");
        assert_eq!(Request::indic(&json!({"text": "a"})).unwrap().to, "hi");
        for bad in [json!([]), json!(""), json!([""]), json!([3]), Value::Null] {
            assert_eq!(parse(bad).unwrap_err().code(), 8001);
        }
    }
}
