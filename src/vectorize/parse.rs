//! Uploads: vectors as NDJSON lines, or as `{"vectors":[…]}` from the binding.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::limits::Bounds;
use super::metadata::Metadata;
use super::touched;
use crate::error::{Format, Operation, VectorizeError};

/// A vector that passed every check, on its way into an index.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector {
    /// At most 64 bytes.
    pub id: String,
    /// At most 64 bytes.
    pub namespace: Option<String>,
    pub metadata: Option<Arc<Metadata>>,
    /// As many as the index has dimensions, all finite.
    pub values: Vec<f32>,
}

/// A vector as a line spells it; nothing but its form is checked.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Line {
    pub(super) id: String,
    pub(super) values: Vec<f32>,
    pub(super) namespace: Option<String>,
    pub(super) metadata: Option<Map<String, Value>>,
}

/// What becomes of lines that do not parse: the query parameter `unparsable-behavior`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unparsable {
    /// The whole upload is refused. The default, as far as seen.
    #[default]
    Error,
    /// Such lines are skipped.
    Discard,
}

/// Reads NDJSON. Blank lines are skipped but counted; an empty body has no vectors and is no error.
pub fn ndjson(body: &[u8], operation: Operation, unparsable: Unparsable) -> Result<Vec<Line>, VectorizeError> {
    let mut lines = Vec::new();
    for (number, line) in body.split(|&byte| byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        match (parse_line(line), unparsable) {
            (Some(line), _) => lines.push(line),
            (None, Unparsable::Discard) => {}
            (None, Unparsable::Error) => {
                let format = Format::Ndjson;
                return Err(VectorizeError::UnparsableVectors { operation, format, line: Some(number) });
            }
        }
    }
    Ok(lines)
}

/// Reads `{"vectors":[…]}`, the binding's other form.
pub fn json(body: &[u8], operation: Operation) -> Result<Vec<Line>, VectorizeError> {
    #[derive(Deserialize)]
    struct Body {
        vectors: Vec<Line>,
    }
    match serde_json::from_slice::<Body>(body) {
        Ok(body) if body.vectors.iter().all(Line::is_finite) => Ok(body.vectors),
        _ => Err(VectorizeError::UnparsableVectors { operation, format: Format::Json, line: None }),
    }
}

fn parse_line(line: &[u8]) -> Option<Line> {
    // serde would take an array for a struct: `["a",[1,2]]`.
    if line.first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice::<Line>(line).ok().filter(Line::is_finite)
}

impl Line {
    /// A vector that was not spelled by anybody: `values` must be finite.
    pub fn new(id: String, values: Vec<f32>, namespace: Option<String>, metadata: Option<Map<String, Value>>) -> Self {
        Self { id, values, namespace, metadata }
    }

    /// 1e39 is a double, but no float32.
    pub fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }

    /// Checks a line against its index. The dimensions come first: so production was seen to order it.
    pub fn check(self, dimensions: usize, bounds: &Bounds) -> Result<Vector, VectorizeError> {
        let Self { id, values, namespace, metadata } = self;
        if values.len() != dimensions {
            return Err(VectorizeError::VectorDimensions { id, expected: dimensions, got: values.len() });
        }
        check_id(&id, bounds)?;
        if let Some(namespace) = &namespace {
            check_namespace(namespace, bounds)?;
        }
        let metadata = metadata.map(|map| Metadata::new(&id, map, bounds).map(Arc::new)).transpose()?;
        Ok(Vector { id, namespace, metadata, values })
    }
}

/// Checks an id's length, wherever one is sent.
pub fn check_id(id: &str, bounds: &Bounds) -> Result<(), VectorizeError> {
    touched::note("vectorize.vector_id_bytes", id.len());
    if id.len() > bounds.id_bytes {
        return Err(VectorizeError::IdTooLong { limit: bounds.id_bytes, got: id.len() });
    }
    Ok(())
}

