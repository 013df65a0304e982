//! Why a download did not come about, and what helps.

use std::path::PathBuf;

use crate::transport::CertificateError;

/// See the module. Each text ends with a `hint:` where there is something to do.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("there is no folder for the cache\nhint: set `HF_HOME` or `HOME`")]
    NoCache,
    #[error("`HF_HUB_OFFLINE` is set, and a download needs the network\nhint: unset it for this command")]
    Offline,
    #[error(transparent)]
    Certificates(#[from] CertificateError),
    #[error("`{0}` is not a repository of the hub\nhint: it is written `owner/name`")]
    NotAName(String),
    #[error("`{0}` is not a revision\nhint: a branch, a tag or a commit")]
    NotARevision(String),
    /// 401 or 404 without more: the hub does not tell what is missing from what is private.
    #[error(
        "`{repository}` is not on `{endpoint}`, or is private\nhint: check the name; for a private repository set `HF_TOKEN`"
    )]
    NoSuchRepository { repository: String, endpoint: String },
    #[error("`{repository}` has no revision `{revision}`\nhint: leave out `--revision` for the newest")]
    NoSuchRevision { repository: String, revision: String },
    #[error("`{repository}` has no file `{file}` at `{revision}`")]
    NoSuchFile { repository: String, revision: String, file: String },
    #[error(
        "`{repository}` is gated: its licence has to be accepted first\nhint: accept it at {endpoint}/{repository}, then set `HF_TOKEN` to a token of that account{}",
        if *.has_token { " (the one that is set has no access)" } else { "" }
    )]
    Gated { repository: String, endpoint: String, has_token: bool },
    #[error("the hub refused the token\nhint: make a new one at {endpoint}/settings/tokens and set `HF_TOKEN`")]
    BadToken { endpoint: String },
    #[error("{url} answered {status}{detail}\nhint: try again later; what has arrived is kept")]
    Status { url: String, status: u16, detail: String },
    #[error("{url} cannot be reached: {reason}\nhint: check the network and `HTTPS_PROXY`; what has arrived is kept")]
    Network { url: String, reason: String },
    #[error("{url} is not what a hub answers: {reason}\nhint: is `HF_ENDPOINT` right?")]
    Nonsense { url: String, reason: String },
    #[error(
        "`{file}` of `{repository}` arrived damaged: its checksum is {found}, and should be {expected}\nhint: try again; a proxy may be changing what passes through it"
    )]
    Damaged { repository: String, file: String, found: String, expected: String },
    #[error("{needed} are needed, {available} are free in `{}`\nhint: make room, or set `HF_HOME` to another disk", .folder.display())]
    NoSpace { needed: String, available: String, folder: PathBuf },
    #[error("`{}`: {source}\nhint: check its permissions, or set `HF_HOME` to another folder", .path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("`{repository}` cannot be used: {reason}")]
    Unusable { repository: String, reason: String },
}

impl HubError {
    /// An I/O error of a file, as a function for `map_err`.
    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// A number of bytes for people.
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.2} GB", count as f64 / 1e9),
    }
}
