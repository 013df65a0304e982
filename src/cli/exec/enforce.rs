//! `exec --enforce`: this binary in the place of workerd, wherever Miniflare starts it.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::environment::Variable;
use crate::config::Config;
use crate::limits::Limits;
use crate::worker::{Configured, Ledger, Mode, Settings, VARIABLE, Wanted, table};

#[derive(Debug, Args)]
pub struct Enforce {
    /// Hold the Worker that CMD starts to its CPU time, memory and subrequests
    #[arg(long, env = "CANDLEFLARE_ENFORCE")]
    enforce: bool,
    /// How exactly the limits hold: strict, or lenient as in production
    #[arg(long, env = "CANDLEFLARE_MODE", default_value_t = Mode::Strict, value_name = "MODE")]
    mode: Mode,
    /// File for the report as JSON, written at the end
    #[arg(long, env = "CANDLEFLARE_REPORT", value_name = "FILE")]
    report: Option<PathBuf>,
    /// workerd's binary [default: that of the Miniflare which CMD starts]
    #[arg(long, env = "CANDLEFLARE_WORKERD", value_name = "FILE")]
    workerd: Option<PathBuf>,
}

impl Enforce {
    /// What holds; `None` where nothing is enforced.
    pub fn settings(&self, config: &Config) -> Result<Option<Settings>, Box<dyn std::error::Error>> {
        if !self.enforce {
            return match &self.report {
                Some(_) => Err("`--report` has nothing to report\nhint: add `--enforce`".into()),
                None => Ok(None),
            };
        }
        let mut limits = Limits::new(config.plan);
        if let Some(text) = &config.limits {
            limits.overlay(text).map_err(|error| format!("`--limits`: {error}"))?;
        }
        let configured = config.wrangler.as_ref().map(|path| Configured::read(path, &limits)).transpose()?;
        Ok(Some(Settings {
            plan: config.plan,
            limits: config.limits.clone(),
            mode: self.mode,
            configured: configured.unwrap_or_default(),
            url: None,
        }))
    }

    /// What the command finds in its environment on top.
    pub fn variables(&self, settings: Settings, url: &str) -> Result<Vec<Variable>, Box<dyn std::error::Error>> {
        let settings = Settings { url: Some(url.to_owned()), ..settings };
        let mut variables: Vec<Variable> = vec![
            ("MINIFLARE_WORKERD_PATH", Some(std::env::current_exe()?.into())),
            (VARIABLE, Some(serde_json::to_string(&settings)?.into())),
        ];
        if let Some(workerd) = &self.workerd {
            variables.push(("CANDLEFLARE_WORKERD", Some(std::path::absolute(workerd)?.into())));
        }
        Ok(variables)
    }

    /// Writes the report and shows the table.
    pub fn report(&self, ledger: &Ledger) -> Result<(), String> {
        let invocations = ledger.find(&Wanted::default());
        if let Some(path) = &self.report {
            let report = json!({"total": invocations.len(), "invocations": invocations});
            std::fs::write(path, report.to_string())
                .map_err(|error| format!("cannot write the report `{}`: {error}", path.display()))?;
        }
        let text = if invocations.is_empty() {
            "candleflare: no invocation was held to its limits\n".to_owned()
        } else {
            table(&invocations)
        };
        // A closed terminal is no reason to fail.
        let _ = write!(std::io::stderr(), "\n{text}");
        Ok(())
    }
}
