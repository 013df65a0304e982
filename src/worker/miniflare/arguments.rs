//! What Miniflare says to the program that it takes for workerd.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::worker::process::INSPECTOR;
use crate::worker::sys::CONTROL_FD;

/// The command line, sorted.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// Addresses to listen on, by the socket's name.
    pub sockets: BTreeMap<String, String>,
    /// What a process of ours is given as it is.
    pub kept: Vec<OsString>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "Miniflare calls workerd in a way that is not known here: {what}\nhint: it is newer than this candleflare; update candleflare, or run without `--enforce`"
)]
pub struct UnknownProtocol {
    what: String,
}

/// The socket of workerd's own debugging protocol, which Miniflare's registry of Workers uses.
pub const DEBUG_PORT: &str = "debug-port";

/// Whether this is Miniflare that takes this program for workerd: workerd's verb, and where to report ports.
pub fn called(arguments: &[OsString]) -> bool {
    let text = |argument: &OsString| argument.to_string_lossy().into_owned();
    arguments.first().is_some_and(|verb| verb == "serve")
        && arguments.iter().any(|argument| text(argument).starts_with("--control-fd"))
}

/// Reads what comes after the program's name.
pub fn parse(arguments: &[OsString]) -> Result<Arguments, UnknownProtocol> {
    let unknown = |what: &str| UnknownProtocol { what: what.to_owned() };
    let mut sockets = BTreeMap::new();
    let mut kept = Vec::new();
    let (mut binary, mut standard_input) = (false, false);
    for argument in arguments.iter().skip(1) {
        let text = argument.to_str().ok_or_else(|| unknown("an argument that is not UTF-8"))?;
        match text.split_once('=') {
            Some(("--socket-addr", named)) => {
                let (name, address) = named.split_once('=').ok_or_else(|| unknown(text))?;
                sockets.insert(name.to_owned(), address.to_owned());
            }
            Some(("--inspector-addr", address)) => {
                sockets.insert(INSPECTOR.to_owned(), address.to_owned());
            }
            Some(("--debug-port", address)) => {
                sockets.insert(DEBUG_PORT.to_owned(), address.to_owned());
            }
            Some(("--control-fd", number)) if number == CONTROL_FD.to_string() => {}
            Some(("--control-fd", _)) => return Err(unknown(text)),
            Some(_) => kept.push(argument.clone()),
            None => {
                binary |= text == "--binary" || text == "-b";
                standard_input |= text == "-";
                kept.push(argument.clone());
            }
        }
    }
    if !binary || !standard_input {
        return Err(unknown("its configuration does not come as a binary on standard input"));
    }
    Ok(Arguments { sockets, kept })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn miniflares_arguments_are_sorted() {
        let all = arguments(
            "serve --binary --experimental --socket-addr=entry=127.0.0.1:0 --external-addr=loopback=127.0.0.1:9 --control-fd=3 - --inspector-addr=localhost:0 --verbose",
        );
        assert!(called(&all));
        let parsed = parse(&all).unwrap();
        let sockets: Vec<_> = parsed.sockets.iter().map(|(name, address)| (name.as_str(), address.as_str())).collect();
        assert_eq!(sockets, [("entry", "127.0.0.1:0"), ("inspector", "localhost:0")]);
        assert_eq!(parsed.kept, arguments("--binary --experimental --external-addr=loopback=127.0.0.1:9 - --verbose"));
    }

    #[test]
    fn another_protocol_is_said() {
        for text in ["serve --control-fd=3 -", "serve --binary --control-fd=3", "serve --binary --control-fd=4 -"] {
            let error = parse(&arguments(text)).unwrap_err().to_string();
            assert!(error.contains("hint:"), "{error}");
        }
        assert!(!called(&arguments("serve --port 0")) && !called(&arguments("exec -- x --control-fd=3")));
    }
}
