//! What the supervisor asks of the kernel, and the one place of the house that calls C.
//!
//! Linux only: elsewhere a process has no readable CPU clock here, and the meters say that they measure nothing.

use std::fs::File;
use std::io::PipeWriter;
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::Command;
use std::time::Duration;

/// Whether CPU time and memory can be measured, and so enforced, on this system.
pub const METERED: bool = cfg!(target_os = "linux");

/// Descriptor on which workerd reports the ports it listens on.
pub const CONTROL_FD: i32 = 3;

/// The meters of one process. The numbers stay valid only while the process is not reaped, which its owner sees to.
#[derive(Debug)]
pub struct Gauge {
    #[cfg(target_os = "linux")]
    clock: libc::clockid_t,
    #[cfg(target_os = "linux")]
    nudge: linux::Nudge,
    statm: Option<File>,
    page: u64,
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::FileExt;
    use std::os::unix::process::CommandExt;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{CONTROL_FD, Command, Duration, File, Gauge, PipeWriter};

    /// Brings a process's CPU clock up to date. The kernel adds the time of a thread that runs on another core only at its next
    /// tick, up to 4 ms late, or when the thread is taken off its queue and put back. A change of its slice does that, by a
    /// nanosecond, and that is nothing else; kernels before 6.12 take no slice, and then the clock is as late as it is.
    #[derive(Debug)]
    pub struct Nudge {
        pid: libc::pid_t,
        nice: i32,
        odd: AtomicBool,
    }

    /// `struct sched_attr` of the kernel, in its first version.
    #[repr(C)]
    struct SchedAttr {
        size: u32,
        policy: u32,
        flags: u64,
        nice: i32,
        priority: u32,
        runtime: u64,
        deadline: u64,
        period: u64,
    }

    const SLICE_NS: u64 = 3_000_000;

    impl Nudge {
        fn of(pid: libc::pid_t) -> Self {
            // SAFETY: takes and returns plain numbers.
            let nice = unsafe { libc::getpriority(libc::PRIO_PROCESS, pid.unsigned_abs()) };
            Self { pid, nice, odd: AtomicBool::new(false) }
        }

        fn nudge(&self) {
            let attr = SchedAttr {
                size: 48,
                policy: 0,
                flags: 0,
                nice: self.nice,
                priority: 0,
                runtime: SLICE_NS + u64::from(self.odd.fetch_xor(true, Ordering::Relaxed)),
                deadline: 0,
                period: 0,
            };
            // SAFETY: reads `size` bytes of a live local. Where it is refused the clock is late, as it would be without.
            unsafe { libc::syscall(libc::SYS_sched_setattr, self.pid, &raw const attr, 0) };
        }
    }

    impl Gauge {
        /// The gauge of a child, or `None` if it has gone.
        pub fn of(pid: u32) -> Option<Self> {
            let id = libc::pid_t::try_from(pid).ok()?;
            let mut clock = 0;
            // SAFETY: writes one `clockid_t` through a pointer to a live local.
            let failed = unsafe { libc::clock_getcpuclockid(id, &raw mut clock) };
            if failed != 0 {
                return None;
            }
            // SAFETY: takes and returns plain numbers.
            let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
            let statm = File::open(format!("/proc/{pid}/statm")).ok();
            Some(Self { clock, nudge: Nudge::of(id), statm, page: u64::try_from(page).unwrap_or(4096) })
        }

        /// As [`Gauge::cpu`], with what the main thread has run for since the last tick. Only for the process's owner.
        pub fn cpu_now(&self) -> Option<Duration> {
            self.nudge.nudge();
            self.cpu()
        }

        /// CPU time of all threads, user and kernel, since the process started.
        pub fn cpu(&self) -> Option<Duration> {
            let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            // SAFETY: writes one `timespec` through a pointer to a live local.
            let failed = unsafe { libc::clock_gettime(self.clock, &raw mut time) };
            let (seconds, nanos) = (u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?);
            (failed == 0).then(|| Duration::new(seconds, nanos))
        }

        /// Anonymous resident memory in bytes: heaps and buffers, without the binary's own pages.
        pub fn anonymous(&self) -> Option<u64> {
            let mut text = [0; 128];
            let length = self.statm.as_ref()?.read_at(&mut text, 0).ok()?;
            let text = std::str::from_utf8(&text[..length]).ok()?;
            let mut fields = text.split_ascii_whitespace().skip(1).map(str::parse::<u64>);
            let (resident, shared) = (fields.next()?.ok()?, fields.next()?.ok()?);
            // Both are zero once the process is dead and waits to be reaped.
            (resident > 0).then(|| resident.saturating_sub(shared) * self.page)
        }
    }

