//! Web pages, through dom_query: what stands around the text is left out, what describes the page comes first.

use std::fmt::Write as _;

use dom_query::{Document, Matcher, NodeRef, Selection};
use serde_json::Value;

use super::DEEPEST;
use super::inside::{Converted, Shown};
use super::options::Html;
use crate::ai::media;

/// Said once at the top, where the page says it.
const META: [(&str, &str); 5] = [
    ("title", "title"),
    ("description", "meta[name=description]"),
    ("og:title", "meta[property=\"og:title\"]"),
    ("og:description", "meta[property=\"og:description\"]"),
    ("og:image", "meta[property=\"og:image\"]"),
];
/// What is no text of the page.
const IGNORED: &[&str] = &["script", "style", "noscript", "template", "iframe", "svg", "head", "meta", "link", "title"];

pub fn convert(html: &str, options: &Html) -> Result<Converted, String> {
    let matcher = options.selector.as_deref().map(Matcher::new).transpose();
    let matcher = matcher.map_err(|_| "`html.cssSelector` is no CSS selector".to_owned())?;
    let too_deep = || format!("elements are nested more than {DEEPEST} deep");
    if is_laborious(html) {
        return Err(too_deep());
    }
    let page = Document::from(html);
    if depth(page.root()) > DEEPEST {
        return Err(too_deep());
    }
    let mut out = front(&page);
    let linked_data = linked_data(&page);
    let base = page.base_uri().map(|base| base.to_string()).or_else(|| options.hostname.as_deref().map(origin));
    page.select("script, style, noscript, template").remove();
    if let Some(base) = base {
        resolve_links(&page, &base);
    }
    let mut shown = Shown::new(options.pictures);
    match matcher {
        Some(matcher) => {
            let kept = page.select_matcher(&matcher);
            mark_pictures(&kept.select(EMBEDDED), &mut shown);
            let blocks: Vec<String> = kept.nodes().iter().map(|node| node.md(Some(IGNORED)).to_string()).collect();
            out.push_str(blocks.join("\n\n").trim());
        }
        None => {
            page.select("header, footer, head").remove();
            mark_pictures(&page.select(EMBEDDED), &mut shown);
            out.push_str(page.md(Some(IGNORED)).trim());
        }
    }
    for data in linked_data {
        let _ = write!(out, "\n\n```json\n{data}\n```");
    }
    Ok(shown.beside(out.trim().to_owned()))
}

/// Pictures that the page itself holds.
const EMBEDDED: &str = "img[src^=\"data:\"]";

/// Puts a mark in the place of each picture that can be had without the network; the others stay what they are.
fn mark_pictures(pictures: &Selection<'_>, shown: &mut Shown) {
    for picture in pictures.iter() {
        if shown.is_full() {
            return;
        }
        if let Some(source) = picture.attr("src")
            && let Ok(bytes) = media::bytes(&Value::from(source.as_ref()), "img")
        {
            let mark = shown.take(bytes, &picture.attr_or("alt", ""));
            picture.replace_with_html(mark);
        }
    }
}

/// Elements that may be open at once in the text: the parser looks through all of them at each tag.
const MOST_UNCLOSED: usize = 4 * DEEPEST;
/// Those that end by themselves.
const NEVER_CLOSED: [&str; 22] = [
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p",
    "source", "tbody", "td", "th", "thead", "tr", "wbr",
];

/// Steps that the parser may take through open elements.
const MOST_STEPS: usize = 1_000_000_000;

/// Whether parsing would take far longer than reading, as far as the tags alone tell.
fn is_laborious(html: &str) -> bool {
    let (mut open, mut steps) = (0usize, 0usize);
    for tag in html.split('<').skip(1) {
        steps += open;
        if tag.starts_with('/') {
            open = open.saturating_sub(1);
            continue;
        }
        let name = tag.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
        if !name.is_empty() && !NEVER_CLOSED.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            open += 1;
        }
        if open > MOST_UNCLOSED || steps > MOST_STEPS {
            return true;
        }
    }
    false
}

/// How deep the elements lie inside each other, found without a stack.
fn depth(root: NodeRef<'_>) -> usize {
    let (mut node, mut depth, mut deepest) = (root, 0usize, 0usize);
    loop {
        if let Some(child) = node.first_child() {
            (node, depth) = (child, depth + 1);
            deepest = deepest.max(depth);
            continue;
        }
        loop {
            if depth == 0 {
                return deepest;
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return deepest };
            (node, depth) = (parent, depth - 1);
        }
    }
}

/// The page's description of itself, as the head of a Markdown file has it.
fn front(page: &Document) -> String {
    let mut out = String::new();
    for (name, selector) in META {
        let found = page.select_single(selector);
        let text = if name == "title" { Some(found.text()) } else { found.attr("content") };
        let text = text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            let _ = writeln!(out, "{name}: {}", Value::from(text));
        }
    }
    if out.is_empty() { out } else { format!("---\n{out}---\n\n") }
}

/// JSON-LD of the page, as far as it is JSON.
fn linked_data(page: &Document) -> Vec<String> {
    let scripts = page.select("script[type=\"application/ld+json\"]");
    let texts = scripts.iter().map(|script| script.text().trim().to_owned());
    texts.filter(|text| serde_json::from_str::<Value>(text).is_ok()).collect()
}

/// `example.com` is `https://example.com/`.
fn origin(hostname: &str) -> String {
    if hostname.contains("://") { hostname.to_owned() } else { format!("https://{hostname}/") }
}

fn resolve_links(page: &Document, base: &str) {
    let Ok(base) = url::Url::parse(base) else { return };
    for (selector, attribute) in [("a[href]", "href"), ("img[src]", "src")] {
        for element in page.select(selector).iter() {
            if let Some(link) = element.attr(attribute).filter(|link| !link.starts_with('#'))
                && let Ok(whole) = base.join(&link)
            {
                element.set_attr(attribute, whole.as_str());
            }
        }
    }
}
