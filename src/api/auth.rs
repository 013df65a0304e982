//! Who may call. By default everybody; with `--token` exactly one token, refused as production refuses.

use axum::http::{HeaderMap, header};

use crate::error::PlatformError;

/// Checks the bearer token of a v4 API call.
pub fn check(expected: Option<&str>, headers: &HeaderMap) -> Result<(), PlatformError> {
    let Some(expected) = expected else { return Ok(()) };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    match given {
        Some(token) if same(token, expected) => Ok(()),
        _ => Err(PlatformError::Authentication),
    }
}

/// Takes the same time wherever two tokens of one length differ.
fn same(given: &str, expected: &str) -> bool {
    given.len() == expected.len()
        && given.bytes().zip(expected.bytes()).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_is_let_in() {
        let headers = |token: &str| {
            let value = format!("Bearer {token}").parse().unwrap();
            HeaderMap::from_iter([(header::AUTHORIZATION, value)])
        };
        assert!(check(None, &HeaderMap::new()).is_ok());
        assert!(check(Some("secret"), &headers("secret")).is_ok());
        assert!(check(Some("secret"), &headers("Secret")).is_err());
        assert!(check(Some("secret"), &HeaderMap::new()).is_err());
    }
}
