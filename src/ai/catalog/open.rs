//! What is known of the open checkpoints that the catalogue names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Task;

/// An open checkpoint on the Hugging Face hub. The fields' meanings stand at the head of `checkpoints.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenCheckpoint {
    pub repository: String,
    pub revision: Option<String>,
    pub licence: String,
    pub megabytes: Option<u32>,
    #[serde(default)]
    pub gated: bool,
    #[serde(default = "yes")]
    pub computed: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    small: BTreeMap<Task, Vec<String>>,
    #[serde(rename = "checkpoint")]
    checkpoints: Vec<OpenCheckpoint>,
}

fn file() -> &'static File {
    static FILE: LazyLock<File> = LazyLock::new(|| {
        toml::from_str(include_str!("checkpoints.toml")).expect("checkpoints.toml is part of the binary and tested")
    });
    &FILE
}

impl OpenCheckpoint {
    /// What is known of `owner/name`.
    pub fn find(repository: &str) -> Option<&'static Self> {
        file().checkpoints.iter().find(|known| known.repository == repository)
    }

    /// The pinned commit of `owner/name`, or `main`.
    pub fn revision_of(repository: &str) -> &'static str {
        Self::find(repository).and_then(|known| known.revision.as_deref()).unwrap_or("main")
    }

    /// Small checkpoints for what is emulated, task by task.
    pub fn small() -> impl Iterator<Item = (Task, &'static str)> {
        file().small.iter().flat_map(|(task, all)| all.iter().map(|repository| (*task, repository.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::catalog::Catalog;

    #[test]
    fn what_the_catalogue_names_is_described_and_nothing_else() {
        let named: Vec<&str> = Catalog::builtin()
            .iter()
            .flat_map(|model| model.checkpoints.exact.iter().chain(&model.checkpoints.siblings))
            .map(String::as_str)
            .collect();
        for known in &file().checkpoints {
            assert!(named.contains(&known.repository.as_str()), "{} is nobody's checkpoint", known.repository);
            let is_commit = |revision: &String| revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(known.revision.iter().all(is_commit), "{}", known.repository);
        }
        for name in &named {
            assert!(OpenCheckpoint::find(name).is_some(), "{name} is not described");
        }
        assert!(OpenCheckpoint::small().all(|(_, small)| named.contains(&small)));
        // Each is pinned, and small.
        for (_, small) in OpenCheckpoint::small() {
            let known = OpenCheckpoint::find(small).unwrap();
            assert!(known.revision.is_some() && known.megabytes.unwrap() < 300 && !known.gated, "{small}");
        }
        assert_eq!(OpenCheckpoint::revision_of("nobody/nothing"), "main");
    }
}
