//! The bundled stand-in against what PyTorch made of the same file (`golden.json`), and against what was said.

use std::path::PathBuf;

use serde::Deserialize;

use super::sound::decode;
use super::{Options, Whisper};
use crate::engine::checkpoints::bundled;
use crate::engine::kernels::Isa;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    /// Below `tests/fixtures/speech`.
    file: String,
    said: String,
    heard: String,
}

#[test]
fn kindling_whisper_hears_what_pytorch_hears() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let golden = std::fs::read(root.join("models/kindling-whisper/golden.json")).unwrap();
    let golden: Golden = serde_json::from_slice(&golden).unwrap();
    let mut whisper = Whisper::load(&bundled("kindling-whisper").unwrap(), Isa::best(), None).unwrap();
    assert!(golden.cases.len() >= 2);
    let (mut said, mut right) = (0, 0);
    for case in &golden.cases {
        let file = std::fs::read(root.join("tests/fixtures/speech").join(&case.file)).unwrap();
        let sound = decode(file.into(), &|| Ok(())).unwrap();
        let options = Options { language: Some("en".to_owned()), ..Options::default() };
        let transcript = whisper.transcribe(&sound, &options, &|| Ok(())).unwrap();
        assert_eq!(transcript.text().trim(), case.heard, "{}", case.file);
        let words: Vec<&str> = case.said.split(' ').collect();
        said += words.len();
        right += words.iter().filter(|word| case.heard.contains(**word)).count();
        let times: Vec<f32> = transcript.words().map(|word| word.start).collect();
        assert!(times.is_sorted() && times.len() == case.heard.split(' ').count(), "{times:?}");
    }
    assert!(right * 2 > said, "{right} of {said} words are what was said");
}
