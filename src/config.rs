//! Settings, from flags over environment over `candleflare.toml` over defaults.

mod indexes;
pub(crate) mod wrangler;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::account;
use crate::ai::resolve::{Binding, ModelsMode};
use crate::engine::checkpoints::HubCache;
use crate::engine::device::DeviceChoice;
use crate::harness::recordings::{self, Missing, Target};
use crate::limits::{Limits, Plan};
use crate::vectorize::Lag;

pub use indexes::{IndexSpec, NamedSpec, declared};
use wrangler::Wrangler;
pub use wrangler::find as find_wrangler;

/// A setting that cannot be used, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// What was said about each setting, by one source. Every flag of `serve` is here.
#[derive(Debug, Clone, Default, PartialEq, clap::Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Address to listen on
    #[arg(long, env = "CANDLEFLARE_HOST", value_name = "ADDRESS")]
    pub host: Option<IpAddr>,
    /// Port to listen on; 0 takes a free one
    #[arg(long, env = "CANDLEFLARE_PORT", value_name = "PORT")]
    pub port: Option<u16>,
    /// File to write once the server listens: {"url", "pid", "version"}
    #[arg(long, env = "CANDLEFLARE_READY_FILE", value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Plan whose limits apply: free, paid or unlimited
    #[arg(long, env = "CANDLEFLARE_PLAN", value_name = "PLAN")]
    #[serde(deserialize_with = "from_text")]
    pub plan: Option<Plan>,
    /// TOML file whose rows overlay the table of limits
    #[arg(long, env = "CANDLEFLARE_LIMITS", value_name = "FILE")]
    pub limits: Option<PathBuf>,
    /// Folder that keeps Vectorize's indexes over a restart [default: memory only]
    #[arg(long, env = "CANDLEFLARE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// When Vectorize processes a mutation: immediate, after_ms:N, after_reads:N or manual
    #[arg(long, env = "CANDLEFLARE_VECTORIZE_LAG", value_name = "LAG")]
    #[serde(deserialize_with = "from_text")]
    pub vectorize_lag: Option<Lag>,
    /// Vectors of an index from which its searches are approximate, by an HNSW graph [default: never]
    #[arg(long, env = "CANDLEFLARE_VECTORIZE_HNSW", value_name = "VECTORS")]
    pub vectorize_hnsw: Option<NonZeroUsize>,
    /// Checkpoints that may answer: auto, bundled or exact
    #[arg(long, env = "CANDLEFLARE_MODELS", value_name = "WHICH")]
    #[serde(deserialize_with = "from_text", rename = "models-mode")]
    pub models: Option<ModelsMode>,
    /// Device that computes: cpu, cuda, cuda:N or auto
    #[arg(long, env = "CANDLEFLARE_DEVICE", value_name = "DEVICE")]
    #[serde(deserialize_with = "from_text")]
    pub device: Option<DeviceChoice>,
    /// Most megabytes of weights in memory at once; the least recently used make room [default: no limit]
    #[arg(long, env = "CANDLEFLARE_MODEL_MEMORY", value_name = "MEGABYTES")]
    pub model_memory: Option<u64>,
    /// Seed of ids, padding and unseeded sampling, so that answers repeat
    #[arg(long, env = "CANDLEFLARE_SEED", value_name = "N")]
    pub seed: Option<u64>,
    /// The only bearer token that is let in; without it every token is
    #[arg(long, env = "CANDLEFLARE_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Configuration file [default: candleflare.toml, if it is there]
    #[arg(long, env = "CANDLEFLARE_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Folder of stubs that every account begins with
    #[arg(long, env = "CANDLEFLARE_STUBS", value_name = "DIR")]
    pub stubs: Option<PathBuf>,
    /// Folder to write the answers of a real account into: every call goes there
    #[arg(long, env = "CANDLEFLARE_RECORD", value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Where to record from [default: https://api.cloudflare.com]
    #[arg(long, env = "CANDLEFLARE_UPSTREAM", value_name = "URL")]
    pub upstream: Option<String>,
    /// Account to record from [default: CLOUDFLARE_ACCOUNT_ID, or the call's own]
    #[arg(long, env = "CANDLEFLARE_UPSTREAM_ACCOUNT", value_name = "ID")]
    pub upstream_account: Option<String>,
    /// Token of that account [default: CLOUDFLARE_API_TOKEN, or the call's own]
    #[arg(long, env = "CANDLEFLARE_UPSTREAM_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub upstream_token: Option<String>,
    /// Folder of recorded answers to give instead of computing; with --record, only what is missing is recorded
    #[arg(long, env = "CANDLEFLARE_REPLAY", value_name = "DIR")]
    pub replay: Option<PathBuf>,
    /// What happens to a call that was not recorded: fail or infer
    #[arg(long, env = "CANDLEFLARE_REPLAY_MISSING", value_name = "WHAT")]
    #[serde(deserialize_with = "from_text")]
    pub replay_missing: Option<Missing>,
    /// Whether recorded streams come at their own pace [default: true]
    #[arg(long, env = "CANDLEFLARE_REPLAY_PACE", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub replay_pace: Option<bool>,
    /// Wrangler configuration, whose Vectorize bindings name their indexes
    #[arg(long, env = "CANDLEFLARE_WRANGLER", value_name = "FILE")]
    pub wrangler: Option<PathBuf>,
    /// Vectorize index that is there from the start: NAME=DIMENSIONS[,METRIC][,PROPERTY:TYPE]… or NAME=PRESET
    #[arg(long = "index", env = "CANDLEFLARE_INDEX", value_name = "NAME=DIMENSIONS,METRIC", value_delimiter = ';')]
    #[serde(skip)]
    pub indexes: Vec<NamedSpec>,
    /// What `exec` found in the working folder: the least that is said.
    #[arg(skip)]
    #[serde(skip)]
    pub wrangler_found: Option<PathBuf>,
    /// Answer for models whose deprecation date has passed
    #[arg(long, env = "CANDLEFLARE_ALLOW_DEPRECATED", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub allow_deprecated: Option<bool>,
}

