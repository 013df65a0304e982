//! The user's Worker: its modules, and what its wrangler configuration says.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::modules::{Modules, ModulesError};
use super::stores::{Consumer, ConsumerError, Kv, Producer, Queues};
use super::workerd::is_date;
use crate::config::{ConfigError, wrangler};
use crate::limits::{Limits, Plan};

/// A Worker, ready to be written into workerd's configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    pub name: String,
    pub modules: Modules,
    /// `None`: the newest that the workerd at hand knows.
    pub compatibility_date: Option<String>,
    pub compatibility_flags: Vec<String>,
    /// Variables and, from `.dev.vars`, secrets.
    pub vars: BTreeMap<String, Value>,
    /// Name of the AI binding.
    pub ai: Option<String>,
    /// Vectorize index names by binding.
    pub vectorize: BTreeMap<String, String>,
    /// KV namespace ids by binding.
    pub kv: BTreeMap<String, String>,
    /// By binding.
    pub producers: BTreeMap<String, Producer>,
    /// By queue.
    pub consumers: BTreeMap<String, Consumer>,
    pub limits: Configured,
    /// Bindings that are not there, as `env.NAME (kind)`.
    pub missing: Vec<String>,
}

/// `limits` of the wrangler configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configured {
    pub cpu_ms: Option<u64>,
    pub subrequests: Option<u64>,
}

