//! A text cut into sentences, for models that were trained on single ones.

/// Each sentence with the white space that follows it; nothing of the text is lost. A sentence ends behind `.`, `!`, `?`, `।`, `。`
/// and the like with white space after it, and with its line.
pub fn sentences(text: &str) -> Vec<(&str, &str)> {
    let mut rest = text.trim_start();
    let before = &text[..text.len() - rest.len()];
    let mut found = if before.is_empty() { Vec::new() } else { vec![("", before)] };
    while !rest.is_empty() {
        let end = end(rest);
        let (sentence, after) = rest.split_at(end);
        let space = after.len() - after.trim_start().len();
        let (space, next) = after.split_at(space);
        found.push((sentence, space));
        rest = next;
    }
    found
}

/// Where the first sentence ends, before the white space behind it.
fn end(text: &str) -> usize {
    let mut is_over = false;
    for (at, letter) in text.char_indices() {
        if letter == '\n' || (is_over && letter.is_whitespace()) {
            return at;
        }
        is_over = match letter {
            '.' | '!' | '?' | '।' | '…' => true,
            '"' | '\'' | ')' | '»' | '”' | '’' => is_over,
            _ => false,
        };
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn nothing_is_lost_between_sentences() {
        let text = "Hello! How are you?  I paid 3.50 \"today.\" Yes\nno end\n\n";
        let parts = sentences(text);
        let found: Vec<&str> = parts.iter().map(|(sentence, _)| *sentence).collect();
        assert_eq!(found, ["Hello!", "How are you?", "I paid 3.50 \"today.\"", "Yes", "no end"]);
        assert_eq!(parts.iter().map(|(sentence, space)| format!("{sentence}{space}")).collect::<String>(), text);
        assert!(sentences("").is_empty());
        assert_eq!(sentences(" a"), [("", " "), ("a", "")]);
    }
}
