//! Names that clients send: unknown ones, ones that are refused, and the nearest known one for a hint.

use super::{Catalog, Model};
use crate::error::AiError;

/// Longer names get no hint: comparing them would cost more than the hint is worth.
const HINT_MAX_CHARS: usize = 128;

impl Catalog {
    /// The refusal of a name that the catalogue does not have.
    pub fn unknown(&self, name: &str) -> AiError {
        AiError::NoSuchModel { model: name.to_owned() }
    }

    /// The known name nearest to `name`, if one is near: for a hint in logs. Case, a missing `@cf/author/` and a few
    /// wrong characters are forgiven.
    pub fn suggest(&self, name: &str) -> Option<&str> {
        let wanted: Vec<char> = name.trim().to_lowercase().chars().take(HINT_MAX_CHARS + 1).collect();
        if wanted.is_empty() || wanted.len() > HINT_MAX_CHARS {
            return None;
        }
        // A third of the characters may differ; more is another name.
        let tolerance = wanted.len() / 3;
        self.iter()
            .map(|model| (distance_to(&wanted, &model.name), model))
            .min_by_key(|(distance, model)| (*distance, model.deprecated.is_some()))
            .filter(|(distance, _)| *distance <= tolerance)
            .map(|(_, model)| model.name.as_str())
    }

    /// Whether production would run `model` on `today` (`YYYY-MM-DD`): 5028 once it is deprecated (an alias is answered
    /// by its replacement), 5035 for a paid model on the free plan.
    pub fn check_usable(
        &self,
        model: &Model,
        today: &str,
        plan_is_free: bool,
        allow_deprecated: bool,
    ) -> Result<(), AiError> {
        let model = self.answering(model, today);
        if let Some(date) = model.deprecated.as_ref().filter(|_| model.is_deprecated(today) && !allow_deprecated) {
            return Err(AiError::Deprecated { model: model.name.clone(), date: date.clone() });
        }
        if model.paid_only && plan_is_free {
            return Err(AiError::PaidOnly { model: model.name.clone() });
        }
        Ok(())
    }
}

/// Edits from `wanted` (lower case) to a model's whole name or to its last part.
fn distance_to(wanted: &[char], name: &str) -> usize {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let last = name.rsplit(|&character| character == '/').next().unwrap_or(&name);
    edits(wanted, &name).min(edits(wanted, last))
}

/// Levenshtein distance.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, &left) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &right) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits_of(a: &str, b: &str) -> usize {
        edits(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(edits_of("kitten", "sitting"), 3);
        assert_eq!(edits_of("", "abc"), 3);
        assert_eq!(edits_of("abc", ""), 3);
        assert_eq!(edits_of("same", "same"), 0);
    }

    #[test]
    fn names_are_exact_and_hints_are_near() {
        let catalog = Catalog::builtin();
        let name = "@cf/baai/bge-small-en-v1.5";
        for odd in
            ["", " ", "@CF/BAAI/BGE-SMALL-EN-V1.5", "@cf/baai/bge-small-en-v1.5 ", "%40cf/baai/bge-m3", "\0", "🦀"]
        {
            assert!(catalog.get(odd).is_none(), "{odd:?}");
            assert_eq!(catalog.unknown(odd), AiError::NoSuchModel { model: odd.to_owned() });
        }
        assert_eq!(catalog.suggest("@CF/BAAI/BGE-SMALL-EN-V1.5"), Some(name));
        assert_eq!(catalog.suggest("bge-small-en-v1.5"), Some(name));
        assert_eq!(catalog.suggest("@cf/baai/bge-smal-en-1.5"), Some(name));
        assert_eq!(catalog.suggest("gpt-99-ultra-something-else"), None);
        assert_eq!(catalog.suggest(""), None);
        assert_eq!(catalog.suggest(&"x".repeat(1_000_000)), None);
    }

    #[test]
    fn deprecated_and_paid_models_are_refused() {
        let catalog = Catalog::builtin();
        let old = catalog.get("@cf/meta/llama-3.1-8b-instruct").unwrap();
        assert_eq!(catalog.check_usable(old, "2026-05-29", true, false), Ok(()));
        let refused = catalog.check_usable(old, "2026-05-30", true, false).unwrap_err();
        assert_eq!((refused.code(), refused.status()), (5028, 410));
        assert!(refused.to_string().ends_with("was deprecated on 2026-05-30"), "{refused}");
        assert_eq!(catalog.check_usable(old, "2026-11-23", true, true), Ok(()));

        let paid = catalog.get("@cf/moonshotai/kimi-k2.6").unwrap();
        assert_eq!(catalog.check_usable(paid, "2026-11-23", false, false), Ok(()));
        let refused = catalog.check_usable(paid, "2026-11-23", true, false).unwrap_err();
        assert_eq!((refused.code(), refused.status()), (5035, 403));
    }

    #[test]
    fn an_alias_answers_with_its_replacement_from_its_date_on() {
        let catalog = Catalog::builtin();
        let alias = catalog.get("@cf/moonshotai/kimi-k2.5").unwrap();
        assert_eq!(catalog.answering(alias, "2026-05-29").name, alias.name);
        assert_eq!(catalog.answering(alias, "2026-05-30").name, "@cf/moonshotai/kimi-k2.6");
        assert_eq!(catalog.check_usable(alias, "2026-11-23", false, false), Ok(()));
        assert!(catalog.check_usable(alias, "2026-11-23", true, false).is_err());
    }
}
