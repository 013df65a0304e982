//! Text embeddings: the bge family, bge-m3, embeddinggemma, plamo and qwen3-embedding.
//!
//! Shapes: workers-ai reference 4.2. Vectors leave as shortest float32, rows are L2-normalised.

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::{field, refused};
use crate::ai::catalog::Model;
use crate::engine::backend::Pooling;
use crate::engine::kernels::l2_normalize;
use crate::error::AiError;

/// qwen3-embedding puts this before a query that brings no instruction of its own.
const DEFAULT_INSTRUCTION: &str = "Given a web search query, retrieve relevant passages that answer the query";

/// What is to be embedded, and how the answer looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub texts: Vec<String>,
    /// `None`: the checkpoint's own.
    pub pooling: Option<Pooling>,
    pub answer: Answer,
    /// Longest text in tokens that the model refuses rather than cuts; `None` where it cuts.
    pub refuse_over: Option<usize>,
}

/// The forms of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// `{shape, data, pooling}`: the bge family.
    Pooled,
    /// `{shape, data}`.
    Plain,
    /// `{response: [[…]], shape, pooling}`: bge-m3 over contexts without a query.
    Contexts,
    /// `{response: [{id, score}]}`: bge-m3 over contexts with a query, which is the last text.
    Scores,
}

/// One text of bge-m3 (recorded live: `Sequence too long: 9003 > 8192`).
const BGE_M3_SEQUENCE: usize = 8192;

impl Request {
    /// Reads an input that has passed the schema of `model`. Production's checker knows neither `minItems` nor `maxItems`, so
    /// the number of texts is held to the model's here.
    pub fn parse(model: &Model, input: &Value) -> Result<Self, AiError> {
        let request = Self::read(model, input)?;
        match model.max_batch {
            _ if request.texts.is_empty() => Err(AiError::Model { text: "too few texts: 0 < 1".to_owned() }),
            Some(most) if request.texts.len() > most => {
                Err(AiError::Model { text: format!("too many texts: {} > {most}", request.texts.len()) })
            }
            _ => Ok(request),
        }
    }

    fn read(model: &Model, input: &Value) -> Result<Self, AiError> {
        match model.schema.as_str() {
            "bge-m3" => Self::bge_m3(input),
            "qwen3-embedding" => Self::qwen3(input),
            schema => {
                let answer = if schema == "text-embeddings-bge" { Answer::Pooled } else { Answer::Plain };
                let texts = strings(field(input, "text").ok_or_else(|| refused("`text` is missing"))?)?;
                Ok(Self { texts, pooling: pooling(input), answer, refuse_over: None })
            }
        }
    }

    fn bge_m3(input: &Value) -> Result<Self, AiError> {
        let truncate = field(input, "truncate_inputs").and_then(Value::as_bool).unwrap_or(false);
        let refuse_over = (!truncate).then_some(BGE_M3_SEQUENCE);
        let Some(contexts) = field(input, "contexts").and_then(Value::as_array) else {
            let texts = strings(field(input, "text").ok_or_else(|| refused("`text` or `contexts` is missing"))?)?;
            return Ok(Self { texts, pooling: None, answer: Answer::Pooled, refuse_over });
        };
        let mut texts: Vec<String> =
            contexts.iter().map(|context| text_of(context.get("text").unwrap_or(context))).collect::<Result<_, _>>()?;
        let answer = match field(input, "query") {
            Some(query) => {
                texts.push(text_of(query)?);
                Answer::Scores
            }
            None => Answer::Contexts,
        };
        Ok(Self { texts, pooling: None, answer, refuse_over })
    }

    fn qwen3(input: &Value) -> Result<Self, AiError> {
        let instruction = field(input, "instruction").and_then(Value::as_str).unwrap_or(DEFAULT_INSTRUCTION);
        let queries = field(input, "queries").map(strings).transpose()?.unwrap_or_default();
        let documents =
            field(input, "documents").or_else(|| field(input, "text")).map(strings).transpose()?.unwrap_or_default();
        let mut texts: Vec<String> =
            queries.iter().map(|query| format!("Instruct: {instruction}\nQuery:{query}")).collect();
        texts.extend(documents);
        if texts.is_empty() {
            return Err(refused("one of `queries`, `documents` and `text` is needed"));
        }
        Ok(Self { texts, pooling: None, answer: Answer::Plain, refuse_over: None })
    }
}

