//! `candleflare init`: the few lines that lead a project's bindings to a running emulator, shown before they are written.

mod vitest;
mod wrangler;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use similar::TextDiff;

use crate::config::find_wrangler;

type Failure = Box<dyn std::error::Error>;

/// Lead a project's AI and Vectorize bindings to a running emulator, showing the change first
#[derive(Debug, Args)]
pub struct Init {
    /// Folder of the project
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
    /// What to change [default: vitest's configuration if it runs Workers, else wrangler's]
    #[arg(long = "for", value_enum, value_name = "TOOL")]
    tool: Option<Tool>,
    /// Write without asking
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tool {
    /// A helper in vitest's configuration: it starts an emulator for the run
    Vitest,
    /// An environment `local` in wrangler's configuration: `wrangler dev --env local`
    Wrangler,
}

/// A file and what it is to become.
struct Change {
    path: PathBuf,
    before: String,
    after: String,
    /// What the user does next.
    next: &'static str,
}

impl Init {
    pub fn run(self) -> Result<(), Failure> {
        let change = match self.tool {
            Some(Tool::Vitest) => for_vitest(&self.folder)?.ok_or(
                "no vitest configuration with `cloudflareTest(…)` here\nhint: npm install --save-dev @cloudflare/vitest-plugin, and see docs/vitest.md",
            )?,
            Some(Tool::Wrangler) => for_wrangler(&self.folder)?,
            None => match for_vitest(&self.folder)? {
                Some(change) => change,
                None => for_wrangler(&self.folder)?,
            },
        };
        if change.before == change.after {
            eprintln!("`{}` is as it should be", change.path.display());
            return Ok(());
        }
        show(&change)?;
        if !self.yes && !confirmed()? {
            return Err("nothing was written".into());
        }
        std::fs::write(&change.path, &change.after)
            .map_err(|error| format!("cannot write `{}`: {error}", change.path.display()))?;
        eprintln!("wrote `{}`\nnext: {}", change.path.display(), change.next);
        Ok(())
    }
}

fn for_vitest(folder: &Path) -> Result<Option<Change>, Failure> {
    let Some(path) = vitest::find(folder) else { return Ok(None) };
    let before = read(&path)?;
    if !before.contains("cloudflareTest") {
        return Ok(None);
    }
    let after = vitest::with_helper(&before).map_err(|error| format!("`{}`: {error}", path.display()))?;
    let next = "npm install --save-dev candleflare, then `npx vitest run`";
    Ok(Some(Change { path, before, after, next }))
}

fn for_wrangler(folder: &Path) -> Result<Change, Failure> {
    let here = std::path::absolute(folder)?;
    let path = find_wrangler(&here).ok_or_else(|| {
        format!("there is no wrangler configuration in `{}` or above\nhint: name the project's folder: `candleflare init DIR`", folder.display())
    })?;
    let before = read(&path)?;
    let after = wrangler::with_local(&path, &before).map_err(|error| format!("`{}`: {error}", path.display()))?;
    let next = "npm install --save-dev candleflare, start `candleflare serve`, then `npx wrangler dev --env local`";
    Ok(Change { path, before, after, next })
}

fn read(path: &Path) -> Result<String, Failure> {
    Ok(std::fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?)
}

fn show(change: &Change) -> std::io::Result<()> {
    let name = change.path.display().to_string();
    let diff = TextDiff::from_lines(&change.before, &change.after);
    write!(std::io::stdout(), "{}", diff.unified_diff().context_radius(3).header(&name, &name))
}

fn confirmed() -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err("nobody can be asked here, so nothing was written\nhint: `--yes` writes what is shown above".into());
    }
    eprint!("write this? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
