//! From a model's id to the checkpoint that answers for it. Nothing is downloaded here.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;

use crate::ai::catalog::{Catalog, CatalogError, Model, OpenCheckpoint, Task};
use crate::clock::Stopwatch;
use crate::engine;
use crate::engine::backend::EncoderOutput;
use crate::engine::checkpoints::{Checkpoint, HubCache, PROCEDURAL, bundled};
use crate::engine::vision::Purpose;
use crate::error::AiError;

/// `--models`: which checkpoints may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ModelsMode {
    /// A bound folder, else what the hub's cache has (the exact checkpoint, then a sibling), else the bundled stand-in.
    #[default]
    Auto,
    /// Only what is inside the binary.
    Bundled,
    /// Only production's own checkpoint, from the hub's cache or a folder that is bound as exact.
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
#[serde(untagged, deny_unknown_fields, expecting = "a path, or a table of `path`, `fidelity` and `like`")]
pub enum Binding {
    Path(PathBuf),
    Table {
        path: PathBuf,
        #[serde(default)]
        fidelity: Fidelity,
        /// Of an id that the catalogue does not have: the model whose task, input, output, limits and price it has.
        like: Option<String>,
    },
}

impl Binding {
    pub fn like(&self) -> Option<&str> {
        match self {
            Self::Path(_) => None,
            Self::Table { like, .. } => like.as_deref(),
        }
    }
}

/// Which checkpoint answers for which id.
#[derive(Debug, Default)]
pub struct Resolver {
    pub mode: ModelsMode,
    pub bindings: BTreeMap<String, Binding>,
    /// The hub's cache, where it is looked into.
    pub cache: Option<HubCache>,
    found: Mutex<BTreeMap<String, (Stopwatch, Option<Resolved>)>>,
}

/// The checkpoint that answers.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub checkpoint: Checkpoint,
    pub fidelity: Fidelity,
}

impl Resolved {
    /// Refuses weights for a task that is answered by rule: nobody shall believe that they made the answer.
    pub fn by_rule(&self) -> Result<(), AiError> {
        let name = self.checkpoint.name();
        if PROCEDURAL.contains(&name) {
            return Ok(());
        }
        let hint = "take it out of candleflare.toml; the stand-in answers by rule".to_owned();
        Err(AiError::NotEmulated { what: format!("an answer by the checkpoint `{name}`"), hint })
    }
}

/// For how long what was found in the cache is not looked for again: a `pull` is noticed soon, a request does not pay.
const REMEMBERED: Duration = Duration::from_secs(2);

impl Resolver {
    pub fn new(mode: ModelsMode, bindings: BTreeMap<String, Binding>, cache: Option<HubCache>) -> Self {
        Self { mode, bindings, cache, found: Mutex::default() }
    }

    /// The catalogue with the ids of the user's own that are bound.
    pub fn catalog(&self) -> Result<&'static Catalog, CatalogError> {
        Catalog::with_own(self.bindings.iter().map(|(name, binding)| (name.as_str(), binding.like())))
    }

    pub fn resolve(&self, model: &Model) -> Result<Resolved, AiError> {
        let bound = self.bindings.get(&model.name).filter(|_| self.mode != ModelsMode::Bundled).map(folder);
        match self.mode {
            ModelsMode::Exact => {
                let bound = bound.filter(|bound| bound.fidelity == Fidelity::Exact);
                let exact = bound.or_else(|| self.cached(model).filter(|found| found.fidelity == Fidelity::Exact));
                exact.ok_or_else(|| AiError::CheckpointMissing { model: model.name.clone(), hint: pull_hint(model) })
            }
            ModelsMode::Auto | ModelsMode::Bundled => {
                let cached = || self.cached(model).filter(|_| self.mode == ModelsMode::Auto);
                bound.or_else(cached).or_else(|| stand_in(model)).ok_or_else(|| AiError::NotEmulated {
                    what: format!("{} without a checkpoint (`{}`)", model.task.name(), model.name),
                    hint: format!(
                        "no stand-in for it is bundled; `candleflare show {}` names open checkpoints, and a folder is bound in candleflare.toml",
                        model.name
                    ),
                })
            }
        }
    }

    /// The nearest of the model's open checkpoints that is in the hub's cache and can be computed.
    fn cached(&self, model: &Model) -> Option<Resolved> {
        let cache = self.cache.as_ref()?;
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, resolved)) = found.get(&model.name).filter(|(since, _)| since.elapsed() < REMEMBERED) {
            return resolved.clone();
        }
        let resolved = candidates(model).find_map(|candidate| candidate.look(cache, model));
        found.insert(model.name.clone(), (Stopwatch::new(), resolved.clone()));
        resolved
    }
}

