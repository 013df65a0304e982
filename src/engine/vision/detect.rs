//! What is where in a picture: DETR, and our own small detector.

use candle_core::Device;

use super::body::Hardware;
use super::centre::Centre;
use super::config::{Architecture, refused};
use super::detr::Detr;
use super::picture::Picture;
use crate::engine::Loadable;
use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;
use crate::engine::kernels::threads;
use crate::engine::queue::{QueueOptions, Ticket};
use crate::engine::solo::Solo;

/// A thing in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub label: String,
    /// 0 to 1.
    pub score: f32,
    /// Left, top, right and bottom in parts of the picture, 0 to 1.
    pub bounds: [f32; 4],
}

/// A detector and its thread.
pub struct Detector {
    pub solo: Solo<Detect>,
}

/// The detector itself, as its thread has it.
pub enum Detect {
    Detr(Box<Detr>),
    Centre(Box<Centre>),
}

impl Loadable for Detector {
    fn load(checkpoint: &Checkpoint, device: &Device, options: &QueueOptions) -> Result<Self, Failure> {
        let hardware = Hardware::of(device);
        let detect = match Architecture::of(checkpoint) {
            Some(Architecture::Detr) => Detect::Detr(Box::new(Detr::load(checkpoint, &hardware)?)),
            Some(Architecture::KindlingDetect) => Detect::Centre(Box::new(Centre::load(checkpoint, &hardware)?)),
            _ => {
                let hint = "hint: bind a `DetrForObjectDetection`, or leave the binding out";
                return Err(refused(checkpoint, format!("it is no detector that is computed here\n{hint}")));
            }
        };
        Ok(Self { solo: Solo::spawn(&format!("detect {}", checkpoint.name()), options.capacity, detect)? })
    }
}

impl Detect {
    /// The things whose score is at least `least`, best first.
    pub fn find(&self, picture: Picture, least: f32, ticket: &Ticket) -> Result<Vec<Found>, Failure> {
        threads::install(|| {
            let mut found = match self {
                Self::Detr(detr) => detr.find(picture, least, ticket)?,
                Self::Centre(centre) => {
                    centre.find(picture, least, ticket)?.into_iter().map(|seen| seen.found).collect()
                }
            };
            found.sort_by(|a, b| b.score.total_cmp(&a.score));
            Ok(found)
        })
    }
}
