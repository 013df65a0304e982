//! One command with the terminal, the signals and the exit code of this process, and nothing left behind.

mod descendants;

use std::ffi::OsString;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};
use tokio::time::Instant;

use super::environment::Variable;

/// How long a command may take to end after a second Ctrl-C, and what it leaves behind after it has ended.
const GRACE: Duration = Duration::from_secs(2);

/// As shells have it.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;
const KILLED: i32 = 128;

/// Runs `command` to its end and gives the code to end with.
pub async fn run(command: &[OsString], variables: Vec<Variable>) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let Some((program, arguments)) = command.split_first() else { return Err("no command".into()) };
    let mut signals = Signals::new()?;
    descendants::adopt();
    let mut builder = Command::new(program);
    builder.args(arguments);
    for (name, value) in variables {
        match value {
            Some(value) => builder.env(name, value),
            None => builder.env_remove(name),
        };
    }
    let status = match builder.spawn() {
        Ok(child) => signals.until_end(child).await?,
        Err(error) => return Ok(not_started(&program.to_string_lossy(), &error)),
    };
    descendants::end(GRACE).await;
    Ok(code(status))
}

/// The command's own code, or 128 and the signal that ended it.
fn code(status: ExitStatus) -> ExitCode {
    let number = status.code().or_else(|| status.signal().map(|signal| KILLED + signal));
    number.and_then(|number| u8::try_from(number).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn not_started(program: &str, error: &std::io::Error) -> ExitCode {
    let node = ["node", "npm", "npx", "pnpm", "yarn", "wrangler", "vitest", "vite"].contains(&program);
    let (code, hint) = match error.kind() {
        std::io::ErrorKind::NotFound if node => {
            (NOT_FOUND, "install Node 22.12 or newer; tools of a project run as `npx wrangler …` or `npm test`")
        }
        std::io::ErrorKind::NotFound => {
            (NOT_FOUND, "check the spelling and the PATH; what comes after `--` is run without a shell")
        }
        _ => (NOT_EXECUTABLE, "is it a program, and may it be executed?"),
    };
    eprintln!("error: cannot run `{program}`: {error}\nhint: {hint}");
    ExitCode::from(code)
}

/// The signals that this process hands on.
struct Signals {
    interrupt: Stream,
    quit: Stream,
    terminate: Stream,
    hangup: Stream,
    user1: Stream,
    user2: Stream,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            user1: signal(SignalKind::user_defined1())?,
            user2: signal(SignalKind::user_defined2())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.interrupt.recv() => Signal::INT,
            Some(()) = self.quit.recv() => Signal::QUIT,
            Some(()) = self.terminate.recv() => Signal::TERM,
            Some(()) = self.hangup.recv() => Signal::HUP,
            Some(()) = self.user1.recv() => Signal::USR1,
            Some(()) = self.user2.recv() => Signal::USR2,
            else => std::future::pending().await,
        }
    }

    /// Waits for the command and hands signals on. The second that asks it to end sets a deadline.
    async fn until_end(&mut self, mut child: Child) -> std::io::Result<ExitStatus> {
        let mut asked = 0;
        let mut deadline = None;
        loop {
            let overdue = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                status = child.wait() => return status,
                signal = self.next() => {
                    let ends = matches!(signal, Signal::INT | Signal::TERM | Signal::QUIT);
                    asked += u32::from(ends);
                    if ends && asked == 2 {
                        deadline = Some(Instant::now() + GRACE);
                    }
                    // A key press has reached the command already, for it is in the same group.
                    let key = matches!(signal, Signal::INT | Signal::QUIT);
                    if key && !in_foreground() {
                        // As a terminal does it: `npx` waits for its command, and hands nothing on.
                        descendants::press(signal);
                    } else if !key || asked > 1 {
                        pass(&child, signal);
                    }
                }
                () = overdue => {
                    deadline = None;
                    eprintln!("candleflare: the command did not end in time, and is killed");
                    descendants::kill();
                }
            }
        }
    }
}

/// Whether the terminal's keys reach this process and its command.
fn in_foreground() -> bool {
    let group = rustix::process::getpgrp();
    let leads = |terminal: &dyn AsFd| rustix::termios::tcgetpgrp(terminal.as_fd()).is_ok_and(|leader| leader == group);
    leads(&std::io::stdin()) || leads(&std::io::stderr())
}

fn pass(child: &Child, signal: Signal) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // An error means that it has ended, which `wait` reports.
        let _ = kill_process(pid, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_becomes_128_and_its_number() {
        let of = |raw| format!("{:?}", code(ExitStatus::from_raw(raw)));
        assert_eq!(of(9), format!("{:?}", ExitCode::from(137)));
        assert_eq!(of(3 << 8), format!("{:?}", ExitCode::from(3)));
    }
}
