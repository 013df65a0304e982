//! One workerd process: started, watched and ended by a thread of its own, which lives as long as the process does,
//! for the kernel ties the process to that thread.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::{oneshot, watch};

use super::meter::{Death, Watch};
use super::sys::{self, CONTROL_FD, Gauge};
use crate::clock::Deadline;

/// How to start a process.
#[derive(Debug, Clone)]
pub struct Launch {
    pub workerd: PathBuf,
    /// Everything but where it reports its ports.
    pub arguments: Vec<OsString>,
    /// The configuration, where it comes by standard input.
    pub input: Option<Arc<Vec<u8>>>,
    /// Sockets that it must report before it is ready.
    pub sockets: Vec<String>,
    pub startup: Option<Startup>,
    /// Whether the Worker's output is shown from the start, or only once it serves.
    pub shown: bool,
}

/// CPU time until a process listens.
#[derive(Debug, Clone, Copy)]
pub struct Startup {
    /// That the Worker's global scope may take.
    pub limit: Duration,
    /// The runtime's own.
    pub base: Duration,
}

/// Why a process did not come to listen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    #[error("cannot run `{workerd}`: {reason}\nhint: `npm install workerd`, or name the binary with `--workerd`")]
    Spawn { workerd: String, reason: String },
    #[error(
        "Script startup exceeded CPU time limit. (code 10021)\nhint: the global scope may take {limit_ms} ms of CPU time; move its work into the handler"
    )]
    StartupCpu { limit_ms: u128 },
    #[error(
        "the Worker does not start: workerd ended ({status})\n{said}hint: what workerd says above names the module and the line"
    )]
    Ended { status: String, said: String },
    #[error("workerd did not listen within {seconds} s\nhint: does the Worker wait for something in its global scope?")]
    Silent { seconds: u64 },
    #[error("workerd says where it listens in a way that is not known here: {line}\nhint: use a workerd of 2026")]
    Protocol { line: String },
}

/// A process that listens. Dropping the last handle ends it.
#[derive(Debug)]
pub struct Process {
    /// Port of each socket, by its name.
    pub ports: HashMap<String, u16>,
    /// Of the socket `entry`.
    pub address: SocketAddr,
    /// CPU time until it listened.
    pub startup: Duration,
    /// Anonymous memory when it listened, in bytes.
    pub memory: u64,
    gauge: Arc<Gauge>,
    dead: Arc<AtomicBool>,
    shown: Arc<AtomicBool>,
    commands: Mutex<Sender<Order>>,
    fate: watch::Receiver<Option<Death>>,
}

enum Order {
    /// Watch this invocation until it has ended.
    Begin(Arc<Watch>),
    Ended,
    /// End the process, for this reason.
    Kill(Death),
}

/// A start that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often an idle process is looked after.
const IDLE: Duration = Duration::from_millis(200);

/// The socket that takes the Worker's requests.
pub const ENTRY: &str = "entry";
/// Stands for the inspector's, which has no name in the configuration.
pub const INSPECTOR: &str = "inspector";

impl Process {
    pub async fn start(launch: Launch) -> Result<Self, LaunchError> {
        let (ready, started) = oneshot::channel();
        let (commands, orders) = mpsc::channel();
        let spawned = std::thread::Builder::new().name("candleflare-workerd".to_owned());
        let workerd = launch.workerd.display().to_string();
        let failed = |reason: String| LaunchError::Spawn { workerd: workerd.clone(), reason };
        spawned.spawn(move || own(&launch, commands, &orders, ready)).map_err(|error| failed(error.to_string()))?;
        started.await.unwrap_or_else(|_| Err(failed("its thread ended".to_owned())))
    }

    /// The process's CPU clock.
    pub fn cpu(&self) -> Option<Duration> {
        (!self.dead()).then(|| self.gauge.cpu()).flatten()
    }

    pub fn dead(&self) -> bool {
        self.dead.load(Ordering::Acquire)
    }

    /// From here on `watch` decides over the process.
    pub fn begin(&self, watch: Arc<Watch>) {
        self.show();
        self.order(Order::Begin(watch));
    }

    /// From here on what it says is shown.
    pub fn show(&self) {
        self.shown.store(true, Ordering::Relaxed);
    }

    /// Why it ended, once it has.
    pub fn fate(&self) -> watch::Receiver<Option<Death>> {
        self.fate.clone()
    }

    /// Anonymous memory that it holds now, in bytes.
    pub fn anonymous(&self) -> Option<u64> {
        (!self.dead()).then(|| self.gauge.anonymous()).flatten()
    }

    pub fn ended(&self) {
        self.order(Order::Ended);
    }

    /// Ends it; from here on it takes no invocation.
    pub fn kill(&self, death: Death) {
        self.dead.store(true, Ordering::Release);
        self.order(Order::Kill(death));
    }

    fn order(&self, order: Order) {
        // The thread has ended if the process has; then there is nothing to watch.
        let _ = self.commands.lock().unwrap_or_else(PoisonError::into_inner).send(order);
    }
}

