//! A Worker's modules: its main file and what it imports, or all that a bundler left in a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// One module, under the name that others import it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    pub kind: Kind,
    pub path: PathBuf,
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    EsModule,
    CommonJs,
    Wasm,
    Text,
    Data,
    Json,
}

impl Kind {
    /// As wrangler's default rules have it.
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "js" | "mjs" => Some(Self::EsModule),
            "cjs" => Some(Self::CommonJs),
            "wasm" => Some(Self::Wasm),
            "txt" | "html" | "sql" => Some(Self::Text),
            "bin" => Some(Self::Data),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Its field in workerd's configuration.
    pub fn field(self) -> &'static str {
        match self {
            Self::EsModule => "esModule",
            Self::CommonJs => "commonJsModule",
            Self::Wasm => "wasm",
            Self::Text => "text",
            Self::Data => "data",
            Self::Json => "json",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModulesError {
    #[error("cannot read `{path}`: {reason}\nhint: give a module Worker's file or folder")]
    Unreadable { path: String, reason: String },
    #[error(
        "`{path}` must be bundled first\nhint: `wrangler deploy --dry-run --outdir dist`, then `candleflare worker dist`"
    )]
    NotJavaScript { path: String },
    #[error(
        "`{folder}` has no main module: none of {tried} is there\nhint: give the file, as in `candleflare worker {folder}/worker.js`"
    )]
    NoMain { folder: String, tried: String },
    #[error("`{from}` imports `{specifier}`, which is outside of the Worker's folder\nhint: bundle the Worker first")]
    Outside { from: String, specifier: String },
    #[error("the Worker has {bytes} bytes, and {limit} are allowed\nhint: leave data out of the bundle")]
    TooLarge { bytes: u64, limit: u64 },
}

/// The main module's name, and all modules by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Modules {
    pub main: String,
    pub all: BTreeMap<String, Module>,
}

const MAINS: [&str; 7] = ["index.js", "index.mjs", "worker.js", "worker.mjs", "_worker.js", "main.js", "main.mjs"];

impl Modules {
    /// `what` is a file or a folder; `main` is what the wrangler configuration names, whose bundle has its stem.
    pub fn collect(what: &Path, main: Option<&str>, limit: u64) -> Result<Self, ModulesError> {
        let unreadable = |error: std::io::Error| ModulesError::Unreadable {
            path: what.display().to_string(),
            reason: error.to_string(),
        };
        let metadata = std::fs::metadata(what).map_err(unreadable)?;
        let (root, main) = if metadata.is_dir() {
            (what.to_owned(), main_of(what, main)?)
        } else {
            let name = what.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            (what.parent().map(Path::to_owned).unwrap_or_default(), name.to_owned())
        };
        if !matches!(Kind::of(Path::new(&main)), Some(Kind::EsModule)) {
            return Err(ModulesError::NotJavaScript { path: what.display().to_string() });
        }
        let mut modules = Self { main: main.clone(), all: BTreeMap::new() };
        modules.follow(&root, main)?;
        if metadata.is_dir() {
            // Dynamic imports cannot be seen, so everything that a bundler left goes in.
            for name in files(&root, Path::new("")) {
                modules.follow(&root, name)?;
            }
        }
        let bytes = modules.all.values().map(|module| module.bytes).sum();
        if bytes > limit { Err(ModulesError::TooLarge { bytes, limit }) } else { Ok(modules) }
    }

    fn follow(&mut self, root: &Path, name: String) -> Result<(), ModulesError> {
        let mut open = vec![name];
        while let Some(name) = open.pop() {
            let path = root.join(&name);
            let Some(kind) = Kind::of(&path).filter(|_| !self.all.contains_key(&name)) else { continue };
            let unreadable = |error: std::io::Error| ModulesError::Unreadable {
                path: path.display().to_string(),
                reason: error.to_string(),
            };
            let bytes = std::fs::metadata(&path).map_err(unreadable)?.len();
            if matches!(kind, Kind::EsModule | Kind::CommonJs) {
                let text = std::fs::read(&path).map_err(unreadable)?;
                for specifier in specifiers(&String::from_utf8_lossy(&text)) {
                    let target = match beside(&name, &specifier) {
                        Some(target) => target,
                        None if specifier.starts_with('.') => {
                            return Err(ModulesError::Outside { from: name, specifier });
                        }
                        None => continue,
                    };
                    // A word in a comment may look like an import; workerd itself names what is really missing.
                    if root.join(&target).is_file() {
                        open.push(target);
                    }
                }
            }
            self.all.insert(name, Module { kind, path, bytes });
        }
        Ok(())
    }
}

