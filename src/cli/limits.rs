//! `candleflare limits`.

use std::io::Write;

use clap::Args;

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
            serde_json::to_writer_pretty(&mut out, limits.rows())?;
            writeln!(out)?;
            return Ok(());
        }
        for row in limits.rows() {
            let value = limits.value(&row.name).map_or_else(|| "none".to_owned(), |value| value.to_string());
            writeln!(out, "{:<24} {:>12} {:<8} code {:<6} {}", row.name, value, row.unit, row.code, row.what)?;
            writeln!(out, "{:<24} {}, {}", "", row.source, row.date)?;
        }
        Ok(())
    }
}
