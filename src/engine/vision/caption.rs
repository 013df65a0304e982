//! A picture in words: BLIP, and our own small captioner.

use candle_core::Device;
use serde::Deserialize;
use tokenizers::Tokenizer;

use super::blip::{Eyes, EyesConfig};
use super::body::Hardware;
use super::centre::{self, Centre};
use super::config::{Architecture, refused};
use super::findings::Findings;
use super::picture::Picture;
use super::preprocess::Preprocess;
use super::writer::{Writer, WriterConfig};
use crate::engine::Loadable;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::kernels::threads;
use crate::engine::queue::{QueueOptions, Ticket};
use crate::engine::solo::Solo;

/// What a captioner wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    pub text: String,
    /// Tokens of the text.
    pub tokens: usize,
    /// It ended by itself, and not for want of tokens.
    pub is_whole: bool,
}

/// A captioner and its thread.
pub struct Captioner {
    pub solo: Solo<Write>,
}

/// The captioner itself, as its thread has it.
pub struct Write {
    sight: Sight,
    writer: Writer,
    tokenizer: Tokenizer,
}

enum Sight {
    Blip { preprocess: Box<Preprocess>, eyes: Box<Eyes> },
    Findings { centre: Box<Centre>, findings: Box<Findings>, least: f32 },
}

#[derive(Deserialize)]
struct BlipConfig {
    text_config: WriterConfig,
    vision_config: EyesConfig,
}

#[derive(Deserialize)]
struct OwnConfig {
    #[serde(flatten)]
    centre: centre::Config,
    text_config: WriterConfig,
    /// Numbers of the things whose colour no caption names.
    #[serde(default)]
    colorless: Vec<usize>,
    /// The least score of what is told.
    threshold: f32,
}

impl Loadable for Captioner {
    fn load(checkpoint: &Checkpoint, device: &Device, options: &QueueOptions) -> Result<Self, Failure> {
        let write = Write::load(checkpoint, &Hardware::of(device))?;
        Ok(Self { solo: Solo::spawn(&format!("caption {}", checkpoint.name()), options.capacity, write)? })
    }
}

impl Write {
    pub fn load(checkpoint: &Checkpoint, hardware: &Hardware) -> Result<Self, Failure> {
        let isa = hardware.isa;
        let tokenizer = checkpoint.tokenizer()?;
        let tensors = || checkpoint.tensors();
        match Architecture::of(checkpoint) {
            Some(Architecture::Blip) => {
                let config: BlipConfig = checkpoint.json("config.json")?;
                let tensors = tensors()?;
                let eyes = Box::new(Eyes::load(checkpoint, &tensors, &config.vision_config, isa)?);
                let writer = Writer::load(checkpoint, &tensors, "text_decoder.", config.text_config, isa)?;
                let preprocess = Box::new(Preprocess::read(checkpoint)?);
                Ok(Self { sight: Sight::Blip { preprocess, eyes }, writer, tokenizer })
            }
            Some(Architecture::KindlingCaption) => {
                let config: OwnConfig = checkpoint.json("config.json")?;
                let tensors = tensors()?;
                let centre = Box::new(Centre::of(checkpoint, &tensors, &config.centre, hardware)?);
                let width = config.text_config.encoder_hidden_size;
                let findings = Findings::load(&tensors, centre.counts(), config.colorless, width, isa)?;
                let writer = Writer::load(checkpoint, &tensors, "writer.text_decoder.", config.text_config, isa)?;
                let sight = Sight::Findings { centre, findings: Box::new(findings), least: config.threshold };
                Ok(Self { sight, writer, tokenizer })
            }
            _ => {
                let hint = "hint: bind a `BlipForConditionalGeneration`, or leave the binding out";
                Err(refused(checkpoint, format!("it is no captioner that is computed here\n{hint}")))
            }
        }
    }

    /// Describes a picture in `most` tokens at most.
    pub fn caption(&self, picture: Picture, most: usize, ticket: &Ticket) -> Result<Caption, Failure> {
        threads::install(|| {
            let seen = match &self.sight {
                Sight::Blip { preprocess, eyes } => eyes.see(&preprocess.apply(picture)?, ticket)?,
                Sight::Findings { centre, findings, least } => findings.tokens(&centre.find(picture, *least, ticket)?),
            };
            let start = [self.writer.config().bos_token_id];
            let (ids, is_whole) = self.writer.write(&seen, &start, most, ticket)?;
            let text = self.tokenizer.decode(&ids, true).map_err(|error| Failure::Backend(error.to_string()))?;
            Ok(Caption { text, tokens: ids.len(), is_whole })
        })
    }

    #[cfg(test)]
    pub fn parts(&self) -> (Option<&Eyes>, &Writer) {
        match &self.sight {
            Sight::Blip { eyes, .. } => (Some(&**eyes), &self.writer),
            Sight::Findings { .. } => (None, &self.writer),
        }
    }
}
