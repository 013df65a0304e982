//! From letters to sounds by rules: the first that fits at a place says what its letters sound like.
//!
//! A rule is `before(letters)after SOUNDS…`. In what stands before and after: `_` the word's edge, `#` a vowel's letter, `^`
//! a consonant's, `+` one of e, i and y, `*` any number of consonants, `~` an ending with a mute e or `-ing`; letters
//! are themselves. A rule may have no sounds.

use std::collections::BTreeMap;

use super::phoneme::{Phoneme, listed};

#[derive(Debug)]
pub struct Rule {
    before: Vec<char>,
    letters: Vec<char>,
    after: Vec<char>,
    sounds: Vec<Phoneme>,
}

/// Rules by their first letter.
#[derive(Debug, Default)]
pub struct Rules(BTreeMap<char, Vec<Rule>>);

impl Rules {
    /// Reads rules, one a line; a line without parentheses is none.
    pub fn parse(text: &str) -> Self {
        let mut rules = Self::default();
        for line in text.lines() {
            let (pattern, sounds) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            let Some((before, (letters, after))) =
                pattern.split_once('(').and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
            else {
                continue;
            };
            let Some(first) = letters.chars().next() else { continue };
            let all = |text: &str| text.chars().collect();
            let sounds = listed(sounds).collect();
            let rule = Rule { before: all(before), letters: all(letters), after: all(after), sounds };
            rules.0.entry(first).or_default().push(rule);
        }
        rules
    }

    /// The sounds of a word in small letters.
    pub fn sounds(&self, word: &[char]) -> Vec<Phoneme> {
        let (mut sounds, mut at) = (Vec::new(), 0);
        while at < word.len() {
            let rules = self.0.get(&word[at]).map(Vec::as_slice).unwrap_or_default();
            match rules.iter().find(|rule| rule.fits(word, at)) {
                Some(rule) => {
                    sounds.extend(&rule.sounds);
                    at += rule.letters.len();
                }
                None => at += 1,
            }
        }
        sounds
    }
}

pub fn is_vowel(letter: char) -> bool {
    "aeiouyáéíóúüàâäèêëîïôöùûœæ".contains(letter)
}

impl Rule {
    fn fits(&self, word: &[char], at: usize) -> bool {
        let end = at + self.letters.len();
        word[at..].starts_with(&self.letters)
            && follows(&self.after, &word[end..])
            && precedes(&self.before, &word[..at])
    }
}

fn is(sign: char, letter: char) -> bool {
    match sign {
        '#' => is_vowel(letter),
        '^' => letter.is_alphabetic() && !is_vowel(letter),
        '+' => "eiyéíèê".contains(letter),
        _ => sign == letter,
    }
}

/// Whether the letters behind a rule's own are those that it wants.
fn follows(signs: &[char], letters: &[char]) -> bool {
    let Some((sign, signs)) = signs.split_first() else { return true };
    match sign {
        '_' => letters.is_empty(),
        '~' => {
            let rest: String = letters.iter().collect();
            ["e", "es", "ed", "er", "ers", "ely", "eless", "eful", "ement", "ing", "ings"].contains(&rest.as_str())
        }
        _ => letters.first().is_some_and(|letter| is(*sign, *letter)) && follows(signs, &letters[1..]),
    }
}

/// The same for those before it, from the right.
fn precedes(signs: &[char], letters: &[char]) -> bool {
    let Some((sign, signs)) = signs.split_last() else { return true };
    match sign {
        '_' => letters.is_empty(),
        '*' => {
            let kept = letters.iter().rposition(|letter| !is('^', *letter)).map_or(0, |place| place + 1);
            precedes(signs, &letters[..kept])
        }
        _ => letters.last().is_some_and(|letter| is(*sign, *letter)) && precedes(signs, &letters[..letters.len() - 1]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_heeded() {
        let rules = Rules::parse("(a)^~ EY\n(a) AE\n(m) M\n(k) K\n#*(e)_\n(e) EH\n_(i) IY\nno rule");
        let sounds = |word: &str| rules.sounds(&word.chars().collect::<Vec<_>>());
        assert_eq!(sounds("make"), [Phoneme::M, Phoneme::EY, Phoneme::K]);
        assert_eq!(sounds("mak"), [Phoneme::M, Phoneme::AE, Phoneme::K]);
        assert_eq!(sounds("me"), [Phoneme::M, Phoneme::EH]);
        assert_eq!(sounds("im?i"), [Phoneme::IY, Phoneme::M]);
    }
}