/// One of a model's open checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    pub repository: &'a str,
    pub fidelity: Fidelity,
}

/// The exact one where it is open, then the siblings, nearest first.
pub fn candidates(model: &Model) -> impl Iterator<Item = Candidate<'_>> {
    let exact = model.checkpoints.exact.iter().map(|repository| (repository, Fidelity::Exact));
    let siblings = model.checkpoints.siblings.iter().map(|repository| (repository, Fidelity::Sibling));
    exact.chain(siblings).map(|(repository, fidelity)| Candidate { repository, fidelity })
}

impl Candidate<'_> {
    /// The checkpoint, where the cache has it. Another revision than the pinned one is not exact.
    pub fn look(&self, cache: &HubCache, model: &Model) -> Option<Resolved> {
        let at = |revision: &str, fidelity| {
            let checkpoint = cache.checkpoint(self.repository, revision)?;
            runs(&checkpoint, model).then_some(Resolved { checkpoint, fidelity })
        };
        at(OpenCheckpoint::revision_of(self.repository), self.fidelity).or_else(|| at("main", Fidelity::Sibling))
    }
}

/// Whether the engine has the architecture that a checkpoint for `model` has.
pub fn runs(checkpoint: &Checkpoint, model: &Model) -> bool {
    match model.task {
        Task::TextGeneration => engine::generate::runs(checkpoint),
        Task::TextEmbeddings => engine::embed::runs(checkpoint, EncoderOutput::Vector),
        Task::TextClassification if model.schema == "reranker" => {
            engine::embed::runs(checkpoint, EncoderOutput::Vector)
                || engine::embed::runs(checkpoint, EncoderOutput::Logits)
        }
        Task::TextClassification => engine::embed::runs(checkpoint, EncoderOutput::Logits),
        Task::Translation => engine::seq2seq::runs(checkpoint, engine::seq2seq::Family::M2m100),
        Task::ImageClassification => engine::vision::runs(checkpoint, Purpose::Classify),
        Task::ObjectDetection => engine::vision::runs(checkpoint, Purpose::Detect),
        Task::ImageToText => engine::vision::runs(checkpoint, Purpose::Caption),
        Task::Summarization => engine::seq2seq::runs(checkpoint, engine::seq2seq::Family::Bart),
        Task::AutomaticSpeechRecognition => engine::speech::runs(checkpoint),
        _ => false,
    }
}

fn pull_hint(model: &Model) -> String {
    let name = &model.name;
    match &model.checkpoints.exact {
        Some(repository) => format!(
            "`candleflare pull {name}` downloads it ({repository}), a folder is bound in candleflare.toml ([models] \"{name}\" = {{ path = \"…\", fidelity = \"exact\" }}), and `--models auto` answers with another"
        ),
        None => format!(
            "no open weights are known as its own; bind a folder as exact in candleflare.toml ([models] \"{name}\" = {{ path = \"…\", fidelity = \"exact\" }}), or let `--models auto` answer with another"
        ),
    }
}