type Ready = oneshot::Sender<Result<Process, LaunchError>>;

fn own(launch: &Launch, commands: Sender<Order>, orders: &Receiver<Order>, ready: Ready) {
    sys::sharpen_sleeps();
    let mut running = match Running::spawn(launch) {
        Ok(running) => running,
        Err(error) => return drop(ready.send(Err(error))),
    };
    match running.until_ready(launch, commands) {
        Ok(process) => {
            // Dropped on the other side: nobody wants it any more, and `watch` sees that the orders have ended.
            let _ = ready.send(Ok(process));
            running.watch(orders);
        }
        Err(error) => drop(ready.send(Err(error))),
    }
    running.end();
}

struct Running {
    child: Child,
    gauge: Arc<Gauge>,
    dead: Arc<AtomicBool>,
    shown: Arc<AtomicBool>,
    control: Receiver<String>,
    said: Arc<Mutex<VecDeque<String>>>,
    /// Of standard output and standard error.
    relays: Vec<std::thread::JoinHandle<()>>,
    fate: watch::Sender<Option<Death>>,
}

impl Running {
    fn spawn(launch: &Launch) -> Result<Self, LaunchError> {
        let failed = |error: std::io::Error| LaunchError::Spawn {
            workerd: launch.workerd.display().to_string(),
            reason: error.to_string(),
        };
        let (reader, writer) = std::io::pipe().map_err(failed)?;
        let mut command = Command::new(&launch.workerd);
        command.arg("serve").args(&launch.arguments).arg(format!("--control-fd={CONTROL_FD}"));
        let input = launch.input.clone();
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        sys::adopt(&mut command, &writer);
        let mut child = command.spawn().map_err(failed)?;
        drop(writer);
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            // A process that does not read it all has ended, and says why.
            std::thread::spawn(move || drop(stdin.write_all(&input)));
        }
        let gauge = Gauge::of(child.id()).ok_or_else(|| failed(std::io::Error::other("its meters cannot be read")))?;
        let shown = Arc::new(AtomicBool::new(launch.shown));
        let said = Arc::default();
        let output = child.stdout.take().map(|stdout| relay(stdout, Arc::clone(&shown), Arc::clone(&said)));
        let errors = child.stderr.take().map(|stderr| relay_errors(stderr, Arc::clone(&shown), Arc::clone(&said)));
        let relays = [output, errors].into_iter().flatten().collect();
        let (lines, control) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(reader).lines().map_while(Result::ok) {
                if lines.send(line).is_err() {
                    break;
                }
            }
        });
        let dead = Arc::new(AtomicBool::new(false));
        Ok(Self { child, gauge: Arc::new(gauge), dead, shown, control, said, relays, fate: watch::Sender::default() })
    }

    /// Waits until workerd reports its socket, which it does once the global scope has run.
    fn until_ready(&mut self, launch: &Launch, commands: Sender<Order>) -> Result<Process, LaunchError> {
        let patience = Deadline::after(PATIENCE);
        let mut ports = HashMap::new();
        loop {
            let cpu = self.gauge.cpu().unwrap_or_default();
            if let Some(Startup { limit, .. }) =
                launch.startup.filter(|startup| cpu >= startup.limit.saturating_add(startup.base))
            {
                return Err(LaunchError::StartupCpu { limit_ms: limit.as_millis() });
            }
            match self.control.recv_timeout(Duration::from_millis(1)) {
                Ok(line) => {
                    ports.extend(port(&line)?);
                    if !launch.sockets.iter().all(|socket| ports.contains_key(socket)) {
                        continue;
                    }
                    let entry = ports.get(ENTRY).copied().unwrap_or_default();
                    return Ok(Process {
                        ports,
                        address: SocketAddr::from(([127, 0, 0, 1], entry)),
                        startup: self.gauge.cpu().unwrap_or_default(),
                        memory: self.gauge.anonymous().unwrap_or_default(),
                        gauge: Arc::clone(&self.gauge),
                        dead: Arc::clone(&self.dead),
                        shown: Arc::clone(&self.shown),
                        commands: Mutex::new(commands),
                        fate: self.fate.subscribe(),
                    });
                }
                // The descriptor is closed: the process has ended, or is about to.
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.reap();
                    return Err(LaunchError::Ended { status, said: self.last_words() });
                }
                Err(RecvTimeoutError::Timeout) if patience.passed() => {
                    return Err(LaunchError::Silent { seconds: PATIENCE.as_secs() });
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Serves orders until the process ends or nobody holds it any more.
    fn watch(&mut self, orders: &Receiver<Order>) {
        let mut watched: Option<Arc<Watch>> = None;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return self.died(watched, status);
            }
            let pause = match watched.as_ref().map_or(Ok(IDLE), |watch| watch.look(&self.gauge)) {
                Ok(pause) => pause,
                Err(death) => return self.kill(watched, death),
            };
            match orders.recv_timeout(pause) {
                Ok(Order::Begin(watch)) => watched = Some(watch),
                Ok(Order::Ended) => watched = None,
                Ok(Order::Kill(death)) => return self.kill(watched, death),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn kill(&mut self, watched: Option<Arc<Watch>>, death: Death) {
        self.dead.store(true, Ordering::Release);
        // Fails only if it has ended by itself in this moment.
        let _ = self.child.kill();
        if let Some(watch) = watched {
            watch.died(death.clone());
        }
        self.fate.send_replace(Some(death));
    }

    /// It ended by itself; V8 aborts the process where a heap passes its limit.
    fn died(&mut self, watched: Option<Arc<Watch>>, status: ExitStatus) {
        self.dead.store(true, Ordering::Release);
        let said = self.last_words();
        let death = if OUT_OF_MEMORY.iter().any(|text| said.contains(text)) {
            Death::Memory
        } else {
            Death::Crashed(format!("{status}\n{said}"))
        };
        match watched {
            Some(watch) => watch.died(death.clone()),
            None => tracing::warn!(target: "candleflare::worker", %status, "an idle workerd ended"),
        }
        self.fate.send_replace(Some(death));
    }

    fn reap(&mut self) -> String {
        self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string())
    }

    /// What it said last.
    fn last_words(&mut self) -> String {
        for relay in self.relays.drain(..) {
            // Ends with the process, which has ended.
            let _ = relay.join();
        }
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }

    fn end(&mut self) {
        self.dead.store(true, Ordering::Release);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Deserialize)]
struct Control {
    event: String,
    socket: Option<String>,
    port: Option<u16>,
}

/// Name and port of a socket, if this is what the line reports.
fn port(line: &str) -> Result<Option<(String, u16)>, LaunchError> {
    let unknown = || LaunchError::Protocol { line: line.to_owned() };
    let Control { event, socket, port } = serde_json::from_str(line).map_err(|_| unknown())?;
    match (event.as_str(), socket, port) {
        ("listen", Some(socket), Some(port)) => Ok(Some((socket, port))),
        ("listen", ..) => Err(unknown()),
        ("listen-inspector", _, Some(port)) => Ok(Some((INSPECTOR.to_owned(), port))),
        _ => Ok(None),
    }
}

/// What workerd says when V8 aborts it for its heap: on standard error, or, where its logs are structured, on standard output.
const OUT_OF_MEMORY: [&str; 3] = ["heap out of memory", "Reached heap limit", "process out of memory"];

/// Hands the Worker's console on to standard output.
fn relay(
    output: impl Read + Send + 'static,
    shown: Arc<AtomicBool>,
    said: Arc<Mutex<VecDeque<String>>>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let text = String::from_utf8_lossy(&line);
            if OUT_OF_MEMORY.iter().any(|end| text.contains(end)) {
                keep(&said, text.into_owned());
            }
            if shown.load(Ordering::Relaxed) {
                let mut out = std::io::stdout().lock();
                // A closed terminal is no reason to stop serving.
                let _ = out.write_all(&line).and_then(|()| out.write_all(b"\n"));
            }
        }
    })
}