/// `candleflare.toml`: any setting, and local folders by model id.
#[derive(Debug, Clone, Default, Deserialize)]
struct File {
    #[serde(default)]
    models: BTreeMap<String, Binding>,
    #[serde(default)]
    indexes: BTreeMap<String, IndexSpec>,
    #[serde(flatten)]
    rest: toml::Table,
}

/// Every setting, decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub host: IpAddr,
    pub port: u16,
    pub ready_file: Option<PathBuf>,
    pub plan: Plan,
    /// The text of `--limits`.
    pub limits: Option<String>,
    /// Where Vectorize keeps its state; nothing for memory only.
    pub data_dir: Option<PathBuf>,
    /// What every account begins with.
    pub vectorize_lag: Lag,
    /// Vectors from which an index is searched approximately; nothing for never.
    pub vectorize_hnsw: Option<NonZeroUsize>,
    pub models: ModelsMode,
    pub device: DeviceChoice,
    /// Most megabytes of weights in memory at once.
    pub model_memory: Option<u64>,
    pub seed: Option<u64>,
    pub token: Option<String>,
    /// The folder of `--stubs`.
    pub stubs: Option<PathBuf>,
    /// What is recorded and replayed.
    pub recordings: recordings::Options,
    pub allow_deprecated: bool,
    /// Local folders by model id.
    pub bindings: BTreeMap<String, Binding>,
    /// The hub's cache, whose checkpoints answer as well. A test that builds its emulator in Rust has none unless it says so.
    pub hub_cache: Option<HubCache>,
    /// The account that a call without one belongs to.
    pub account: String,
    /// The wrangler configuration's file.
    pub wrangler: Option<PathBuf>,
    /// Vectorize index names by binding.
    pub indexes: BTreeMap<String, String>,
    /// Indexes that every account begins with; without a description, the first call with vectors makes it.
    pub declared: BTreeMap<String, Option<IndexSpec>>,
}

/// The port that clients are told about in the documentation.
pub const DEFAULT_PORT: u16 = 8786;