#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Modules(#[from] ModulesError),
    #[error(
        "CPU limits are not supported for the Free plan. (code 100328)\nhint: take `limits` out of the wrangler configuration, or use `--plan paid`"
    )]
    LimitsOnFree,
    #[error("`limits.{name}` is {value}, and may be 1 to {most}\nhint: change it in the wrangler configuration")]
    Limit { name: &'static str, value: u64, most: u64 },
    #[error(transparent)]
    Consumer(#[from] ConsumerError),
    #[error("`compatibility_date` is `{date}`\nhint: write it as 2026-07-01")]
    Date { date: String },
    #[error(
        "{count} variables and secrets, and {limit} are allowed on this plan\nhint: put them into one of type JSON"
    )]
    Vars { count: usize, limit: u64 },
    #[error("the variable `{name}` has {bytes} bytes, and {limit} are allowed\nhint: keep large values elsewhere")]
    Var { name: String, bytes: usize, limit: usize },
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wrangler {
    name: Option<String>,
    main: Option<String>,
    compatibility_date: Option<String>,
    compatibility_flags: Vec<String>,
    vars: BTreeMap<String, Value>,
    ai: Option<Ai>,
    vectorize: Vec<Vectorize>,
    kv_namespaces: Vec<Kv>,
    queues: Queues,
    limits: Option<Configured>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Ai {
    binding: String,
}

#[derive(Debug, Deserialize)]
struct Vectorize {
    binding: String,
    index_name: String,
}

/// Kinds of bindings that this verb has nothing behind.
const NOT_EMULATED: [&str; 16] = [
    "analytics_engine_datasets",
    "assets",
    "browser",
    "d1_databases",
    "dispatch_namespaces",
    "durable_objects",
    "hyperdrive",
    "images",
    "mtls_certificates",
    "pipelines",
    "r2_buckets",
    "secrets_store_secrets",
    "send_email",
    "services",
    "version_metadata",
    "workflows",
];

impl Project {
    /// The Worker in `what`, a file or a folder, under the wrangler configuration at `config`. Without one, `env.AI` is
    /// there and nothing else.
    pub fn load(what: &Path, config: Option<&Path>, limits: &Limits) -> Result<Self, ProjectError> {
        let wrangler = match config {
            Some(path) => read(path)?,
            None => Wrangler { ai: Some(Ai { binding: "AI".to_owned() }), ..Wrangler::default() },
        };
        if let Some(date) = wrangler.compatibility_date.as_ref().filter(|date| !is_date(date)) {
            return Err(ProjectError::Date { date: date.clone() });
        }
        let configured = wrangler.limits.unwrap_or_default();
        configured.check(limits)?;
        wrangler.queues.consumers.iter().try_for_each(Consumer::check)?;
        let mut vars = wrangler.vars;
        vars.extend(config.map(secrets).unwrap_or_default());
        check_vars(&vars, limits)?;
        let modules =
            Modules::collect(what, wrangler.main.as_deref(), limits.value("worker.script_bytes").unwrap_or(u64::MAX))?;
        let missing = NOT_EMULATED.iter().filter_map(|kind| Some((kind, wrangler.rest.get(*kind)?)));
        Ok(Self {
            name: wrangler.name.unwrap_or_else(|| "worker".to_owned()),
            modules,
            compatibility_date: wrangler.compatibility_date,
            compatibility_flags: wrangler.compatibility_flags,
            vars,
            ai: wrangler.ai.map(|ai| ai.binding),
            vectorize: wrangler.vectorize.into_iter().map(|binding| (binding.binding, binding.index_name)).collect(),
            kv: wrangler.kv_namespaces.into_iter().map(Kv::named).collect(),
            producers: wrangler.queues.producers.into_iter().map(|own| (own.binding.clone(), own)).collect(),
            consumers: wrangler.queues.consumers.into_iter().map(|own| (own.queue.clone(), own)).collect(),
            limits: configured,
            missing: missing.flat_map(|(kind, value)| names(kind, value)).collect(),
        })
    }
}

impl Project {
    /// One with nothing but `env.AI`.
    pub fn bare(modules: Modules) -> Self {
        Self {
            name: "worker".to_owned(),
            modules,
            compatibility_date: None,
            compatibility_flags: Vec::new(),
            vars: BTreeMap::new(),
            ai: Some("AI".to_owned()),
            vectorize: BTreeMap::new(),
            kv: BTreeMap::new(),
            producers: BTreeMap::new(),
            consumers: BTreeMap::new(),
            limits: Configured::default(),
            missing: Vec::new(),
        }
    }
}

impl Configured {
    /// What a wrangler configuration says, which must be what a deployment takes.
    pub fn read(config: &Path, limits: &Limits) -> Result<Self, ProjectError> {
        let configured = read(config)?.limits.unwrap_or_default();
        configured.check(limits)?;
        Ok(configured)
    }

    fn check(self, limits: &Limits) -> Result<(), ProjectError> {
        if limits.plan() == Plan::Free && self != Self::default() {
            return Err(ProjectError::LimitsOnFree);
        }
        let rows = [
            ("cpu_ms", self.cpu_ms, "worker.cpu_ms_at_most"),
            ("subrequests", self.subrequests, "worker.subrequests_at_most"),
        ];
        for (name, value, row) in rows {
            let most = limits.value(row).unwrap_or(u64::MAX);
            if let Some(value) = value.filter(|value| !(1..=most).contains(value)) {
                return Err(ProjectError::Limit { name, value, most });
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Wrangler, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        ConfigError(format!("cannot read `{}`: {error}\nhint: check the path of `--wrangler`", path.display()))
    })?;
    wrangler::read(path, &text)
}

/// `.dev.vars` beside the configuration: `NAME=value` lines, the value perhaps in quotes, as wrangler reads them.
fn secrets(config: &Path) -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(config.with_file_name(".dev.vars")).unwrap_or_default();
    let pairs =
        text.lines().map(str::trim).filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), Value::from(unquoted(value.trim())))).collect()
}

