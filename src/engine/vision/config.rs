//! Which of the architectures a `config.json` names.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Purpose;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;

/// An architecture of this folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// `ResNetForImageClassification`.
    ResNet,
    /// `DetrForObjectDetection`.
    Detr,
    /// `BlipForConditionalGeneration`.
    Blip,
    /// Our own small detector of centres; see [`super::centre`].
    KindlingDetect,
    /// The same, and a writer; see [`super::findings`].
    KindlingCaption,
}

#[derive(Debug, Default, Deserialize)]
struct Named {
    #[serde(default)]
    model_type: Option<String>,
    #[serde(default)]
    architectures: Vec<String>,
}

impl Architecture {
    pub fn of(checkpoint: &Checkpoint) -> Option<Self> {
        let named: Named = checkpoint.json_or_none("config.json").ok().flatten()?;
        let head = |name: &str| named.architectures.is_empty() || named.architectures.iter().any(|one| one == name);
        match named.model_type.as_deref()? {
            "resnet" if head("ResNetForImageClassification") => Some(Self::ResNet),
            "detr" if head("DetrForObjectDetection") => Some(Self::Detr),
            "blip" if head("BlipForConditionalGeneration") => Some(Self::Blip),
            "kindling-detect" => Some(Self::KindlingDetect),
            "kindling-caption" => Some(Self::KindlingCaption),
            _ => None,
        }
    }

    pub fn purpose(self) -> Purpose {
        match self {
            Self::ResNet => Purpose::Classify,
            Self::Detr | Self::KindlingDetect => Purpose::Detect,
            Self::Blip | Self::KindlingCaption => Purpose::Caption,
        }
    }
}

/// A refusal of what `config.json` says.
pub fn refused(checkpoint: &Checkpoint, reason: impl Into<String>) -> Failure {
    checkpoint.failure("config.json", reason.into())
}

/// `id2label`: names by number. Numbers without a name get one of their own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    pub fn all(&self, count: usize) -> Vec<String> {
        (0..count).map(|id| self.0.get(&id.to_string()).cloned().unwrap_or_else(|| format!("LABEL_{id}"))).collect()
    }

    /// One more than the greatest number.
    pub fn count(&self) -> usize {
        self.0.keys().filter_map(|id| id.parse::<usize>().ok()).max().map_or(0, |most| most + 1)
    }
}
