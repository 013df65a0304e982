//! What a call may say of how its documents are converted.

use serde_json::Value;

/// `conversionOptions`; what is not named here is ignored, as production's own clients may send more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub format: Format,
    pub html: Html,
    pub pdf_metadata: bool,
}

/// What documents turn into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Markdown,
    Text,
}

impl Format {
    /// As answers name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Text => "text",
        }
    }
}

/// How web pages are read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html {
    /// What relative links are relative to, where the page does not say.
    pub hostname: Option<String>,
    /// Only what matches is kept.
    pub selector: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { format: Format::default(), html: Html::default(), pdf_metadata: true }
    }
}

impl Options {
    /// `Err` says which option is wrong.
    pub fn read(said: &Value) -> Result<Self, String> {
        let text = |pointer: &str| match said.pointer(pointer) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("`{}` is no text", name(pointer))),
        };
        if !(said.is_object() || said.is_null()) {
            return Err("`conversionOptions` is no object".to_owned());
        }
        let format = match text("/output/format")?.as_deref() {
            None | Some("markdown") => Format::Markdown,
            Some("text") => Format::Text,
            Some(other) => return Err(format!("`output.format` is `{other}`\nhint: `markdown` or `text`")),
        };
        let language = text("/image/descriptionLanguage")?;
        if let Some(other) = language.filter(|code| !["en", "es", "fr", "it", "pt", "de"].contains(&code.as_str())) {
            return Err(format!("`image.descriptionLanguage` is `{other}`\nhint: en, es, fr, it, pt or de"));
        }
        let pdf_metadata = match said.pointer("/pdf/metadata") {
            None | Some(Value::Null) => true,
            Some(Value::Bool(wanted)) => *wanted,
            Some(_) => return Err("`pdf.metadata` is neither true nor false".to_owned()),
        };
        let html = Html { hostname: text("/html/hostname")?, selector: text("/html/cssSelector")? };
        Ok(Self { format, html, pdf_metadata })
    }
}

fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
