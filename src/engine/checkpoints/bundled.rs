//! The checkpoints inside the binary.

use super::Checkpoint;

/// Stand-ins that are made by rule, not by weights: they have a name and no files.
pub const PROCEDURAL: [&str; 3] = ["kindling-draw", "kindling-say", "kindling-turn"];

/// The bundled checkpoint `name`, if this build has it.
pub fn bundled(name: &str) -> Option<Checkpoint> {
    if let Some(name) = PROCEDURAL.into_iter().find(|known| *known == name) {
        return Some(Checkpoint::embedded(name, &[]));
    }
    FILES.iter().find(|(known, _)| *known == name).map(|(known, files)| Checkpoint::embedded(known, files))
}

type File = (&'static str, &'static [u8]);

#[cfg(feature = "bundled-models")]
macro_rules! files {
    ($name:literal: $($file:literal),+ $(,)?) => {
        ($name, &[$(($file, include_bytes!(concat!("../../../models/", $name, "/", $file)))),+])
    };
}

#[cfg(feature = "bundled-models")]
static FILES: &[(&str, &[File])] = &[
    files!("kindling-embed": "config.json", "tokenizer.json", "model.safetensors"),
    files!("kindling-chat": "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
        "model.safetensors"),
    files!("kindling-sentiment": "config.json", "tokenizer.json", "model.safetensors"),
    files!("kindling-classify": "config.json", "preprocessor_config.json", "model.safetensors"),
    files!("kindling-detect": "config.json", "preprocessor_config.json", "model.safetensors"),
    files!("kindling-caption": "config.json", "preprocessor_config.json", "tokenizer.json", "model.safetensors"),
    files!("kindling-whisper": "config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json",
        "model.safetensors"),
    files!("kindling-translate": "config.json", "generation_config.json", "tokenizer.json", "model.safetensors"),
    files!("kindling-summary": "config.json", "generation_config.json", "tokenizer.json", "model.safetensors"),
];

#[cfg(not(feature = "bundled-models"))]
static FILES: &[(&str, &[File])] = &[];
