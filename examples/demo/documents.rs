//! Documents from a folder, and the passages that are embedded, found and quoted.

use std::{fs, path::Path};

use crate::{
    client::Metadata,
    problem::{Problem, Result},
};

/// Short enough that one passage is about one thing, and that three fit into a small model's prompt.
const MAX_WORDS: usize = 60;

#[derive(Debug, PartialEq)]
pub struct Document {
    pub title: String,
    /// The file's name.
    pub path: String,
    pub passages: Vec<String>,
}

impl Document {
    fn parse(path: &str, content: &str) -> Self {
        let content = content.trim_start_matches('\u{feff}').trim_start();
        let (first, rest) = content.split_once('\n').unwrap_or((content, ""));
        let (title, body) = match first.strip_prefix("# ") {
            Some(title) => (title.trim().to_owned(), rest),
            None => (stem(path).to_owned(), content),
        };
        Self { title, path: path.to_owned(), passages: split(body) }
    }

    /// What is stored beside each vector.
    pub fn metadata(&self) -> impl Iterator<Item = Metadata> {
        let metadata =
            |text: &String| Metadata { title: self.title.clone(), path: self.path.clone(), text: text.clone() };
        self.passages.iter().map(metadata)
    }
}

/// A passage alone may not name its subject, so it is embedded under its document's title.
pub fn text_to_embed(passage: &Metadata) -> String {
    format!("{}\n{}", passage.title, passage.text)
}

/// The Markdown and text files of a folder, by name.
pub fn read_folder(folder: &Path) -> Result<Vec<Document>> {
    let failed = |error: std::io::Error| {
        Problem::new(format!("cannot read `{}`: {error}", folder.display())).hint("name the folder with `--docs`")
    };
    let mut documents = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let text = path.extension().is_some_and(|extension| extension == "md" || extension == "txt");
        if !text || !path.is_file() {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let content = fs::read(&path).map_err(failed)?;
        documents.push(Document::parse(&name, &String::from_utf8_lossy(&content)));
    }
    documents.retain(|document| !document.passages.is_empty());
    if documents.is_empty() {
        return Err(Problem::new(format!("no documents in `{}`", folder.display()))
            .hint("put `.md` or `.txt` files there, or name another folder with `--docs`"));
    }
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(documents)
}

/// A file's name without its extension.
pub fn stem(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

/// Neighbouring paragraphs are one passage while they stay within `MAX_WORDS`, so a short document stays whole.
/// A paragraph that is longer is cut between sentences, and a longer sentence between words.
fn split(body: &str) -> Vec<String> {
    let body = body.replace("\r\n", "\n");
    let mut passages: Vec<String> = Vec::new();
    let mut words_in_last = 0;
    for paragraph in body.split("\n\n") {
        for part in parts(paragraph) {
            match passages.last_mut() {
                Some(last) if words_in_last + part.len() <= MAX_WORDS => {
                    last.push(' ');
                    last.push_str(&part.join(" "));
                    words_in_last += part.len();
                }
                _ => {
                    passages.push(part.join(" "));
                    words_in_last = part.len();
                }
            }
        }
    }
    passages
}

/// The words of a paragraph in pieces of at most `MAX_WORDS`.
fn parts(paragraph: &str) -> Vec<Vec<&str>> {
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    if words.len() <= MAX_WORDS {
        return if words.is_empty() { Vec::new() } else { vec![words] };
    }
    let sentences = words.split_inclusive(|word| word.ends_with(['.', '!', '?']));
    sentences.flat_map(|sentence| sentence.chunks(MAX_WORDS)).map(<[&str]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(count: usize) -> String {
        vec!["word"; count].join(" ")
    }

    #[test]
    fn title_and_lines() {
        let document = Document::parse("a.md", "# The title\n\nOne fact.\nAnother fact.\n\nThird.\n");
        assert_eq!(document.title, "The title");
        assert_eq!(document.passages, ["One fact. Another fact. Third."]);
    }

    #[test]
    fn a_file_without_a_heading_is_named_after_itself() {
        let document = Document::parse("notes.old.txt", "\u{feff}Just text.\r\n\r\nMore text.");
        assert_eq!((document.title.as_str(), document.passages.len()), ("notes.old", 1));
        assert_eq!(document.passages[0], "Just text. More text.");
        assert!(Document::parse("empty.md", "# Only a title").passages.is_empty());
    }

    #[test]
    fn paragraphs_are_joined_while_short() {
        let body = format!("{}\n\n{}\n\n{}", words(40), words(20), words(1));
        let lengths: Vec<usize> = split(&body).iter().map(|passage| passage.split(' ').count()).collect();
        assert_eq!(lengths, [60, 1]);
    }

    #[test]
    fn long_paragraphs_are_cut_between_sentences() {
        let body = format!("{}. {}. {}.", words(50), words(9), words(130));
        let lengths: Vec<usize> = split(&body).iter().map(|passage| passage.split(' ').count()).collect();
        assert_eq!(lengths, [59, 60, 60, 10]);
    }

    #[test]
    fn the_repository_s_documents_are_whole() {
        let documents = read_folder(Path::new("fixtures/docs")).unwrap();
        assert!(documents.len() >= 48);
        for document in &documents {
            let words = document.passages.iter().map(|passage| passage.split(' ').count());
            assert!(words.clone().all(|words| words <= MAX_WORDS), "{}", document.path);
            assert!((85..=220).contains(&words.sum::<usize>()), "{}", document.path);
        }
    }
}
