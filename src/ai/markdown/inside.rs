//! Pictures inside documents: each leaves a mark in the text, which gives way to what the models see in it.

#[cfg(test)]
mod tests;

use axum::body::Bytes;

use super::options::Format;
use super::plain;

/// Around a picture's number; of the letters that Unicode leaves to private use, which documents hardly have.
const MARK: [char; 2] = ['\u{E000}', '\u{E001}'];

/// A document as text, with its pictures still to be described.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Converted {
    pub markdown: String,
    pub pictures: Vec<Picture>,
}

/// A picture as the document holds it, in a format of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Picture {
    pub bytes: Bytes,
    /// What stands for it if it cannot be described.
    pub instead: String,
}

impl Converted {
    /// With the pictures described as `words` tells, in their order.
    pub fn told(self, words: &[Option<String>], format: Format) -> String {
        let mut markdown = self.markdown;
        for (place, picture) in self.pictures.iter().enumerate() {
            let said = words.get(place).and_then(Option::as_ref).unwrap_or(&picture.instead);
            // Some stand in a heading or in a table's cell.
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            markdown = markdown.replace(&mark(place), &said);
        }
        match format {
            Format::Markdown => markdown.trim().to_owned(),
            Format::Text => plain::text(&markdown),
        }
    }
}

/// The pictures that a document has shown so far.
pub struct Shown {
    most: usize,
    pictures: Vec<Picture>,
}

impl Shown {
    /// No more than `most` are taken.
    pub fn new(most: usize) -> Self {
        Self { most, pictures: Vec::new() }
    }

    pub fn is_full(&self) -> bool {
        self.pictures.len() >= self.most
    }

    /// Takes a picture and gives what stands in its place in the text; call it no more when it [is full](Self::is_full).
    pub fn take(&mut self, bytes: Bytes, instead: &str) -> String {
        self.pictures.push(Picture { bytes, instead: instead.to_owned() });
        mark(self.pictures.len() - 1)
    }

    pub fn beside(self, markdown: String) -> Converted {
        Converted { markdown, pictures: self.pictures }
    }
}

fn mark(place: usize) -> String {
    let [open, close] = MARK;
    format!("{open}{place}{close}")
}
