//! `candleflare pull` and `candleflare rm`: open checkpoints into the hub's cache, and out of it. The only verbs that
//! use the network.

mod bars;

use std::io::Write;

use clap::Args;

use crate::ai::catalog::{Catalog, Model, OpenCheckpoint};
use crate::ai::resolve::{Fidelity, candidates, runs};
use crate::engine::checkpoints::{Checkpoint, HubCache};
use crate::hub::{Choice, Hub, Progress, Revision, Settings, bytes};
use bars::Bars;

type Failed = Box<dyn std::error::Error>;

#[derive(Debug, Args)]
#[command(
    after_help = "The cache is the one that all tools of the Hugging Face hub share; HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, \
    HF_TOKEN, HF_HUB_OFFLINE and HTTPS_PROXY mean what they mean there."
)]
pub struct Pull {
    /// Models of the catalogue (@cf/baai/bge-small-en-v1.5) or repositories of the hub (owner/name)
    #[arg(required_unless_present_any = ["small", "exact"], value_name = "MODEL")]
    models: Vec<String>,
    /// Small open checkpoints for each task of which there are any
    #[arg(long, conflicts_with = "models")]
    small: bool,
    /// Every exact checkpoint that can be computed here, up to --under megabytes each
    #[arg(long, conflicts_with_all = ["models", "small"])]
    exact: bool,
    /// The largest checkpoint that --exact takes, in megabytes
    #[arg(long, value_name = "MEGABYTES", default_value_t = 2500)]
    under: u32,
    /// Not the exact checkpoint of a model but the nearest sibling, which is smaller or needs no account
    #[arg(long)]
    sibling: bool,
    /// Another revision than the pinned one: a branch, a tag or a commit
    #[arg(long)]
    revision: Option<String>,
    /// A GGUF file, by its name or a part of it such as Q8_0
    #[arg(long, value_name = "NAME")]
    gguf: Option<String>,
    /// Show what would be downloaded
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Rm {
    /// Models of the catalogue or repositories of the hub
    #[arg(required = true, value_name = "MODEL")]
    models: Vec<String>,
}

/// One repository to download, and for which model.
struct Target {
    repository: String,
    model: Option<(&'static Model, Fidelity)>,
}

impl Pull {
    pub fn run(self) -> Result<(), Failed> {
        let hub = Hub::new(Settings::from_environment()?)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let targets = self.targets()?;
        runtime.block_on(async {
            let mut failed = Vec::new();
            for target in &targets {
                match self.pull(&hub, target).await {
                    Ok(()) => {}
                    Err(error) if targets.len() == 1 => return Err(error),
                    // The others are wanted all the same.
                    Err(error) => {
                        eprintln!("`{}`: {error}", target.repository);
                        failed.push(target.repository.as_str());
                    }
                }
            }
            if failed.is_empty() {
                return Ok(());
            }
            let (of, failed) = (targets.len(), failed.join(", "));
            Err(format!("of {of} checkpoints these were not pulled: {failed}\nhint: what stands above says why of each; what was pulled stays").into())
        })
    }

    fn targets(&self) -> Result<Vec<Target>, Failed> {
        if self.small {
            let target = |(_, repository): (_, &str)| Target { repository: repository.to_owned(), model: None };
            return Ok(OpenCheckpoint::small().map(target).collect());
        }
        if self.exact {
            return Ok(exact_under(self.under));
        }
        self.models.iter().map(|name| self.target(name)).collect()
    }

    fn target(&self, name: &str) -> Result<Target, Failed> {
        if !name.starts_with('@') {
            return Ok(Target { repository: name.to_owned(), model: None });
        }
        let model = known(name)?;
        let wanted = |fidelity| !self.sibling || fidelity == Fidelity::Sibling;
        let candidate = candidates(model).find(|candidate| wanted(candidate.fidelity));
        let candidate = candidate.ok_or_else(|| {
            format!("the catalogue knows no open checkpoint for `{name}`\nhint: name a repository of the hub instead")
        })?;
        Ok(Target { repository: candidate.repository.to_owned(), model: Some((model, candidate.fidelity)) })
    }

