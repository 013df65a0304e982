//! How a download shows itself: a bar on a terminal, a line for each file elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::hub::{Progress, bytes};

const TEMPLATE: &str = "{msg:32!} [{bar:24}] {bytes:>10} of {total_bytes:>10} {bytes_per_sec:>12} {eta:>4} left";

/// See the module.
pub struct Bars {
    is_terminal: bool,
    bar: ProgressBar,
    name: String,
    size: u64,
}

impl Bars {
    pub fn new() -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self { is_terminal, bar: ProgressBar::hidden(), name: String::new(), size: 0 }
    }
}

impl Progress for Bars {
    fn file(&mut self, name: &str, size: u64, done: u64) {
        (self.name, self.size) = (name.to_owned(), size);
        if self.is_terminal {
            self.bar = ProgressBar::new(size).with_message(name.to_owned());
            if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
                self.bar.set_style(style.progress_chars("=> "));
            }
            self.bar.set_position(done);
            // Speed and remaining time are of this download, not of what was there.
            self.bar.reset_eta();
        } else if done > 0 && done < size {
            eprintln!("{name}: {} of {} are here already", bytes(done), bytes(size));
        }
    }

    fn more(&mut self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn again(&mut self, why: &str) {
        self.bar.set_position(0);
        let text = format!("{}: again, {why}", self.name);
        if self.is_terminal { self.bar.println(text) } else { eprintln!("{text}") }
    }

    fn done(&mut self, was_here: bool) {
        if self.is_terminal {
            self.bar.finish();
        } else {
            eprintln!("{}: {}{}", self.name, bytes(self.size), if was_here { ", was here" } else { "" });
        }
    }
}