fn folder(binding: &Binding) -> Resolved {
    let (path, fidelity) = match binding {
        Binding::Path(path) => (path, Fidelity::default()),
        Binding::Table { path, fidelity, .. } => (path, *fidelity),
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

    const BGE: &str = "@cf/baai/bge-small-en-v1.5";

    fn resolver(mode: ModelsMode, binding: Option<Binding>) -> Resolver {
        Resolver::new(mode, binding.into_iter().map(|binding| (BGE.to_owned(), binding)).collect(), None)
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
        let table = Binding::Table { path: "/models/bge".into(), fidelity: Fidelity::Exact, like: None };
        assert_eq!(resolver(ModelsMode::Exact, Some(table)).resolve(model).unwrap().fidelity, Fidelity::Exact);
    }

    /// A cache that has the parity checkpoint as `repository` at `commit`.
    fn cache_with(folder: &std::path::Path, repository: &str, commit: &str, main: &str) -> HubCache {
        let cache = HubCache::new(folder);
        let files = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/bert");
        let snapshot = cache.repository(repository).join("snapshots").join(commit);
        std::fs::create_dir_all(&snapshot).unwrap();
        for file in ["config.json", "tokenizer.json", "model.safetensors"] {
            std::fs::copy(files.join(file), snapshot.join(file)).unwrap();
        }
        std::fs::create_dir_all(cache.repository(repository).join("refs")).unwrap();
        std::fs::write(cache.repository(repository).join("refs/main"), main).unwrap();
        cache
    }

    #[test]
    fn the_cache_is_looked_into_nearest_first() {
        let model = Catalog::builtin().get(BGE).unwrap();
        let resolve = |mode, cache: &HubCache| Resolver::new(mode, BTreeMap::new(), Some(cache.clone())).resolve(model);
        let folder = tempfile::tempdir().unwrap();
        let sibling = "sentence-transformers/all-MiniLM-L6-v2";
        let cache = cache_with(folder.path(), sibling, "c0ffee", "c0ffee");
        let found = resolve(ModelsMode::Auto, &cache).unwrap();
        assert_eq!((found.checkpoint.name(), found.fidelity), (sibling, Fidelity::Sibling));
        let missing = resolve(ModelsMode::Exact, &cache).unwrap_err();
        assert_eq!((missing.status(), missing.code()), (503, 3043));
        assert!(missing.to_string().contains("candleflare pull @cf/baai/bge-small-en-v1.5"), "{missing}");
        // Another revision of the exact checkpoint is nearer than a sibling, but not exact.
        cache_with(folder.path(), "BAAI/bge-small-en-v1.5", "c0ffee", "c0ffee");
        let found = resolve(ModelsMode::Auto, &cache).unwrap();
        assert_eq!((found.checkpoint.name(), found.fidelity), ("BAAI/bge-small-en-v1.5", Fidelity::Sibling));
        assert!(resolve(ModelsMode::Exact, &cache).is_err());
        let pinned = OpenCheckpoint::revision_of("BAAI/bge-small-en-v1.5");
        cache_with(folder.path(), "BAAI/bge-small-en-v1.5", pinned, "c0ffee");
        for mode in [ModelsMode::Auto, ModelsMode::Exact] {
            assert_eq!(resolve(mode, &cache).unwrap().fidelity, Fidelity::Exact);
        }
        if cfg!(feature = "bundled-models") {
            assert_eq!(resolve(ModelsMode::Bundled, &cache).unwrap().fidelity, Fidelity::StandIn);
        }
        // What the engine cannot compute is passed over.
        let config = cache.repository("BAAI/bge-small-en-v1.5").join("snapshots").join(pinned).join("config.json");
        std::fs::write(config, r#"{"model_type": "electra"}"#).unwrap();
        let found = resolve(ModelsMode::Auto, &cache).unwrap();
        assert_eq!((found.checkpoint.name(), found.fidelity), ("BAAI/bge-small-en-v1.5", Fidelity::Sibling));
    }
}
