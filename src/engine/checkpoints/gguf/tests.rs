use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::engine::checkpoints::{Checkpoint, Rows};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/gguf")
}

fn open(name: &str) -> Checkpoint {
    Checkpoint::open(name, folder().join(name))
}

fn parse(bytes: Vec<u8>) -> Result<Gguf, String> {
    Gguf::parse(Bytes::Made(bytes.into()))
}

/// A header with some pairs, in version 3.
fn header(tensors: u64, pairs: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut bytes = b"GGUF\x03\0\0\0".to_vec();
    bytes.extend(tensors.to_le_bytes());
    bytes.extend((pairs.len() as u64).to_le_bytes());
    for (key, kind, value) in pairs {
        bytes.extend((key.len() as u64).to_le_bytes());
        bytes.extend(key.as_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(*value);
    }
    bytes
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    for name in ["llama.gguf", "gemma3.gguf"] {
        let whole = std::fs::read(folder().join(name)).unwrap();
        parse(whole.clone()).unwrap();
        // Every length of the header, and some of the tensors'; the last bytes may be padding.
        let lengths = (0..9000).chain((9000..whole.len() - 64).step_by(97));
        for length in lengths.filter(|length| *length < whole.len() - 64) {
            let error = parse(whole[..length].to_vec()).unwrap_err();
            assert!(error.contains("hint:") || error.contains("GGUF"), "{length}: {error}");
        }
    }
}

#[test]
fn what_is_absurd_is_refused_before_anything_is_allocated() {
    let huge = u64::MAX.to_le_bytes();
    let array = [&8_u32.to_le_bytes()[..], &huge].concat();
    let nested = [&9_u32.to_le_bytes()[..], &1_u64.to_le_bytes(), &[0; 12]].concat();
    let mut tensor = header(1, &[]);
    tensor.extend(text("x"));
    tensor.extend(2_u32.to_le_bytes());
    tensor.extend([u64::MAX / 2, 64].map(u64::to_le_bytes).concat());
    tensor.extend([0; 12]);
    for (bytes, named) in [
        (b"GGML".to_vec(), "not a GGUF"),
        (b"GGUF\x01\0\0\0".to_vec(), "version 1"),
        (header(u64::MAX, &[]), "in the middle"),
        (header(0, &[("a", 8, &huge)]), "more than there is room"),
        (header(0, &[("a", 9, &array)]), "more than there is room"),
        (header(0, &[("a", 9, &nested)]), "unknown kind 9"),
        (header(0, &[("a", 77, &[])]), "unknown kind 77"),
        (header(0, &[("general.alignment", 4, &[3, 0, 0, 0])]), "alignment"),
        (tensor, "does not fit"),
    ] {
        let error = parse(bytes).unwrap_err();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn what_is_unknown_is_named() {
    let reason = |pairs: &[(&str, u32, &[u8])], file: &str| parse(header(0, pairs)).unwrap().file(file).unwrap_err();
    let architecture: (&str, u32, &[u8]) = ("general.architecture", 8, &text("mamba"));
    let error = reason(&[architecture], "config.json");
    assert!(error.contains("`mamba`") && error.contains("hint:"), "{error}");
    assert!(reason(&[], "config.json").contains("general.architecture"));
    assert!(reason(&[], "tokenizer.json").contains("tokens"));
    let tokens = [&8_u32.to_le_bytes()[..], &1_u64.to_le_bytes(), &text("a")].concat();
    let tokens: (&str, u32, &[u8]) = ("tokenizer.ggml.tokens", 9, &tokens);
    let error = reason(&[tokens, ("tokenizer.ggml.model", 8, &text("bert"))], "tokenizer.json");
    assert!(error.contains("`bert`") && error.contains("hint:"), "{error}");
    let other = [tokens, ("tokenizer.ggml.model", 8, &text("gpt2")), ("tokenizer.ggml.pre", 8, &text("odd"))];
    assert!(reason(&other, "tokenizer.json").contains("`odd`"));
    let linear = [("general.architecture", 8, &text("llama")[..]), ("llama.expert_count", 4, &[8, 0, 0, 0])];
    assert!(reason(&linear, "config.json").contains("mixture of experts"));
}

#[test]
fn a_byte_level_vocabulary_is_a_tokenizer() {
    let checkpoint = open("llama.gguf");
    let tokenizer = checkpoint.tokenizer().unwrap();
    let tokens = |text: &str| tokenizer.encode(text, true).unwrap().get_tokens().to_vec();
    assert_eq!(tokens("hello world"), ["<|begin|>", "hello", "Ġworld"]);
    assert_eq!(tokens("12345<|end|>"), ["<|begin|>", "123", "4", "5", "<|end|>"]);
    for text in ["hello wor\nld 1234", "é日本👩‍🚀", " a  b\t"] {
        let ids = tokenizer.encode_fast(text, true).unwrap().get_ids().to_vec();
        assert_eq!(tokenizer.decode(&ids, true).unwrap(), text);
    }
    let config: Json = checkpoint.json("tokenizer_config.json").unwrap();
    assert_eq!((&config["bos_token"], &config["eos_token"]), (&Json::from("<|begin|>"), &Json::from("<|end|>")));
    assert!(config["chat_template"].as_str().unwrap().contains("add_generation_prompt"));
    let generation: Json = checkpoint.json("generation_config.json").unwrap();
    assert!(generation["eos_token_id"].as_array().unwrap().contains(&Json::from(tokenizer.token_to_id("<|end|>"))));
}

#[test]
fn sentence_pieces_are_a_tokenizer() {
    let tokenizer = open("gemma3.gguf").tokenizer().unwrap();
    let tokens = |text: &str| tokenizer.encode(text, true).unwrap().get_tokens().to_vec();
    assert_eq!(tokens("hello world"), ["<bos>", "hello", "▁world"]);
    assert_eq!(tokens("é"), ["<bos>", "<0xC3>", "<0xA9>"]);
    assert_eq!(tokens("<|start|>low"), ["<bos>", "<|start|>", "l", "o", "w"]);
    for text in ["hello world", "held", " é日本  low "] {
        let ids = tokenizer.encode_fast(text, true).unwrap().get_ids().to_vec();
        assert_eq!(tokenizer.decode(&ids, true).unwrap(), text);
    }
}

#[test]
fn parts_of_a_split_file_are_found_and_missed() {
    let scratch = tempfile::tempdir().unwrap();
    let count = |parts: u16| ("split.count", 2, parts.to_le_bytes());
    let (key, kind, value) = count(2);
    let first = scratch.path().join("m-00001-of-00002.gguf");
    std::fs::write(&first, header(0, &[(key, kind, &value)])).unwrap();
    let reason = || Checkpoint::open("split", &first).tensors().unwrap_err().to_string();
    assert!(reason().contains("part 2 of 2") && reason().contains("hint:"), "{}", reason());
    std::fs::copy(folder().join("llama.gguf"), scratch.path().join("m-00002-of-00002.gguf")).unwrap();
    assert!(Checkpoint::open("split", &first).tensors().unwrap().contains("model.norm.weight"));
    let alone = scratch.path().join("m.gguf");
    std::fs::rename(&first, &alone).unwrap();
    assert!(Checkpoint::open("split", &alone).tensors().unwrap_err().to_string().contains("not named as the first"));
}

#[test]
fn rows_of_heads_come_back_in_order() {
    let tensors = open("llama.gguf").tensors().unwrap();
    let rows: Rows = tensors.rows("model.layers.0.self_attn.q_proj.weight", [32, 32]).unwrap();
    let (_, whole) = tensors.f32("model.layers.0.self_attn.q_proj.weight").unwrap();
    for index in 0..32 {
        let mut row = vec![0.0; 32];
        assert!(rows.read(index, &mut row));
        assert_eq!(row, whole[index * 32..][..32]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever bytes are changed: a reason or a checkpoint, and then reasons or files, but never a panic.
    #[test]
    fn damage_never_panics(changes in prop::collection::vec((0_usize..48_000, any::<u8>()), 1..12), cut in 0_usize..48_000) {
        let mut bytes = std::fs::read(folder().join("llama.gguf")).unwrap();
        for (at, value) in changes {
            // Most of the file is tensors; the header is where it hurts.
            bytes[at % 9000] = value;
        }
        if cut % 5 == 0 {
            bytes.truncate(cut);
        }
        if let Ok(gguf) = parse(bytes) {
            for file in ["config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"] {
                let _ = gguf.file(file);
            }
        }
    }
}