/// Checks a namespace's length, wherever one is sent.
pub fn check_namespace(namespace: &str, bounds: &Bounds) -> Result<(), VectorizeError> {
    touched::note("vectorize.namespace_bytes", namespace.len());
    if namespace.len() > bounds.namespace_bytes {
        return Err(VectorizeError::NamespaceTooLong { limit: bounds.namespace_bytes, got: namespace.len() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vectorize::limits::tests::BOUNDS;

    const GOOD: &str = r#"{"id":"a","values":[1,2.5],"namespace":"n","metadata":{"k":"v"},"extra":0}"#;

    fn lines(body: &str) -> Result<Vec<Line>, VectorizeError> {
        ndjson(body.as_bytes(), Operation::Insert, Unparsable::Error)
    }

    #[test]
    fn lines_become_vectors() {
        let parsed = lines(&format!("{GOOD}\r\n\n{{\"id\":\"b\",\"values\":[]}}\n")).expect("parses");
        assert_eq!(parsed.len(), 2);
        let vector = parsed.into_iter().next().expect("two lines").check(2, &BOUNDS).expect("fits");
        assert_eq!((vector.id.as_str(), vector.namespace.as_deref()), ("a", Some("n")));
        assert_eq!(vector.values, [1.0, 2.5]);
        assert!(lines("").expect("no vectors").is_empty());
        assert!(lines("\n \n").expect("no vectors").is_empty());
    }

    #[test]
    fn a_bad_line_is_named_or_discarded() {
        for bad in [
            "x",
            "{",
            "[]",
            r#"["a",[1,2]]"#,
            "null",
            r#"{"id":"a"}"#,
            r#"{"id":1,"values":[1]}"#,
            r#"{"id":"a","vector":[1]}"#,
            r#"{"id":"a","values":{"0":1}}"#,
            r#"{"id":"a","values":[NaN]}"#,
            r#"{"id":"a","values":[null]}"#,
            r#"{"id":"a","values":["1"]}"#,
            r#"{"id":"a","values":[1e999]}"#,
            r#"{"id":"a","values":[1e39]}"#,
            r#"{"id":"a","values":[1],"metadata":[]}"#,
            r#"{"id":"a","values":[1],"metadata":{"k":"\ud800"}}"#,
            r#"{"id":"\udc00","values":[1]}"#,
            r#"{"id":"a","id":"b","values":[1]}"#,
            r#"{"id":"a","values":[1]} {"id":"b","values":[1]}"#,
            "\u{feff}{}",
        ] {
            let body = format!("{GOOD}\n\n{bad}");
            assert_eq!(
                lines(&body).map_err(|error| error.to_string()).map(drop),
                Err("failed to parse insert vectors request in ndjson format: line Some(2) was not expected format"
                    .into()),
                "{bad}"
            );
            let kept = ndjson(body.as_bytes(), Operation::Insert, Unparsable::Discard).expect("discards");
            assert_eq!(kept.len(), 1, "{bad}");
        }
        let deep = format!(r#"{{"id":"a","values":[1],"metadata":{{"k":{}}}}}"#, "[".repeat(100_000));
        assert!(lines(&deep).is_err());
        assert!(ndjson(b"{\"id\":\"\xff\",\"values\":[1]}", Operation::Insert, Unparsable::Error).is_err());
    }

    #[test]
    fn the_json_form_is_whole_or_refused() {
        let parse = |body: &str| json(body.as_bytes(), Operation::Upsert).map(|lines| lines.len());
        assert_eq!(parse(&format!(r#"{{"vectors":[{GOOD},{GOOD}]}}"#)), Ok(2));
        assert_eq!(parse(r#"{"vectors":[]}"#), Ok(0));
        for bad in ["", "{}", "[]", r#"{"vectors":{}}"#, r#"{"vectors":[{"id":"a","values":[1e39]}]}"#, GOOD] {
            assert_eq!(
                parse(bad).map_err(|error| error.to_string()),
                Err("failed to parse upsert vectors request in json format: line None was not expected format".into())
            );
        }
    }

    #[test]
    fn checks_come_in_order() {
        let line = |id: &str, namespace: &str, values: usize| Line {
            id: id.into(),
            values: vec![0.0; values],
            namespace: Some(namespace.into()),
            metadata: None,
        };
        let (fits, long) = ("é".repeat(32), format!("{}x", "é".repeat(32)));
        let text = |line: Line| {
            line.check(2, &BOUNDS).map(|vector| vector.id).map_err(|error| (error.code(), error.to_string()))
        };
        assert_eq!(text(line(&fits, &fits, 2)), Ok(fits.clone()));
        assert_eq!(
            text(line(&long, &long, 3)),
            Err((40012, format!("invalid vector for id=\"{long}\", expected 2 dimensions, and got 3 dimensions")))
        );
        assert_eq!(text(line(&long, &long, 2)), Err((40008, "id too long; max is 64 bytes, got 65 bytes".into())));
        assert_eq!(text(line("a", &long, 2)), Err((40009, "namespace too long; max is 64 bytes, got 65 bytes".into())));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\",:0-9a-z\\\\\n]{0,80}") {
            for body in [body.as_slice(), text.as_bytes()] {
                for unparsable in [Unparsable::Error, Unparsable::Discard] {
                    drop(ndjson(body, Operation::Upsert, unparsable));
                }
                drop(json(body, Operation::Upsert));
            }
        }
    }
}
