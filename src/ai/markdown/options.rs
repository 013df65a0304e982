//! What a call may say of how its documents are converted.

use serde_json::Value;

/// `conversionOptions`; what is not named here is ignored, as production's own clients may send more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub format: Format,
    pub html: Html,
    pub pdf: Pdf,
    /// Pictures of a DOCX that are described, at most.
    pub word_pictures: usize,
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
    /// Pictures that are described, at most.
    pub pictures: usize,
}

/// How PDFs are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// Whether what the file says of itself comes first.
    pub metadata: bool,
    /// Pictures that are described, at most.
    pub pictures: usize,
}

/// Pictures inside one file that production describes.
const MOST_PICTURES: u64 = 10;

impl Default for Options {
    fn default() -> Self {
        let pdf = Pdf { metadata: true, pictures: 0 };
        Self { format: Format::default(), html: Html::default(), pdf, word_pictures: 0 }
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
        for place in ["/image", "/html/images", "/docx/images", "/pdf/images"] {
            let place = format!("{place}/descriptionLanguage");
            if let Some(other) =
                text(&place)?.filter(|code| !["en", "es", "fr", "it", "pt", "de"].contains(&code.as_str()))
            {
                return Err(format!("`{}` is `{other}`\nhint: en, es, fr, it, pt or de", name(&place)));
            }
        }
        let html = Html {
            hostname: text("/html/hostname")?,
            selector: text("/html/cssSelector")?,
            pictures: pictures(said, "/html/images")?,
        };
        // Nothing is fetched here, so a page's picture for others has no description of ours; what it may be is checked.
        switch(said, "/html/images/convertOGImage")?;
        let metadata = switch(said, "/pdf/metadata")?.unwrap_or(true);
        let pdf = Pdf { metadata, pictures: pictures(said, "/pdf/images")? };
        Ok(Self { format, html, pdf, word_pictures: pictures(said, "/docx/images")? })
    }
}

fn switch(said: &Value, pointer: &str) -> Result<Option<bool>, String> {
    match said.pointer(pointer) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(wanted)) => Ok(Some(*wanted)),
        Some(_) => Err(format!("`{}` is neither true nor false", name(pointer))),
    }
}

/// How many pictures of a file are described; none unless it is asked for. Clients ask for more than there can be.
fn pictures(said: &Value, pointer: &str) -> Result<usize, String> {
    let most = format!("{pointer}/maxConvertedImages");
    let most = match said.pointer(&most) {
        None | Some(Value::Null) => MOST_PICTURES,
        Some(count) => count.as_u64().ok_or_else(|| format!("`{}` is no count", name(&most)))?.min(MOST_PICTURES),
    };
    let is_wanted = switch(said, &format!("{pointer}/convert"))?.unwrap_or(false);
    Ok(if is_wanted { most as usize } else { 0 })
}

fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