impl Default for Config {
    fn default() -> Self {
        Self {
            host: IpAddr::from([127, 0, 0, 1]),
            port: DEFAULT_PORT,
            ready_file: None,
            plan: Plan::default(),
            limits: None,
            data_dir: None,
            vectorize_lag: Lag::default(),
            vectorize_hnsw: None,
            models: ModelsMode::default(),
            device: DeviceChoice::default(),
            model_memory: None,
            seed: None,
            token: None,
            stubs: None,
            recordings: recordings::Options { paced: true, ..recordings::Options::default() },
            allow_deprecated: false,
            bindings: BTreeMap::new(),
            hub_cache: None,
            account: account::DEFAULT.to_owned(),
            wrangler: None,
            indexes: BTreeMap::new(),
            declared: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Reads the files that `said` names, and lets it win over them.
    pub fn load(said: Settings) -> Result<Self, ConfigError> {
        let (file, bindings, described) = file_settings(said.config.as_deref())?;
        let default = Self::default();
        let limits = said.limits.or(file.limits).map(|path| table(&path)).transpose()?;
        let wrangler_file = said.wrangler.or(file.wrangler).or(said.wrangler_found);
        let wrangler = match &wrangler_file {
            Some(path) => {
                let environment = std::env::var("CLOUDFLARE_ENV").ok();
                Wrangler::parse(path, &read(path)?, environment.as_deref())?
            }
            None => Wrangler::default(),
        };
        let mut declared: BTreeMap<_, _> = wrangler.index_names.into_iter().map(|name| (name, None)).collect();
        declared.extend(described.into_iter().map(|(name, spec)| (name, Some(spec))));
        declared.extend(said.indexes.into_iter().map(|NamedSpec { name, spec }| (name, Some(spec))));
        Ok(Self {
            host: said.host.or(file.host).unwrap_or(default.host),
            port: said.port.or(file.port).unwrap_or(default.port),
            ready_file: said.ready_file.or(file.ready_file),
            plan: said.plan.or(file.plan).unwrap_or_default(),
            limits,
            data_dir: said.data_dir.or(file.data_dir),
            vectorize_lag: said.vectorize_lag.or(file.vectorize_lag).unwrap_or_default(),
            vectorize_hnsw: said.vectorize_hnsw.or(file.vectorize_hnsw),
            models: said.models.or(file.models).unwrap_or_default(),
            device: said.device.or(file.device).unwrap_or_default(),
            model_memory: said.model_memory.or(file.model_memory),
            seed: said.seed.or(file.seed),
            token: said.token.or(file.token),
            stubs: said.stubs.or(file.stubs),
            recordings: recordings::Options {
                record: said.record.or(file.record),
                upstream: Target {
                    url: said.upstream.or(file.upstream),
                    account: said.upstream_account.or(file.upstream_account),
                    token: said.upstream_token.or(file.upstream_token),
                },
                replay: said.replay.or(file.replay),
                missing: said.replay_missing.or(file.replay_missing).unwrap_or_default(),
                paced: said.replay_pace.or(file.replay_pace).unwrap_or(default.recordings.paced),
            },
            allow_deprecated: said.allow_deprecated.or(file.allow_deprecated).unwrap_or(false),
            bindings,
            hub_cache: HubCache::from_environment(),
            account: wrangler.account.unwrap_or(default.account),
            indexes: wrangler.indexes,
            declared,
            wrangler: wrangler_file,
        })
    }
}

/// Settings, folders by model, and indexes by name.
type FileSettings = (Settings, BTreeMap<String, Binding>, BTreeMap<String, IndexSpec>);

/// The configuration file's settings; without `path`, those of `candleflare.toml` if it is there.
fn file_settings(path: Option<&Path>) -> Result<FileSettings, ConfigError> {
    let default = Path::new("candleflare.toml");
    let path = match path {
        Some(path) => path,
        None if default.exists() => default,
        None => return Ok(FileSettings::default()),
    };
    let wrong = |error: &dyn std::fmt::Display| ConfigError(format!("`{}`: {error}", path.display()));
    let file: File = toml::from_str(&read(path)?).map_err(|error| wrong(&error))?;
    let settings = file.rest.try_into().map_err(|error| wrong(&error))?;
    Ok((settings, file.models, file.indexes))
}

/// A table that overlays the limits, which can be read.
fn table(path: &Path) -> Result<String, ConfigError> {
    let text = read(path)?;
    let checked = Limits::new(Plan::default()).overlay(&text);
    checked.map_err(|error| ConfigError(format!("`{}`, {error}", path.display())))?;
    Ok(text)
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let wrong = |error| {
        format!(
            "cannot read `{}`: {error}\nhint: check the path, which is relative to the working folder",
            path.display()
        )
    };
    std::fs::read_to_string(path).map_err(|error| ConfigError(wrong(error)))
}

fn from_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: std::str::FromStr<Err = String>,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(text: &str, said: Settings) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("candleflare.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(Settings { config: Some(path), ..said })
    }

    #[test]
    fn what_is_said_wins_over_the_file() {
        let text = "port = 1\nplan = \"free\"\n[models]\n\"@cf/a/b\" = \"/models/b\"\n";
        let config = with_file(text, Settings { port: Some(2), ..Settings::default() }).unwrap();
        assert_eq!((config.port, config.plan), (2, Plan::Free));
        assert_eq!(config.bindings["@cf/a/b"], Binding::Path("/models/b".into()));
    }

    #[test]
    fn the_documented_file_is_read() {
        let docs = include_str!("../docs/configuration.md");
        let example = docs.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        // Other files that it names are not here.
        let alone: String = example
            .lines()
            .filter(|line| !line.contains(".toml\"") && !line.contains(".jsonc\""))
            .flat_map(|line| [line, "\n"])
            .collect();
        let config = with_file(&alone, Settings::default()).unwrap();
        assert_eq!((config.seed, config.token.as_deref(), config.bindings.len()), (Some(7), Some("secret"), 3));
    }

    #[test]
    fn a_wrong_table_of_limits_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("limits.toml");
        let refused = |text: &str| {
            std::fs::write(&path, text).unwrap();
            let said = Settings { limits: Some(path.clone()), ..Settings::default() };
            Config::load(said).unwrap_err().to_string()
        };
        let unknown = refused("[[limit]]\nname = \"ai.queue_length\"\nvalue = 2\n\n[[limit]]\nname = \"ai.nothing\"\n");
        assert!(unknown.contains("limits.toml`, line 6: there is no limit `ai.nothing`"), "{unknown}");
        let broken = refused("[[limit]]\nname = 3\n");
        assert!(broken.contains("limits.toml`, ") && broken.contains("line 2"), "{broken}");
    }

    #[test]
    fn a_wrong_file_is_named() {
        for text in ["prot = 1", "plan = \"gold\"", "port = "] {
            let error = with_file(text, Settings::default()).unwrap_err().to_string();
            assert!(error.contains("candleflare.toml"), "{error}");
        }
        let missing = Settings { config: Some("/nowhere/at/all.toml".into()), ..Settings::default() };
        assert!(Config::load(missing).unwrap_err().to_string().contains("cannot read"));
    }
}
