//! XML: a walk through a document for the formats made of it, and XML itself as a nested list.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use quick_xml::{XmlVersion, escape};

use super::DEEPEST;
use super::write::Writer;

/// What comes next in a document. An element without content has a start and an end all the same.
pub enum Step<'a> {
    Start(Element<'a>),
    /// The qualified name.
    End(&'a str),
    /// Entities resolved; a stretch of text may come in several.
    Text(&'a str),
}

/// The start of an element.
pub struct Element<'a>(&'a BytesStart<'a>);

impl Element<'_> {
    /// With its prefix, as it is written.
    pub fn name(&self) -> &str {
        self.0.name().into_inner()
    }

    /// An attribute by its local name.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let found = self.0.attributes().flatten().find(|one| one.key.local_name().into_inner() == name)?;
        found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
    }

    /// All of them, qualified.
    fn attributes(&self) -> impl Iterator<Item = (String, String)> {
        self.0.attributes().flatten().filter_map(|one| {
            let value = one.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
            Some((one.key.into_inner().to_owned(), value))
        })
    }
}

/// Walks through `xml`. `visit` may end it with a reason.
pub fn walk(xml: &str, mut visit: impl FnMut(Step<'_>) -> Result<(), String>) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    let mut depth = 0usize;
    loop {
        let event = reader.read_event().map_err(|error| format!("damaged: {error}"))?;
        match &event {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(format!("elements are nested more than {DEEPEST} deep"));
                }
                visit(Step::Start(Element(start)))?;
            }
            Event::Empty(start) => {
                visit(Step::Start(Element(start)))?;
                visit(Step::End(start.name().into_inner()))?;
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                visit(Step::End(end.name().into_inner()))?;
            }
            Event::Text(text) => visit(Step::Text(&text.xml10_content()))?,
            Event::CData(text) => visit(Step::Text(&text.xml10_content()))?,
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(letter)) => visit(Step::Text(letter.encode_utf8(&mut [0; 4])))?,
                // An entity of the document's own is not followed: that is how small files grow without end.
                _ => visit(Step::Text(escape::resolve_predefined_entity(&entity.xml10_content()).unwrap_or_default()))?,
            },
            Event::Eof if depth > 0 => return Err("damaged: it ends before its elements do".to_owned()),
            Event::Eof => return Ok(()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
    }
}

/// Each element an item with its attributes and text, what is inside it below.
pub fn convert(xml: &str) -> Result<String, String> {
    let mut writer = Writer::default();
    // The elements that are open; what is to be said of each, until it has been said.
    let mut open: Vec<Option<String>> = Vec::new();
    walk(xml, |step| {
        match step {
            Step::Start(element) => {
                say(&mut open, &mut writer);
                let attributes: String =
                    element.attributes().map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
                open.push(Some(format!("**{}**{attributes}: ", element.name())));
            }
            Step::Text(text) => match open.last_mut() {
                Some(Some(said)) => said.push_str(text),
                // Text behind an element inside stands for itself.
                Some(None) => writer.item(open.len(), false, text),
                None => {}
            },
            Step::End(_) => {
                say(&mut open, &mut writer);
                open.pop();
            }
        }
        Ok(())
    })?;
    Ok(writer.finish())
}

fn say(open: &mut [Option<String>], writer: &mut Writer) {
    let depth = open.len().saturating_sub(1);
    if let Some(said) = open.last_mut().and_then(Option::take) {
        let said = said.trim_end();
        writer.item(
            depth,
            false,
            said.strip_suffix("**:").map_or(said.to_owned(), |name| format!("{name}**")).as_str(),
        );
    }
}
