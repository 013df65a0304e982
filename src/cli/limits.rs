//! `candleflare limits`.

use std::io::Write;

use clap::Args;
use serde_json::json;

use crate::limits::{Limits, Plan};

#[derive(Debug, Args)]
pub struct LimitsVerb {
    /// Plan whose limits to print: free, paid or unlimited
    #[arg(long, env = "CANDLEFLARE_PLAN", default_value = "paid")]
    plan: Plan,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl LimitsVerb {
    pub fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let limits = Limits::new(self.plan);
        let mut out = std::io::stdout().lock();
        if self.json {
            let rows: Vec<_> = Limits::rows().iter().map(|row| limits.shown(row)).collect();
            serde_json::to_writer_pretty(&mut out, &json!(rows))?;
            writeln!(out)?;
            return Ok(());
        }
        for row in Limits::rows() {
            let value = limits.value(&row.name).map_or_else(|| "none".to_owned(), |value| value.to_string());
            let breach = match (row.code, row.status) {
                (Some(code), Some(status)) => format!("{code} ({status})"),
                _ => "-".to_owned(),
            };
            let note = if row.enforced { "" } else { " [not enforced by this build]" };
            writeln!(out, "{:<32} {:>12} {:<12} {:<12} {}{note}", row.name, value, row.unit, breach, row.what)?;
            writeln!(out, "{:<32} {}, {}", "", row.source, row.date)?;
        }
        Ok(())
    }
}
