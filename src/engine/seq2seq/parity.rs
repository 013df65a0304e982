//! The encoder-decoders against `transformers`, on the tiny random checkpoints that `models/recipes/parity/seq2seq.py` recorded.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::config::Config;
use super::network::Network;
use crate::clock::Deadline;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::kernels::Isa;
use crate::engine::queue::{Cancel, Ticket};
use crate::engine::search::{Generation, Steps, Stopping, search};

/// `expected.json`.
#[derive(Deserialize)]
struct Expected {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    source: Vec<u32>,
    /// What the target begins with; its logits are those behind each token.
    target: Vec<u32>,
    logits: Vec<Vec<f32>>,
    searches: Vec<Search>,
}

#[derive(Deserialize)]
struct Search {
    beams: usize,
    max_length: usize,
    min_length: usize,
    no_repeat: usize,
    length_penalty: f32,
    early_stopping: bool,
    forced_bos: Option<u32>,
    forced_eos: Option<u32>,
    /// All tokens behind the start, without the end.
    tokens: Vec<u32>,
}

fn ticket() -> Ticket {
    Ticket { deadline: Deadline::after(Duration::from_secs(60)), cancel: Cancel::default() }
}

fn compare(name: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(name);
    let expected: Expected = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let checkpoint = Checkpoint::folder(name, folder);
    let config = Config::read(&checkpoint).unwrap();
    assert!(expected.cases.len() >= 4);
    for isa in Isa::all() {
        let network = Network::load(&checkpoint, &config, isa).unwrap();
        for case in &expected.cases {
            let states = network.encode(&case.source, &ticket()).unwrap();
            let mut target = network.target(&states, 64, &ticket()).unwrap();
            for (token, expected) in case.target.iter().zip(&case.logits) {
                let found = target.step(&[*token], &[0]).unwrap();
                let rms = (expected.iter().map(|x| x * x).sum::<f32>() / expected.len() as f32).sqrt();
                let difference = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                // A few times the noise of two f32 implementations; recorded with six digits.
                assert!(rms > 0.0 && difference / rms < 2e-4, "{name} {}: {}", isa.name(), difference / rms);
            }
            for one in &case.searches {
                let options = Generation {
                    start: config.generation.start,
                    beams: one.beams,
                    max_length: one.max_length,
                    min_length: one.min_length,
                    no_repeat: one.no_repeat,
                    length_penalty: one.length_penalty,
                    early_stopping: if one.early_stopping { Stopping::Full } else { Stopping::Heuristic },
                    forced_bos: one.forced_bos,
                    forced_eos: one.forced_eos,
                };
                let mut target = network.target(&states, one.max_length, &ticket()).unwrap();
                let found = search(&mut target, &options, config.eos, None, one.max_length, &|| Ok(())).unwrap();
                assert_eq!(found, one.tokens, "{name} {} {} beams", isa.name(), one.beams);
            }
        }
    }
}

#[test]
fn m2m100_computes_and_searches_as_transformers_does() {
    compare("m2m100");
}

#[test]
fn bart_computes_and_searches_as_transformers_does() {
    compare("bart");
}
