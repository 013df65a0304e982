//! A folder of one's own, in which workerd finds a Worker's modules and configuration.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::capnp::{self, GUARD, Layout};
use super::project::Project;

const PREFIX: &str = "candleflare-worker-";

/// A Worker's modules, laid out.
#[derive(Debug)]
pub struct Site {
    folder: Scratch,
    project: Project,
    /// The newest compatibility date of the workerd at hand.
    newest: String,
    memory_mb: Option<u64>,
    files: Vec<String>,
}

/// One process's own files in a site.
#[derive(Debug)]
pub struct Plot {
    pub config: PathBuf,
    pub socket: PathBuf,
}

/// A folder of one's own; removed when it is dropped.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> io::Result<Self> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        let name = format!("{PREFIX}{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = parent.join(name);
        // The Worker's secrets are in its configuration.
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

static COUNT: AtomicU64 = AtomicU64::new(0);

impl Site {
    pub fn new(project: Project, newest: String, memory_mb: Option<u64>) -> io::Result<Self> {
        let mut site = Self { folder: Scratch::new()?, project, newest, memory_mb, files: Vec::new() };
        std::fs::write(site.folder.path().join(GUARD), concat!(include_str!("guard.js"), include_str!("marks.js")))?;
        for (at, (_, module)) in capnp::ordered(&site.project).enumerate() {
            let file = format!("module-{at}");
            std::fs::copy(&module.path, site.folder.path().join(&file))?;
            site.files.push(file);
        }
        Ok(site)
    }

    /// Writes the configuration of process `id`.
    pub fn plot(&self, id: u64) -> io::Result<Plot> {
        let config = self.folder.path().join(format!("{id}.capnp"));
        let socket = self.folder.path().join(format!("{id}.sock"));
        let layout = Layout { socket: &socket.to_string_lossy(), files: &self.files };
        std::fs::write(&config, capnp::config(&self.project, &self.newest, self.memory_mb, layout))?;
        Ok(Plot { config, socket })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now goes with the next sweep.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Drop for Plot {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.config);
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// Removes the folders of supervisors that were killed.
fn sweep(parent: &Path) {
    if !Path::new("/proc/self").exists() {
        return;
    }
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        if pid.is_some_and(|pid| pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
