//! Whisper against `transformers`, on the tiny random checkpoint that `models/recipes/parity/whisper.py` recorded.

use std::path::PathBuf;

use safetensors::SafeTensors;

use super::decoder::Saying;
use super::search::{Beginning, Thresholds, search, softmax};
use super::{Options, Whisper};
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::kernels::Isa;
use crate::engine::speech::mel::Mel;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/parity/whisper")
}

fn whisper(isa: Isa) -> Whisper {
    Whisper::load(&Checkpoint::folder("parity", folder()), isa, None).unwrap()
}

/// For every instruction set of this machine, and in Candle's operations.
fn all() -> Vec<(&'static str, Whisper)> {
    let checkpoint = Checkpoint::folder("parity", folder());
    let mut all: Vec<_> = Isa::all().into_iter().map(|isa| (isa.name(), whisper(isa))).collect();
    all.push(("Candle", Whisper::load(&checkpoint, Isa::best(), Some(&candle_core::Device::Cpu)).unwrap()));
    all
}

struct Expected(Vec<u8>);

impl Expected {
    fn read() -> Self {
        Self(std::fs::read(folder().join("expected.safetensors")).unwrap())
    }

    fn floats(&self, name: &str) -> Vec<f32> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = file.tensor(name).unwrap();
        tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }

    fn ids(&self, name: &str) -> Vec<u32> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = file.tensor(name).unwrap();
        tensor.data().as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes) as u32).collect()
    }
}

/// Greatest difference over the root mean square.
fn assert_near(found: &[f32], expected: &[f32], most: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let rms = (expected.iter().map(|x| x * x).sum::<f32>() / expected.len() as f32).sqrt();
    let difference = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(rms > 0.0 && difference / rms < most, "{what}: {}", difference / rms);
}

fn no_end() -> Result<(), Failure> {
    Ok(())
}

#[test]
fn the_picture_agrees_for_both_numbers_of_mels() {
    let expected = Expected::read();
    for count in [80, 128] {
        let picture = Mel::new(Isa::best(), count).picture(&expected.floats("sound"), 200);
        // Logarithms of quiet bands carry more of the transform's rounding.
        assert_near(&picture, &expected.floats(&format!("mel.{count}")), 2e-4, &format!("{count} mels"));
    }
}

#[test]
fn states_logits_and_looks_agree_wherever_they_are_computed() {
    let expected = Expected::read();
    let forced = expected.ids("forced");
    for (name, mut whisper) in all() {
        let heard = whisper.encoder.encode(&expected.floats("mel.80"), &no_end).unwrap();
        assert_near(&heard, &expected.floats("heard"), 1e-4, name);
        let mut saying = whisper.decoder.listen(&heard).unwrap();
        let logits = whisper.decoder.say(&mut saying, &forced, true).unwrap();
        assert_near(&logits, &expected.floats("logits"), 1e-4, name);
        for [layer, head] in [[0, 1], [1, 2]] {
            let found = whisper.decoder.attention(&saying, [layer, head], 100).unwrap();
            assert_near(&found, &expected.floats(&format!("look.{layer}.{head}")), 1e-3, name);
        }
        // The same, token by token.
        whisper.decoder.rewind(&mut saying, 0);
        let one_by_one: Vec<f32> =
            forced.iter().flat_map(|token| whisper.decoder.say(&mut saying, &[*token], false).unwrap()).collect();
        assert_near(&one_by_one, &logits, 1e-5, name);
    }
}

#[test]
fn the_likeliest_tokens_and_the_language_agree() {
    let expected = Expected::read();
    let mut whisper = whisper(Isa::best());
    let heard = whisper.encoder.encode(&expected.floats("mel.80"), &no_end).unwrap();
    let mut saying = whisper.decoder.listen(&heard).unwrap();
    let said = expected.ids("said");
    // Of twenty tokens the recording has at most; nothing counts as gone wrong here.
    let thresholds = Thresholds { no_speech: 2.0, compression: f32::MAX, log_probability: f32::MIN };
    let beginning = Beginning { prompt: &[], start: &said[..4], prefix: &[], thresholds: &thresholds, beams: 1 };
    let (decoder, tokens) = (&mut whisper.decoder, &whisper.tokens);
    let found = search(decoder, &mut saying, tokens, &beginning, &|_| String::new(), &no_end).unwrap();
    let ids: Vec<u32> = found.chosen.iter().map(|token| token.id).collect();
    // Half of the decoder's tokens is the most.
    let both = ids.len().min(said.len() - 4);
    assert!(both >= 10 && ids[..both] == said[4..4 + both], "{ids:?} {said:?}");
    let mut odds = expected.floats("first");
    softmax(&mut odds, 1.0);
    let languages = whisper.tokens.languages.clone();
    let best = languages.iter().max_by(|a, b| odds[*a.1 as usize].total_cmp(&odds[*b.1 as usize]));
    let transcript = whisper.transcribe(&expected.floats("sound"), &Options::default(), &no_end).unwrap();
    assert_eq!(best.map(|(code, _)| code.as_str()), Some(transcript.language.as_str()));
    assert!((transcript.duration - 1.5).abs() < 1e-6 && transcript.language_probability > 1.0 / 3.0);
}

