//! `candleflare completions SHELL`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell: bash, elvish, fish, powershell or zsh
    shell: Shell,
}

impl Completions {
    pub fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let mut command = super::Cli::command();
        // Into memory first: the generator panics where a pipe is closed early.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "candleflare", &mut script);
        std::io::Write::write_all(&mut std::io::stdout(), &script)?;
        Ok(())
    }
}