    async fn pull(&self, hub: &Hub, target: &Target) -> Result<(), Failed> {
        let pinned = OpenCheckpoint::revision_of(&target.repository);
        let name = self.revision.as_deref().unwrap_or(pinned);
        let revision = hub.revision(&target.repository, name, &Choice { gguf: self.gguf.clone() }).await?;
        let total: u64 = revision.files.iter().filter_map(|(_, size)| *size).sum();
        let known = OpenCheckpoint::find(&target.repository).map(|known| known.licence.as_str());
        let licence = revision.licence.as_deref().or(known).unwrap_or("unknown");
        eprintln!("{} at {}: {}, licence {licence}", revision.repository, short(&revision.commit), bytes(total));
        let mut out = std::io::stdout().lock();
        if self.dry_run {
            for (file, size) in &revision.files {
                writeln!(out, "{:>10} {file}", size.map(bytes).unwrap_or_default())?;
            }
            return Ok(());
        }
        let mut bars = Bars::new();
        self.refuse_early(hub, target, &revision, &mut bars).await?;
        let pulled = hub.pull(&revision, &mut bars).await?;
        drop(bars);
        if let Some((model, fidelity)) = target.model {
            eprintln!("`{}` is answered by {} ({})", model.name, target.repository, fidelity.name());
        }
        writeln!(out, "{}", pulled.snapshot.display())?;
        Ok(())
    }

    /// The configuration first: what cannot be computed here need not be downloaded.
    async fn refuse_early(
        &self,
        hub: &Hub,
        target: &Target,
        revision: &Revision,
        bars: &mut dyn Progress,
    ) -> Result<(), Failed> {
        let config = revision.files.iter().find(|(file, _)| file == "config.json").cloned();
        let (Some(config), Some((model, fidelity))) = (config, target.model) else { return Ok(()) };
        // Under its commit alone: the branch is only known to be here once all of it is.
        let alone = Revision { files: vec![config], name: revision.commit.clone(), ..revision.clone() };
        let pulled = hub.pull(&alone, bars).await?;
        let checkpoint = Checkpoint::folder(&target.repository, &pulled.snapshot);
        if runs(&checkpoint, model) {
            return Ok(());
        }
        let sibling = candidates(model).find(|candidate| candidate.fidelity == Fidelity::Sibling);
        let hint = match sibling.filter(|_| fidelity == Fidelity::Exact) {
            Some(sibling) => format!("`candleflare pull --sibling {}` takes {}", model.name, sibling.repository),
            None => "see the README for what is computed".to_owned(),
        };
        Err(format!(
            "the architecture of `{}` is not computed here, its weights were not downloaded\nhint: {hint}",
            target.repository
        )
        .into())
    }
}

fn known(name: &str) -> Result<&'static Model, Failed> {
    let catalog = Catalog::builtin();
    let hint = "`candleflare list` shows the models; a repository of the hub is written `owner/name`";
    Ok(catalog.get(name).ok_or_else(|| format!("{}\nhint: {hint}", catalog.unknown(name)))?)
}

/// The exact checkpoints of emulated tasks that are known to be at most that large, each once, smallest first.
fn exact_under(megabytes: u32) -> Vec<Target> {
    let mut found: Vec<(u32, Target)> = Vec::new();
    for model in Catalog::builtin().iter() {
        let known = model.checkpoints.exact.as_deref().and_then(OpenCheckpoint::find);
        let known = known.filter(|known| known.computed);
        let Some((known, size)) = known.and_then(|known| Some((known, known.megabytes?))) else { continue };
        let is_there = |(_, target): &(u32, Target)| target.repository == known.repository;
        if size <= megabytes && model.checkpoints.stand_in.is_some() && !found.iter().any(is_there) {
            let model = Some((model, Fidelity::Exact));
            found.push((size, Target { repository: known.repository.clone(), model }));
        }
    }
    found.sort_by_key(|(size, _)| *size);
    found.into_iter().map(|(_, target)| target).collect()
}

fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}

impl Rm {
    pub fn run(self) -> Result<(), Failed> {
        let cache =
            HubCache::from_environment().ok_or("there is no folder for the cache\nhint: set `HF_HOME` or `HOME`")?;
        for name in &self.models {
            let repository = here(&cache, name)?;
            let freed = cache.size(&repository).unwrap_or_default();
            for folder in [cache.repository(&repository), cache.locks(&repository)] {
                match std::fs::remove_dir_all(&folder) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(format!("`{}`: {error}\nhint: check its permissions", folder.display()).into());
                    }
                    _ => {}
                }
            }
            writeln!(std::io::stdout(), "{repository}: {} freed", bytes(freed))?;
        }
        Ok(())
    }
}

/// The repository in the cache that `name` means: its own, or the nearest of a model's.
fn here(cache: &HubCache, name: &str) -> Result<String, Failed> {
    let there = cache.repositories();
    let is_here = |repository: &str| there.iter().any(|known| known == repository);
    let missing = || {
        let list = if there.is_empty() { "nothing".to_owned() } else { there.join(", ") };
        format!("nothing of `{name}` is in `{}`\nhint: there is {list}", cache.root().display())
    };
    if !name.starts_with('@') {
        return if is_here(name) { Ok(name.to_owned()) } else { Err(missing().into()) };
    }
    let model = known(name)?;
    let found = candidates(model).find(|candidate| is_here(candidate.repository));
    Ok(found.ok_or_else(missing)?.repository.to_owned())
}