fn unquoted(value: &str) -> &str {
    let inner = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

fn check_vars(vars: &BTreeMap<String, Value>, limits: &Limits) -> Result<(), ProjectError> {
    if let Some(limit) = limits.value("worker.vars").filter(|limit| vars.len() as u64 > *limit) {
        return Err(ProjectError::Vars { count: vars.len(), limit });
    }
    let limit = limits.bytes("worker.var_bytes");
    for (name, value) in vars {
        let bytes = value.as_str().map_or_else(|| value.to_string().len(), str::len);
        if bytes > limit {
            return Err(ProjectError::Var { name: name.clone(), bytes, limit });
        }
    }
    Ok(())
}

/// Each binding in a section of the configuration, as `env.NAME (kind)`.
fn names(kind: &str, section: &Value) -> Vec<String> {
    let list = match section {
        Value::Array(list) => list.clone(),
        Value::Object(object) => match object.get("bindings").or_else(|| object.get("producers")) {
            Some(Value::Array(list)) => list.clone(),
            _ => vec![section.clone()],
        },
        _ => return Vec::new(),
    };
    let name = |entry: &Value| {
        let name = entry.get("binding").or_else(|| entry.get("name")).or_else(|| entry.get("queue"))?;
        name.as_str().map(|name| format!("env.{name} ({kind})"))
    };
    list.iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(config: &str, plan: Plan) -> Result<Project, ProjectError> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("w.js", "");
        write("wrangler.jsonc", config);
        write(".dev.vars", "# mine\nKEY=\"secret\"\nPLAIN = x\n");
        let config = folder.path().join("wrangler.jsonc");
        Project::load(&folder.path().join("w.js"), Some(&config), &Limits::new(plan))
    }

    #[test]
    fn the_configuration_is_read() {
        let text = r#"{ "name": "demo", "compatibility_date": "2026-07-01", "vars": {"A": "b", "N": {"x": 1}},
            "ai": {"binding": "BRAIN"}, "vectorize": [{"binding": "DOCS", "index_name": "docs"}],
            "limits": {"cpu_ms": 50}, "kv_namespaces": [{"binding": "KV"}], "r2_buckets": [{"binding": "R2"}], "durable_objects": {"bindings": [{"name": "DO"}]},
            "queues": {"producers": [{"binding": "Q", "queue": "q"}], "consumers": [{"queue": "q"}]}, "triggers": {"crons": []} }"#;
        let project = load(text, Plan::Paid).unwrap();
        assert_eq!((project.name.as_str(), project.ai.as_deref()), ("demo", Some("BRAIN")));
        assert_eq!((project.vectorize["DOCS"].as_str(), project.limits.cpu_ms), ("docs", Some(50)));
        assert_eq!((&project.vars["KEY"], &project.vars["PLAIN"]), (&Value::from("secret"), &Value::from("x")));
        assert_eq!(project.missing, ["env.DO (durable_objects)", "env.R2 (r2_buckets)"]);
        assert_eq!((project.kv["KV"].as_str(), project.producers["Q"].queue.as_str()), ("KV", "q"));
        assert_eq!(project.consumers["q"].max_batch_size, 10);
    }

    #[test]
    fn what_a_deployment_refuses_is_refused() {
        let error = |text: &str, plan| load(text, plan).unwrap_err();
        assert!(matches!(error(r#"{"limits": {"cpu_ms": 50}}"#, Plan::Free), ProjectError::LimitsOnFree));
        let limit = error(r#"{"limits": {"cpu_ms": 300001}}"#, Plan::Paid).to_string();
        assert!(limit.contains("`limits.cpu_ms` is 300001, and may be 1 to 300000"), "{limit}");
        assert!(load(r#"{"limits": {"cpu_ms": 300000}}"#, Plan::Paid).is_ok());
        assert!(matches!(error(r#"{"limits": {"cpu": 1}}"#, Plan::Paid), ProjectError::Config(_)));
        let consumer = error(r#"{"queues": {"consumers": [{"queue": "q", "max_batch_size": 101}]}}"#, Plan::Paid);
        assert!(consumer.to_string().contains("`max_batch_size` is 101, and may be 1 to 100"), "{consumer}");
        assert!(matches!(error(r#"{"compatibility_date": "soon"}"#, Plan::Paid), ProjectError::Date { .. }));
        let long = format!(r#"{{"vars": {{"A": "{}"}}}}"#, "a".repeat(5121));
        assert!(matches!(error(&long, Plan::Paid), ProjectError::Var { .. }));
        let many: BTreeMap<String, u8> = (0..63).map(|at| (format!("V{at}"), 1)).collect();
        let many = serde_json::json!({ "vars": many }).to_string();
        assert!(matches!(error(&many, Plan::Free), ProjectError::Vars { count: 65, limit: 64 }));
        assert!(load(&many, Plan::Paid).is_ok());
    }
}
