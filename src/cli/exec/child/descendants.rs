//! Everything that the command started: dev servers, workerd, watchers. What outlives the command would hold ports and
//! call an emulator that is gone, so it ends with it.

use std::collections::HashMap;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::Instant;

/// Makes this process the parent of what loses its own, so that it can still be found. Only Linux can; elsewhere a
/// process that has lost its parent is not found.
pub fn adopt() {
    #[cfg(target_os = "linux")]
    // An old kernel does not know it, and then it is as elsewhere.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Asks all to end, and kills those that have not after `grace`.
pub async fn end(grace: Duration) {
    if send(Signal::TERM) == 0 {
        return;
    }
    let deadline = Instant::now() + grace;
    while Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
        if all().is_empty() {
            return;
        }
    }
    kill();
}

pub fn kill() {
    send(Signal::KILL);
}

/// Sends `signal` to all that are in this process's group, as a terminal does where a key is pressed.
pub fn press(signal: Signal) {
    let group = rustix::process::getpgrp();
    for pid in all() {
        if rustix::process::getpgid(Some(pid)) == Ok(group) {
            // An error means that it has ended in the meantime.
            let _ = kill_process(pid, signal);
        }
    }
}

/// How many there are.
fn send(signal: Signal) -> usize {
    let found = all();
    for pid in &found {
        // An error means that it has ended in the meantime.
        let _ = kill_process(*pid, signal);
    }
    found.len()
}

/// The descendants of this process that still run.
fn all() -> Vec<Pid> {
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for (pid, parent) in processes() {
        children.entry(parent).or_default().push(pid);
    }
    let mut found = Vec::new();
    let mut open = vec![rustix::process::getpid().as_raw_nonzero().get()];
    while let Some(parent) = open.pop() {
        // Taken out, so that even a nonsensical table ends.
        for pid in children.remove(&parent).unwrap_or_default() {
            open.push(pid);
            found.extend(Pid::from_raw(pid));
        }
    }
    found
}

/// Process and parent of each that runs here.
#[cfg(target_os = "linux")]
fn processes() -> Vec<(i32, i32)> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let one = |entry: std::fs::DirEntry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name in parentheses may hold anything.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let state = fields.next()?;
        let parent = fields.next()?.parse().ok()?;
        (!matches!(state, "Z" | "X")).then_some((pid, parent))
    };
    entries.flatten().filter_map(one).collect()
}

/// Process and parent of each that runs here.
#[cfg(not(target_os = "linux"))]
fn processes() -> Vec<(i32, i32)> {
    let listed = std::process::Command::new("ps").args(["-A", "-o", "pid=,ppid=,stat="]).output();
    let text = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let one = |line: &str| {
        let mut fields = line.split_whitespace();
        let (pid, parent) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        (!fields.next()?.starts_with('Z')).then_some((pid, parent))
    };
    text.lines().filter_map(one).collect()
}