fn keep(said: &Mutex<VecDeque<String>>, line: String) {
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    if said.len() == KEPT {
        said.pop_front();
    }
    said.push_back(line);
}

/// Lines kept of what it said.
const KEPT: usize = 40;
/// With one of these V8's and workerd's own last words begin, which a person need not see.
const FATAL: [&str; 4] = ["<--- Last few GCs", "fatal: V8 fatal error", "*** Received signal", "#\n# Fatal"];

fn relay_errors(
    output: impl Read + Send + 'static,
    shown: Arc<AtomicBool>,
    said: Arc<Mutex<VecDeque<String>>>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut fatal = false;
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            fatal |= FATAL.iter().any(|start| line.contains(start));
            if shown.load(Ordering::Relaxed) && !fatal {
                let _ = writeln!(std::io::stderr().lock(), "{line}");
            }
            keep(&said, line);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_from_control_messages() {
        let named = |name: &str| Ok(Some((name.to_owned(), 7)));
        assert_eq!(port(r#"{"event":"listen","socket":"entry","port":7}"#), named("entry"));
        assert_eq!(port(r#"{"event":"listen-inspector","port":7}"#), named("inspector"));
        assert_eq!(port(r#"{"event":"something new"}"#), Ok(None));
        for line in ["", "ready", "{}", r#"{"event":"listen","socket":"entry"}"#] {
            assert!(matches!(port(line), Err(LaunchError::Protocol { .. })), "{line}");
        }
    }

    #[tokio::test]
    async fn what_is_not_workerd_is_said() {
        let launch = |workerd: &str| Launch {
            workerd: workerd.into(),
            arguments: vec!["/dev/null".into()],
            input: None,
            sockets: vec![ENTRY.to_owned()],
            startup: None,
            shown: false,
        };
        let missing = Process::start(launch("/nowhere/workerd")).await.unwrap_err();
        assert!(missing.to_string().contains("hint: `npm install workerd`"), "{missing}");
        let other = Process::start(launch("/bin/false")).await.unwrap_err();
        assert!(matches!(other, LaunchError::Ended { .. }), "{other}");
    }
}