#[test]
fn beams_find_what_they_find_in_transformers_and_their_odds_and_looks_are_the_texts_own() {
    let expected = Expected::read();
    let thresholds = Thresholds { no_speech: 2.0, compression: f32::MAX, log_probability: f32::MIN };
    for ((name, mut whisper), beams) in all().into_iter().zip([2; 9]).chain(all().into_iter().zip([5; 9])) {
        let heard = whisper.encoder.encode(&expected.floats("mel.80"), &no_end).unwrap();
        let mut saying = whisper.decoder.listen(&heard).unwrap();
        let start = &expected.ids("said")[..4];
        let beginning = Beginning { prompt: &[], start, prefix: &[], thresholds: &thresholds, beams };
        let (decoder, tokens) = (&mut whisper.decoder, &whisper.tokens);
        let found = search(decoder, &mut saying, tokens, &beginning, &|_| String::new(), &no_end).unwrap();
        let ids: Vec<u32> = found.chosen.iter().map(|token| token.id).collect();
        assert_eq!(ids, expected.ids(&format!("beams.{beams}")), "{} {beams} beams", name);
        // The cache holds the text that was found: the next token's odds and the looks are those of saying it at once.
        let mut again = decoder.listen(&heard).unwrap();
        let all = [start, &ids].concat();
        decoder.say(&mut again, &all, false).unwrap();
        let looks = |saying: &Saying| decoder.attention(saying, [1, 2], 100).unwrap();
        assert_near(&looks(&saying), &looks(&again), 1e-4, name);
        assert!(found.chosen.iter().all(|token| token.log_probability < 0.0) && found.mean_log_probability < 0.0);
    }
}

#[test]
fn options_change_what_stands_before_the_text() {
    let sound = Expected::read().floats("sound");
    let mut whisper = whisper(Isa::best());
    let mut texts = Vec::new();
    let base = Options { language: Some("en".to_owned()), ..Options::default() };
    for options in [
        base.clone(),
        Options { translate: true, ..base.clone() },
        Options { prompt: Some("the king".to_owned()), ..base.clone() },
        Options { prefix: Some("please".to_owned()), ..base.clone() },
    ] {
        let transcript = whisper.transcribe(&sound, &options, &no_end).unwrap();
        for word in transcript.words() {
            assert!(word.start <= word.end && (0.0..=1.5).contains(&word.end), "{word:?}");
        }
        texts.push(transcript.text());
    }
    assert!(texts[3].starts_with("please"), "{texts:?}");
    assert_eq!((1..4).filter(|at| texts[*at] != texts[0]).count(), 3, "{texts:?}");
    let unknown = Options { language: Some("xx".to_owned()), ..Options::default() };
    let error = whisper.transcribe(&sound, &unknown, &no_end).unwrap_err().to_string();
    assert!(error.contains("`xx`") && error.contains("de, en, fr"), "{error}");
    let ended = whisper.transcribe(&sound, &Options::default(), &|| Err(Failure::Cancelled));
    assert_eq!(ended, Err(Failure::Cancelled));
}

#[test]
fn a_checkpoint_of_another_kind_or_shape_is_refused() {
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let to = tempfile::tempdir().unwrap();
        for file in ["tokenizer.json", "model.safetensors"] {
            std::fs::copy(folder().join(file), to.path().join(file)).unwrap();
        }
        let mut config: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder().join("config.json")).unwrap()).unwrap();
        change(&mut config);
        std::fs::write(to.path().join("config.json"), config.to_string()).unwrap();
        Whisper::load(&Checkpoint::folder("mine", to.path()), Isa::best(), None).err().map(|error| error.to_string())
    };
    assert_eq!(refused(&|_| {}), None);
    assert!(refused(&|config| config["model_type"] = "wav2vec2".into()).unwrap().contains("`wav2vec2`"));
    assert!(refused(&|config| config["d_model"] = 64.into()).unwrap().contains("shape"));
    assert!(refused(&|config| config["d_model"] = 0.into()).unwrap().contains("sizes"));
    assert!(refused(&|config| config["decoder_layers"] = 3.into()).unwrap().contains("missing"));
    assert!(refused(&|config| config["vocab_size"] = 100.into()).unwrap().contains("token"));
}
