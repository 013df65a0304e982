//! Text as a URL's path and our own headers write it.

/// A plus sign stands for itself.
pub fn percent_decoded(text: &str) -> String {
    // The decoder of forms would take them for a blank and for the next pair.
    let form = format!("v={}", text.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_read() {
        assert_eq!(percent_decoded("GET%20%2Fa%2Bb+c%25&d=e"), "GET /a+b+c%&d=e");
        assert_eq!(percent_decoded(""), "");
    }
}