fn main_of(folder: &Path, main: Option<&str>) -> Result<String, ModulesError> {
    let stem = main.and_then(|main| Path::new(main).file_stem()?.to_str());
    let bundled = stem.into_iter().flat_map(|stem| [format!("{stem}.js"), format!("{stem}.mjs")]);
    let tried: Vec<String> = bundled.chain(MAINS.map(str::to_owned)).collect();
    let found = tried.iter().find(|name| folder.join(name).is_file()).cloned();
    found.ok_or_else(|| {
        let tried: BTreeSet<_> = tried.into_iter().collect();
        ModulesError::NoMain {
            folder: folder.display().to_string(),
            tried: tried.into_iter().collect::<Vec<_>>().join(", "),
        }
    })
}

/// Names below `root/folder` that are modules by their extension, without what tools keep there.
fn files(root: &Path, folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else { return names };
    for entry in entries.flatten() {
        let file = entry.file_name();
        let Some(name) = file.to_str().filter(|name| !name.starts_with('.') && *name != "node_modules") else {
            continue;
        };
        let inner = folder.join(name);
        if entry.path().is_dir() {
            names.extend(files(root, &inner));
        } else if Kind::of(&inner).is_some_and(|kind| kind != Kind::Json) {
            names.push(inner.to_string_lossy().into_owned());
        }
    }
    names
}

/// What a module imports from its own Worker: specifiers that begin with a dot, or are a bare file name as a bundler writes.
fn specifiers(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for keyword in ["from", "import", "require"] {
        for (at, _) in text.match_indices(keyword) {
            let rest = text[at + keyword.len()..].trim_start();
            let rest = rest.strip_prefix('(').map_or(rest, str::trim_start);
            let Some(quote) = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`')) else { continue };
            let Some((specifier, _)) = rest[1..].split_once(quote) else { continue };
            let builtin = specifier.contains(':') || specifier.contains('\n');
            if !builtin && (specifier.starts_with('.') || Kind::of(Path::new(specifier)).is_some()) {
                found.insert(specifier.to_owned());
            }
        }
    }
    found
}

/// The name of what `from` means by `specifier`; `None` if it leaves the folder.
fn beside(from: &str, specifier: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for component in Path::new(specifier).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: u64 = 1000;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn names(modules: &Modules) -> Vec<&str> {
        modules.all.keys().map(String::as_str).collect()
    }

    #[test]
    fn a_file_brings_what_it_imports() {
        let main = "import a from './lib/a.js'; import text from \"./t.txt\";\nconst b = await import('./b.wasm'); // from './gone.js'";
        let folder = folder(&[
            ("w.js", main),
            ("lib/a.js", "import '../c.mjs'; import 'node:util'; import x from 'hono'"),
            ("c.mjs", ""),
            ("t.txt", "hi"),
            ("b.wasm", ""),
            ("other.js", ""),
        ]);
        let modules = Modules::collect(&folder.path().join("w.js"), None, LIMIT).unwrap();
        assert_eq!(modules.main, "w.js");
        assert_eq!(names(&modules), ["b.wasm", "c.mjs", "lib/a.js", "t.txt", "w.js"]);
        assert_eq!(modules.all["t.txt"].kind, Kind::Text);
    }

    #[test]
    fn a_folder_is_a_bundle() {
        let folder = folder(&[
            ("app.js", "import m from './0123-m.wasm'"),
            ("0123-m.wasm", ""),
            ("lazy.js", ""),
            ("app.js.map", ""),
            ("README.md", ""),
            ("package.json", "{}"),
            ("node_modules/x/index.js", ""),
        ]);
        let modules = Modules::collect(folder.path(), Some("src/app.ts"), LIMIT).unwrap();
        assert_eq!((modules.main.as_str(), names(&modules)), ("app.js", vec!["0123-m.wasm", "app.js", "lazy.js"]));
        let error = Modules::collect(folder.path(), None, LIMIT).unwrap_err().to_string();
        assert!(error.contains("index.js") && error.contains("hint:"), "{error}");
    }

    #[test]
    fn what_cannot_run_is_refused() {
        let folder = folder(&[("w.ts", ""), ("out.js", "import '../../x.js'"), ("big.js", &"a".repeat(1001))]);
        let error = |name: &str| Modules::collect(&folder.path().join(name), None, LIMIT).unwrap_err();
        assert!(matches!(error("w.ts"), ModulesError::NotJavaScript { .. }));
        assert!(matches!(error("gone.js"), ModulesError::Unreadable { .. }));
        assert!(matches!(error("out.js"), ModulesError::Outside { .. }));
        assert!(matches!(error("big.js"), ModulesError::TooLarge { .. }));
    }
}
