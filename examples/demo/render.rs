//! What the demo prints: for people on a terminal, plain text elsewhere.

use std::{
    env, fmt,
    io::{self, IsTerminal, Write},
    process,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::client::{Answer, Match};

pub struct Screen {
    colour: bool,
}

impl Screen {
    /// Colours only on a terminal, and never where `NO_COLOR` is set.
    pub fn new() -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colour: io::stdout().is_terminal() && !refused }
    }

    pub fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    pub fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// The hits, best first: place, score, title, file.
    pub fn table(&self, matches: &[Match]) -> String {
        let width = matches.iter().map(|hit| hit.metadata.title.chars().count()).max().unwrap_or_default();
        let mut table = String::new();
        for (place, hit) in matches.iter().enumerate() {
            let score = self.paint("36", &format!("{:>6.3}", hit.score));
            let file = self.dim(&hit.metadata.path);
            table += &format!("  [{}] {score}  {:width$}  {file}\n", place + 1, hit.metadata.title);
        }
        table
    }

    /// Tokens, speed, price and checkpoint of an answer.
    pub fn figures(&self, answer: &Answer) -> String {
        let tokens = answer.usage.completion_tokens;
        let mut line = match tokens {
            1 => "1 token".to_owned(),
            tokens => format!("{tokens} tokens"),
        };
        if let Some(speed) = tokens_per_second(answer) {
            line += &format!(", {speed:.0} tokens/s");
        }
        if let Some(neurons) = answer.usage.neurons {
            line += &format!(", {neurons:.2} neurons");
        }
        line += &format!(", first token after {} ms", answer.first_token.as_millis());
        if let Some(checkpoint) = &answer.checkpoint {
            line += &format!(", {checkpoint}");
        }
        self.dim(&line)
    }
}

/// Shows a piece of an answer now, not at the next line.
pub fn print_now(text: &str) {
    let mut stdout = io::stdout();
    if write!(stdout, "{text}").and_then(|()| stdout.flush()).is_err() {
        // The reader has gone (`| head`): nobody is left to tell.
        process::exit(0);
    }
}

pub fn print_line(text: &str) {
    print_now(&format!("{text}\n"));
}

/// Over the whole answer, for a short one arrives at once; none for a single token, which is no speed.
fn tokens_per_second(answer: &Answer) -> Option<f64> {
    let (tokens, seconds) = (answer.usage.completion_tokens, answer.total.as_secs_f64());
    (tokens > 1 && seconds > 0.0).then(|| tokens as f64 / seconds)
}

/// On stderr, and only where that is a terminal: how many, how fast, how much longer.
pub fn progress(total: usize, what: &'static str) -> ProgressBar {
    let template = format!("{what} {{bar:32}} {{human_pos}} of {{human_len}}, {{rate}}, {{eta}} left {{msg}}");
    let style = ProgressStyle::with_template(&template).expect("the template is a constant").progress_chars("=> ");
    let style = style.with_key("rate", |state: &ProgressState, line: &mut dyn fmt::Write| {
        // Writing to the bar's own line cannot fail.
        let _ = write!(line, "{:.0}/s", state.per_sec());
    });
    let bar = ProgressBar::new(total as u64).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{client::Metadata, sse::Usage};

    fn hit(score: f32, title: &str) -> Match {
        Match { score, metadata: Metadata { title: title.into(), path: "a.md".into(), text: String::new() } }
    }

    #[test]
    fn tables_line_up_and_stay_plain_off_the_terminal() {
        let table = Screen { colour: false }.table(&[hit(0.71234, "Short"), hit(-0.5, "A longer one")]);
        assert_eq!(table, "  [1]  0.712  Short         a.md\n  [2] -0.500  A longer one  a.md\n");
        assert!(Screen { colour: true }.table(&[hit(1.0, "x")]).contains("\x1b[36m 1.000\x1b[0m"));
    }

    #[test]
    fn figures_leave_out_what_is_not_known() {
        let millis = Duration::from_millis;
        let usage = Usage { completion_tokens: 11, neurons: Some(0.5) };
        let mut answer =
            Answer { text: String::new(), usage, first_token: millis(50), total: millis(150), checkpoint: None };
        let screen = Screen { colour: false };
        assert_eq!(screen.figures(&answer), "11 tokens, 73 tokens/s, 0.50 neurons, first token after 50 ms");
        answer.usage = Usage { completion_tokens: 1, neurons: None };
        assert_eq!(screen.figures(&answer), "1 token, first token after 50 ms");
    }
}
