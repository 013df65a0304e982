//! `candleflare doctor`: what works here, shown by doing it.

mod tools;
mod trials;

use std::io::Write;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::handover;
use crate::ai::catalog::Catalog;
use crate::ai::service::{Call, Options};
use crate::api::{App, DEFAULT_ACCOUNT};
use crate::clock::Stopwatch;
use crate::config::{Config, Settings};
use crate::emulator;
use crate::engine::device::driver;
use crate::engine::kernels::{Isa, threads};

#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    settings: Settings,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    version: &'static str,
    kernels: &'static str,
    threads: usize,
    /// The device that `--device` opens, or why it cannot.
    device: Result<String, String>,
    /// The first GPU, or why there is none.
    cuda: String,
    /// Installed programs and packages; `None`: not found.
    tools: Vec<tools::Tool>,
    trials: Vec<Trial>,
}

#[derive(Debug, Serialize)]
struct Trial {
    task: &'static str,
    model: &'static str,
    /// The checkpoint that answered, or the refusal.
    answered: Result<String, String>,
    /// Milliseconds, loading included, then once more.
    first_ms: f64,
    again_ms: f64,
}

impl Doctor {
    pub fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let config = Config::load(self.settings)?;
        handover::to_cuda(config.device);
        let cuda = driver::gpu(0).map_or_else(|missing| missing.to_string(), |gpu| gpu.to_string());
        let device = config.device.open().map(|_| config.device.to_string()).map_err(|reason| reason.to_string());
        let trials = match &device {
            Ok(_) => tried(config)?,
            Err(_) => Vec::new(),
        };
        let report = Report {
            version: env!("CARGO_PKG_VERSION"),
            kernels: Isa::best().name(),
            threads: threads::count(),
            device,
            cuda,
            tools: tools::found(),
            trials,
        };
        let mut out = std::io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut out, &report)?;
            writeln!(out)?;
        } else {
            print(&mut out, &report)?;
        }
        let failed = report.device.is_err() || report.trials.iter().any(|trial| trial.answered.is_err());
        if failed { Err("something does not work here; see above".into()) } else { Ok(()) }
    }
}

fn tried(mut config: Config) -> Result<Vec<Trial>, Box<dyn std::error::Error>> {
    // Summaries have no other model, and its date says nothing of this machine.
    config.allow_deprecated = true;
    let app = emulator::services(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut done = Vec::new();
    for (model, input) in trials::inputs()? {
        let task = Catalog::builtin().get(model).map_or("", |model| model.task.name());
        let (answered, first_ms) = runtime.block_on(trial(&app, model, &input));
        let (_, again_ms) = runtime.block_on(trial(&app, model, &input));
        done.push(Trial { task, model, answered, first_ms, again_ms });
    }
    Ok(done)
}

async fn trial(app: &App, model: &str, input: &Value) -> (Result<String, String>, f64) {
    let watch = Stopwatch::new();
    let call = Call {
        trace: app.harness.unrecorded(DEFAULT_ACCOUNT),
        model: model.to_owned(),
        input: input.clone(),
        upload: None,
        options: Options::default(),
        schema: None,
    };
    let answered = match app.ai.run(call).await {
        Ok(answer) => Ok(format!("{}; fidelity={}", answer.meta.checkpoint, answer.meta.fidelity)),
        Err(refusal) => Err(refusal.error.to_string()),
    };
    (answered, watch.ms())
}

fn print(out: &mut impl Write, report: &Report) -> std::io::Result<()> {
    let mut row = |name: &str, text: &str| writeln!(out, "{name:<28} {}", text.replace('\n', &format!("\n{:29}", "")));
    row("candleflare", report.version)?;
    row("kernels", &format!("{}, {} threads", report.kernels, report.threads))?;
    match &report.device {
        Ok(device) => row("device", device)?,
        Err(reason) => row("device", &format!("cannot be used: {reason}"))?,
    }
    row("cuda", &report.cuda)?;
    for tool in &report.tools {
        row(tool.name, tool.version.as_deref().unwrap_or("not found"))?;
    }
    for trial in &report.trials {
        let text = match &trial.answered {
            Ok(checkpoint) => {
                format!("{:.1} ms, again {:.1} ms: {checkpoint}", trial.first_ms, trial.again_ms)
            }
            Err(reason) => format!("refused: {reason}"),
        };
        row(trial.task, &format!("{}\n{text}", trial.model))?;
    }
    Ok(())
}
