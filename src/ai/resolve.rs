//! From a model's id to the checkpoint that answers for it. Nothing is downloaded here.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

use crate::ai::catalog::Model;
use crate::engine::checkpoints::{Checkpoint, bundled};
use crate::error::AiError;

/// `--models`: which checkpoints may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ModelsMode {
    /// A bound folder, else the bundled stand-in.
    #[default]
    Auto,
    /// Only what is inside the binary.
    Bundled,
    /// Only production's own checkpoint, from a folder that is bound as exact.
    Exact,
}

impl FromStr for ModelsMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "bundled" => Ok(Self::Bundled),
            "exact" => Ok(Self::Exact),
            other => Err(format!("`{other}` does not say which models\nhint: `auto`, `bundled` or `exact`")),
        }
    }
}

impl fmt::Display for ModelsMode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Auto => "auto",
            Self::Bundled => "bundled",
            Self::Exact => "exact",
        })
    }
}

/// How near a checkpoint is to production's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fidelity {
    /// The same weights.
    Exact,
    /// A smaller relative.
    #[default]
    Sibling,
    /// A bundled model of ours.
    StandIn,
}

impl Fidelity {
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Sibling => "sibling",
            Self::StandIn => "stand-in",
        }
    }
}

/// A local folder or GGUF file bound to a model id in `candleflare.toml`: a path, or a table that also says the fidelity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Binding {
    Path(PathBuf),
    Table {
        path: PathBuf,
        #[serde(default)]
        fidelity: Fidelity,
    },
}

/// Which checkpoint answers for which id.
#[derive(Debug, Clone, Default)]
pub struct Resolver {
    pub mode: ModelsMode,
    pub bindings: BTreeMap<String, Binding>,
}

/// The checkpoint that answers.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub checkpoint: Checkpoint,
    pub fidelity: Fidelity,
}

impl Resolver {
    pub fn resolve(&self, model: &Model) -> Result<Resolved, AiError> {
        let bound = self.bindings.get(&model.name).filter(|_| self.mode != ModelsMode::Bundled).map(folder);
        match self.mode {
            ModelsMode::Exact => bound.filter(|bound| bound.fidelity == Fidelity::Exact).ok_or_else(|| AiError::Model {
                text: format!(
                    "the exact checkpoint of `{0}` is not here\nhint: bind it in candleflare.toml: [models] \"{0}\" = {{ path = \"…\", fidelity = \"exact\" }}, or use `--models auto`",
                    model.name
                ),
            }),
            ModelsMode::Auto | ModelsMode::Bundled => bound.or_else(|| stand_in(model)).ok_or_else(|| AiError::NotEmulated {
                what: format!("the task {} (`{}`)", model.task.name(), model.name),
                hint: "text generation, text embeddings and reranking are; see the README for the state of the others".to_owned(),
            }),
        }
    }
}

fn folder(binding: &Binding) -> Resolved {
    let (path, fidelity) = match binding {
        Binding::Path(path) => (path, Fidelity::default()),
        Binding::Table { path, fidelity } => (path, *fidelity),
    };
    // The path is the name: two ids bound to one place share what is loaded.
    Resolved { checkpoint: Checkpoint::open(&path.to_string_lossy(), path), fidelity }
}

fn stand_in(model: &Model) -> Option<Resolved> {
    let checkpoint = bundled(model.checkpoints.stand_in.as_deref()?)?;
    Some(Resolved { checkpoint, fidelity: Fidelity::StandIn })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::catalog::Catalog;

    const BGE: &str = "@cf/baai/bge-small-en-v1.5";

    fn resolver(mode: ModelsMode, binding: Option<Binding>) -> Resolver {
        Resolver { mode, bindings: binding.into_iter().map(|binding| (BGE.to_owned(), binding)).collect() }
    }

    #[test]
    fn a_bound_folder_wins_in_auto_only() {
        let model = Catalog::builtin().get(BGE).unwrap();
        let bound = || Some(Binding::Path("/models/mine".into()));
        let auto = resolver(ModelsMode::Auto, bound()).resolve(model).unwrap();
        assert_eq!((auto.checkpoint.name(), auto.fidelity), ("/models/mine", Fidelity::Sibling));
        assert!(resolver(ModelsMode::Exact, bound()).resolve(model).unwrap_err().to_string().contains("hint:"));
        if cfg!(feature = "bundled-models") {
            let bundled = resolver(ModelsMode::Bundled, bound()).resolve(model).unwrap();
            assert_eq!((bundled.checkpoint.name(), bundled.fidelity), ("kindling-embed", Fidelity::StandIn));
        }
    }

    #[test]
    fn exact_means_exact() {
        let model = Catalog::builtin().get(BGE).unwrap();
        let table = Binding::Table { path: "/models/bge".into(), fidelity: Fidelity::Exact };
        assert_eq!(resolver(ModelsMode::Exact, Some(table)).resolve(model).unwrap().fidelity, Fidelity::Exact);
    }
}