fn pooling(input: &Value) -> Option<Pooling> {
    match field(input, "pooling")?.as_str()? {
        "cls" => Some(Pooling::Cls),
        _ => Some(Pooling::Mean),
    }
}

fn strings(value: &Value) -> Result<Vec<String>, AiError> {
    match value {
        // Nor does the checker look into items, or for an empty list.
        Value::Array(items) if items.is_empty() => Err(refused("there must be at least one text")),
        Value::Array(items) => items.iter().map(text_of).collect(),
        one => Ok(vec![text_of(one)?]),
    }
}

fn text_of(value: &Value) -> Result<String, AiError> {
    match value.as_str() {
        Some("") => Err(refused("a text must not be empty")),
        Some(text) => Ok(text.to_owned()),
        None => Err(refused("a text must be a string")),
    }
}

/// The vectors of one call, row by row, in the width that the model has in production.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    pub values: Vec<f32>,
    pub dimensions: usize,
    pub answer: Answer,
    pub pooling: Pooling,
    /// Input tokens after truncation.
    pub tokens: usize,
}

impl Output {
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.dimensions)
    }

    /// Keeps the first `wanted` dimensions of each row, at length 1 again; refuses what the model was not trained for.
    pub fn cut(&mut self, model: &Model, wanted: u64) -> Result<(), AiError> {
        let refuse = |text: String| Err(AiError::InvalidInput { text: format!("model {} {text}", model.name) });
        if wanted == self.dimensions as u64 {
            return Ok(());
        }
        let Some([least, most]) = model.ranges.get("dimensions") else {
            return refuse(format!("makes {} dimensions and no others", self.dimensions));
        };
        if !(*least..=*most).contains(&(wanted as f64)) || wanted > self.dimensions as u64 {
            return refuse(format!("makes {least} to {most} dimensions, not {wanted}"));
        }
        let wanted = wanted as usize;
        let rows = self.values.chunks_exact(self.dimensions);
        self.values = rows.flat_map(|row| &row[..wanted]).copied().collect();
        self.values.chunks_exact_mut(wanted).for_each(l2_normalize);
        self.dimensions = wanted;
        Ok(())
    }

    /// The native result.
    pub fn render(&self) -> Result<Box<RawValue>, serde_json::Error> {
        let shape = [self.values.len() / self.dimensions, self.dimensions];
        let pooling = self.pooling.name();
        let rows = Rows(self);
        match self.answer {
            Answer::Pooled => to_raw_value(&Vectors { shape, data: rows, pooling: Some(pooling) }),
            Answer::Plain => to_raw_value(&Vectors { shape, data: rows, pooling: None }),
            Answer::Contexts => to_raw_value(&Contexts { response: rows, shape, pooling }),
            Answer::Scores => to_raw_value(&serde_json::json!({"response": self.scores()})),
        }
    }

    /// Cosine of each context to the query, best first.
    fn scores(&self) -> Vec<Value> {
        let mut rows: Vec<&[f32]> = self.rows().collect();
        let Some(query) = rows.pop() else { return Vec::new() };
        let mut scores: Vec<(usize, f32)> =
            rows.iter().enumerate().map(|(id, row)| (id, row.iter().zip(query).map(|(a, b)| a * b).sum())).collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1));
        scores.into_iter().map(|(id, score)| serde_json::json!({"id": id, "score": score})).collect()
    }
}

#[derive(Serialize)]
struct Vectors<'a> {
    shape: [usize; 2],
    data: Rows<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pooling: Option<&'static str>,
}

#[derive(Serialize)]
struct Contexts<'a> {
    response: Rows<'a>,
    shape: [usize; 2],
    pooling: &'static str,
}

