//! The programs that a Worker's developer has: found, not started, except for Node.

use std::path::Path;
use std::process::Command;

use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Serialize)]
pub struct Tool {
    pub name: &'static str,
    /// `None`: not found from the working folder.
    pub version: Option<String>,
}

/// Node on the path, and the npm packages that the working folder would resolve.
pub fn found() -> Vec<Tool> {
    let mut tools = vec![Tool { name: "node", version: node() }];
    let here = std::env::current_dir().unwrap_or_default();
    let packages = ["wrangler", "miniflare", "workerd", "vitest"];
    tools.extend(packages.map(|name| Tool { name, version: package(&here, name) }));
    tools
}

fn node() -> Option<String> {
    let output = Command::new("node").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !version.is_empty()).then_some(version)
}

/// The version of the nearest installed copy of an npm package, looking upward as Node does.
fn package(from: &Path, name: &str) -> Option<String> {
    from.ancestors().find_map(|folder| {
        let manifest = std::fs::read(folder.join("node_modules").join(name).join("package.json")).ok()?;
        let manifest: Value = serde_json::from_slice(&manifest).ok()?;
        manifest["version"].as_str().map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_looked_for_upward() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        let package_folder = folder.path().join("node_modules/wrangler");
        for path in [&inner, &package_folder] {
            std::fs::create_dir_all(path).unwrap();
        }
        std::fs::write(package_folder.join("package.json"), r#"{"version": "4.1.0"}"#).unwrap();
        assert_eq!(package(&inner, "wrangler").as_deref(), Some("4.1.0"));
        std::fs::write(package_folder.join("package.json"), "{").unwrap();
        assert_eq!(package(&inner, "wrangler"), None);
    }
}
