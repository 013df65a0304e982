//! Pictures in: what they show, where it is, and in words.
//!
//! Shapes: workers-ai reference 4.4. Classification gives the five likeliest classes, named as production names them: the first
//! of ImageNet's words for a class, in capitals (`PERSIAN CAT`, Cloudflare's own example). Boxes are in pixels of the picture.

use serde_json::{Value, json};

use super::field;
use crate::engine::vision::{Found, Guess, Size};

/// Classes that an answer has.
pub const CLASSES: usize = 5;
/// The least score of what is said to be in a picture: `transformers`' own for detection.
pub const LEAST_SCORE: f32 = 0.5;
/// Tokens of a description where neither the call nor the model says how many.
const TOKENS: usize = 512;

/// The result of a classification.
pub fn classes(guesses: &[Guess]) -> Value {
    let label = |label: &str| label.split(',').next().unwrap_or_default().trim().to_uppercase();
    guesses.iter().map(|guess| json!({"label": label(&guess.label), "score": guess.score})).collect()
}

/// The result of a detection.
pub fn objects(found: &[Found], size: Size) -> Value {
    let object = |one: &Found| {
        let [xmin, ymin, xmax, ymax] = pixels(&one.bounds, size);
        json!({"score": one.score, "label": one.label, "box": {"xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax}})
    };
    found.iter().map(object).collect()
}

/// Whole pixels, as `transformers` gives them.
fn pixels(bounds: &[f32; 4], size: Size) -> [u64; 4] {
    let sides = [size.width, size.height, size.width, size.height];
    std::array::from_fn(|edge| (f64::from(bounds[edge]) * sides[edge] as f64) as u64)
}

/// The result of a description.
pub fn description(text: &str) -> Value {
    json!({"description": text})
}

/// `max_tokens` of a description.
pub fn most_tokens(input: &Value) -> usize {
    field(input, "max_tokens").and_then(Value::as_f64).map_or(TOKENS, |count| (count as usize).clamp(1, 4096))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_named_as_production_names_them() {
        let guess = Guess { label: "Pekinese, Pekingese, Peke".to_owned(), score: 0.25 };
        assert_eq!(classes(&[guess]), json!([{"label": "PEKINESE", "score": 0.25}]));
    }

    #[test]
    fn boxes_are_pixels_of_the_picture() {
        let found = Found { label: "cup".to_owned(), score: 0.5, bounds: [0.25, 0.0, 1.0, 0.5] };
        let expected = json!([{"score": 0.5, "label": "cup", "box": {"xmin": 50, "ymin": 0, "xmax": 200, "ymax": 50}}]);
        assert_eq!(objects(&[found], Size { width: 200, height: 100 }), expected);
    }

    #[test]
    fn a_description_has_some_tokens() {
        let tokens = |value: Value| most_tokens(&json!({"max_tokens": value}));
        assert_eq!((tokens(json!(null)), tokens(json!(3)), tokens(json!(-7)), tokens(json!(1e300))), (512, 3, 1, 4096));
    }
}