struct Rows<'a>(&'a Output);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(None)?;
        for row in self.0.rows() {
            rows.serialize_element(row)?;
        }
        rows.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::ai::catalog::Catalog;

    fn parse(model: &str, input: Value) -> Result<Request, AiError> {
        Request::parse(Catalog::builtin().get(model).unwrap(), &input)
    }

    #[test]
    fn one_text_and_many_are_alike() {
        let one = parse("@cf/baai/bge-small-en-v1.5", json!({"text": "a"})).unwrap();
        let many = parse("@cf/baai/bge-small-en-v1.5", json!({"text": ["a"], "pooling": "cls"})).unwrap();
        assert_eq!(one.texts, many.texts);
        assert_eq!((one.pooling, many.pooling), (None, Some(Pooling::Cls)));
    }

    #[test]
    fn texts_are_counted() {
        let ask = |texts: Vec<&str>| parse("@cf/baai/bge-small-en-v1.5", json!({"text": texts}));
        assert_eq!(ask(vec!["a"; 100]).unwrap().texts.len(), 100);
        for (texts, code) in [(vec!["a"; 101], 3030), (Vec::new(), 8001), (vec!["a", ""], 8001)] {
            assert_eq!(ask(texts).unwrap_err().code(), code);
        }
        let queries = |count| parse("@cf/qwen/qwen3-embedding-0.6b", json!({"queries": vec!["a"; count]}));
        assert!(queries(32).is_ok() && queries(33).is_err());
    }

    #[test]
    fn bge_m3_scores_contexts_against_a_query() {
        let request =
            parse("@cf/baai/bge-m3", json!({"query": "q", "contexts": [{"text": "a"}, {"text": "b"}]})).unwrap();
        assert_eq!(request.texts, ["a", "b", "q"]);
        let output = Output {
            values: vec![0.0, 1.0, 1.0, 0.0, 0.6, 0.8],
            dimensions: 2,
            answer: request.answer,
            pooling: Pooling::Mean,
            tokens: 9,
        };
        let rendered = output.render().unwrap().to_string();
        assert!(rendered.starts_with(r#"{"response":[{"id":0,"score":0.8"#), "{rendered}");
    }

    #[test]
    fn qwen3_prefixes_queries_only() {
        let request = parse("@cf/qwen/qwen3-embedding-0.6b", json!({"queries": "q", "documents": ["d"]})).unwrap();
        assert!(request.texts[0].ends_with("Query:q") && request.texts[1] == "d");
        assert!(parse("@cf/qwen/qwen3-embedding-0.6b", json!({})).is_err());
    }

    #[test]
    fn rows_are_cut_where_the_model_was_trained_for_it() {
        let model = |name: &str| Catalog::builtin().get(name).unwrap();
        let output = || {
            let mut values = vec![0.0; 1024];
            (values[0], values[1], values[500]) = (3.0, 4.0, 9.0);
            Output { values, dimensions: 1024, answer: Answer::Plain, pooling: Pooling::Last, tokens: 3 }
        };
        let qwen = model("@cf/qwen/qwen3-embedding-0.6b");
        let mut cut = output();
        cut.cut(qwen, 64).unwrap();
        assert_eq!((cut.dimensions, &cut.values[..3]), (64, &[0.6, 0.8, 0.0][..]));
        for (model, wanted) in [(qwen, 31), (qwen, 1025), (qwen, 0), (model("@cf/baai/bge-m3"), 512)] {
            let mut whole = output();
            assert!(whole.cut(model, wanted).is_err() && whole == output(), "{wanted}");
        }
        assert!(output().cut(model("@cf/baai/bge-m3"), 1024).is_ok());
    }

    #[test]
    fn vectors_are_printed_as_shortest_float32() {
        let output = Output {
            values: vec![0.2321, 0.0],
            dimensions: 2,
            answer: Answer::Pooled,
            pooling: Pooling::Mean,
            tokens: 3,
        };
        assert_eq!(output.render().unwrap().get(), r#"{"shape":[1,2],"data":[[0.2321,0.0]],"pooling":"mean"}"#);
    }
}