    /// Hands `control` to the child as [`CONTROL_FD`], and has the kernel kill the child when the *thread* that
    /// spawns it ends: spawn from a thread that outlives the child.
    pub fn adopt(command: &mut Command, control: &PipeWriter) {
        let control = control.as_raw_fd();
        let parent = std::process::id();
        let prepare = move || {
            // SAFETY: plain numbers in and out, and async-signal-safe, as a forked child needs it. The descriptor is
            // open: its owner keeps it until `spawn` has returned.
            let (set, moved, now) = unsafe {
                let set = libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                let moved = if control == CONTROL_FD {
                    libc::fcntl(control, libc::F_SETFD, 0)
                } else {
                    libc::dup2(control, CONTROL_FD)
                };
                (set, moved, libc::getppid())
            };
            if set < 0 || moved < 0 {
                return Err(std::io::Error::last_os_error());
            }
            // The parent may have died before the signal was asked for.
            if u32::try_from(now) == Ok(parent) { Ok(()) } else { Err(std::io::ErrorKind::BrokenPipe.into()) }
        };
        // SAFETY: the closure allocates nothing, takes no lock and calls only async-signal-safe functions.
        unsafe { command.pre_exec(prepare) };
    }

    /// Has the kernel kill this process when the thread that started it ends.
    pub fn die_with_parent() {
        // SAFETY: takes plain numbers.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    }

    /// Lets this thread's short sleeps end on time: the default slack of 50 µs is as long as the shortest of them.
    pub fn sharpen_sleeps() {
        // SAFETY: takes plain numbers and concerns the calling thread only.
        unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1_000) };
    }
}

#[cfg(not(target_os = "linux"))]
mod linux {
    use std::os::fd::AsRawFd;
    use std::os::unix::process::CommandExt;

    use super::{CONTROL_FD, Command, Duration, Gauge, PipeWriter};

    impl Gauge {
        pub fn of(_pid: u32) -> Option<Self> {
            Some(Self { statm: None, page: 0 })
        }

        pub fn cpu(&self) -> Option<Duration> {
            None
        }

        pub fn cpu_now(&self) -> Option<Duration> {
            self.cpu()
        }

        pub fn anonymous(&self) -> Option<u64> {
            let _ = (&self.statm, self.page);
            None
        }
    }

    pub fn adopt(command: &mut Command, control: &PipeWriter) {
        let control = control.as_raw_fd();
        let prepare = move || {
            // SAFETY: plain numbers in and out, and async-signal-safe; the owner keeps the descriptor open.
            let moved = unsafe { libc::dup2(control, CONTROL_FD) };
            if moved < 0 { Err(std::io::Error::last_os_error()) } else { Ok(()) }
        };
        // SAFETY: the closure allocates nothing, takes no lock and calls only async-signal-safe functions.
        unsafe { command.pre_exec(prepare) };
    }

    pub fn sharpen_sleeps() {}

    pub fn die_with_parent() {}
}

pub use linux::{adopt, die_with_parent, sharpen_sleeps};

/// Has `command` inherit `control` as [`CONTROL_FD`], which it is already.
pub fn hand_on(command: &mut Command, control: &File) {
    use std::os::fd::AsRawFd;
    use std::os::unix::process::CommandExt;
    let control = control.as_raw_fd();
    let prepare = move || {
        // SAFETY: plain numbers in and out, and async-signal-safe; the owner keeps the descriptor open.
        let set = unsafe { libc::fcntl(control, libc::F_SETFD, 0) };
        if set < 0 { Err(std::io::Error::last_os_error()) } else { Ok(()) }
    };
    // SAFETY: the closure allocates nothing, takes no lock and calls only async-signal-safe functions.
    unsafe { command.pre_exec(prepare) };
}

/// The descriptor `number` that this process was started with; `None` if there is none. Take it once.
pub fn inherited(number: i32) -> Option<File> {
    // SAFETY: plain numbers in and out. Fails on a descriptor that is not open.
    let set = unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) };
    // SAFETY: it is open, and nothing else here owns it: the caller takes it once, before it opens anything.
    (set >= 0).then(|| File::from(unsafe { OwnedFd::from_raw_fd(number) }))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_measured_from_outside() {
        let gauge = Gauge::of(std::process::id()).unwrap();
        let (cpu, memory) = (gauge.cpu().unwrap(), gauge.anonymous().unwrap());
        let block = std::hint::black_box(vec![1_u8; 32 << 20]);
        assert!(gauge.anonymous().unwrap() > memory + (24 << 20), "{} bytes written", block.len());
        assert!(gauge.cpu().unwrap() > cpu);
        assert!(Gauge::of(u32::MAX).is_none());
    }
}
