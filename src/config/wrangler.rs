//! The user's wrangler configuration, read for its account and its Vectorize bindings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, ParseOptions};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::ConfigError;

/// In the order in which wrangler looks for them.
const NAMES: [&str; 3] = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// What a configuration says that concerns the emulator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wrangler {
    /// `account_id`, in lower case.
    pub account: Option<String>,
    /// Index names by binding, of the environment that holds.
    pub indexes: BTreeMap<String, String>,
    /// Every index that a binding of any environment names.
    pub index_names: BTreeSet<String>,
}

#[derive(Deserialize)]
struct File {
    account_id: Option<String>,
    #[serde(default)]
    vectorize: Vec<VectorizeBinding>,
    #[serde(default)]
    env: BTreeMap<String, Environment>,
}

/// Bindings are not inherited: an environment has those that it names itself.
#[derive(Deserialize)]
struct Environment {
    account_id: Option<String>,
    #[serde(default)]
    vectorize: Vec<VectorizeBinding>,
}

#[derive(Deserialize)]
struct VectorizeBinding {
    binding: String,
    index_name: String,
}

impl Wrangler {
    /// Reads `text`, the content of `path`: TOML, or JSON with comments. `environment` is wrangler's (`CLOUDFLARE_ENV`);
    /// one that the file does not have is another project's, and the top level holds.
    pub fn parse(path: &Path, text: &str, environment: Option<&str>) -> Result<Self, ConfigError> {
        let file: File = read(path, text)?;
        let all = file.env.values().flat_map(|environment| &environment.vectorize).chain(&file.vectorize);
        let index_names = all.map(|binding| binding.index_name.clone()).collect();
        let chosen = environment.and_then(|name| file.env.get(name));
        let bindings = chosen.map_or(&file.vectorize, |environment| &environment.vectorize);
        let account = chosen.and_then(|environment| environment.account_id.as_ref()).or(file.account_id.as_ref());
        // A placeholder (`<ACCOUNT_ID>`) is as good as none.
        let account = account.filter(|id| crate::account::is_id(id)).map(|id| id.to_ascii_lowercase());
        let named = |binding: &VectorizeBinding| (binding.binding.clone(), binding.index_name.clone());
        Ok(Self { account, indexes: bindings.iter().map(named).collect(), index_names })
    }
}

/// What `T` takes of `text`, the content of `path`: TOML, or JSON with comments.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, ConfigError> {
    let wrong = |error: &dyn std::fmt::Display| {
        let hint = "wrangler reads this file too: correct it there, or name another with `--wrangler FILE`";
        ConfigError(format!("`{}`: {error}\nhint: {hint}", path.display()))
    };
    if path.extension().is_some_and(|extension| extension == "toml") {
        return toml::from_str(text).map_err(|error| wrong(&error.to_string().trim_end()));
    }
    let plain = without_comments(text).map_err(|error| wrong(&error))?;
    serde_json::from_str(&plain).map_err(|error| wrong(&error))
}

/// The configuration that wrangler finds from `folder`: there, or in the nearest folder above.
pub fn find(folder: &Path) -> Option<PathBuf> {
    let in_folder = |folder: &Path| NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    folder.ancestors().find_map(in_folder)
}

/// JSON with comments and trailing commas as plain JSON, everything else at its place, so that an error's line is right.
fn without_comments(text: &str) -> Result<String, String> {
    let collect = CollectOptions { tokens: true, ..CollectOptions::default() };
    let options = ParseOptions {
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        ..ParseOptions::default()
    };
    let parsed = jsonc_parser::parse_to_ast(text, &collect, &options).map_err(|error| error.to_string())?;
    let tokens = parsed.tokens.unwrap_or_default();
    let mut plain: String =
        text.chars().map(|char| if char == '\n' { "\n".into() } else { " ".repeat(char.len_utf8()) }).collect();
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map(|next| &next.token);
        let trailing = token.token == Token::Comma && matches!(next, Some(Token::CloseBrace | Token::CloseBracket));
        if !trailing {
            let range = token.range.start..token.range.end;
            plain.replace_range(range.clone(), &text[range]);
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, text: &str) -> Result<Wrangler, String> {
        Wrangler::parse(Path::new(file), text, None).map_err(|error| error.to_string())
    }

    #[test]
    fn both_formats_are_read() {
        let toml = "name = \"w\"\n[[vectorize]]\nbinding = \"DOCS\"\nindex_name = \"docs\"\n";
        let jsonc = "{ // mine: \"vectorize\"\n \"name\": \"é\", /* , */ \"vectorize\": [{\"binding\": \"DOCS\", \"index_name\": \"docs\",},],\n}";
        for (file, text) in [("wrangler.toml", toml), ("wrangler.jsonc", jsonc), ("wrangler.json", jsonc)] {
            assert_eq!(read(file, text).unwrap().indexes["DOCS"], "docs");
        }
        assert_eq!(read("wrangler.jsonc", "{}"), Ok(Wrangler::default()));
    }

    #[test]
    fn an_environment_has_its_own_bindings_and_account() {
        let text = r#"{"account_id": "0123456789ABCDEF0123456789abcdef",
            "vectorize": [{"binding": "DOCS", "index_name": "docs"}],
            "env": {"staging": {"vectorize": [{"binding": "DOCS", "index_name": "docs-staging"}]}, "bare": {}}}"#;
        let of = |environment| Wrangler::parse(Path::new("wrangler.json"), text, environment).unwrap();
        assert_eq!(of(None).indexes["DOCS"], "docs");
        assert_eq!(of(Some("staging")).indexes["DOCS"], "docs-staging");
        assert!(of(Some("bare")).indexes.is_empty());
        assert_eq!(of(Some("unknown")).indexes["DOCS"], "docs");
        assert_eq!(of(None).account.as_deref(), Some("0123456789abcdef0123456789abcdef"));
        assert_eq!(of(None).index_names.into_iter().collect::<Vec<_>>(), ["docs", "docs-staging"]);
    }

    #[test]
    fn an_error_has_file_line_and_hint() {
        let wrong_type = "{\n // the index\n \"vectorize\": [\n  {\"binding\": \"DOCS\", \"index_name\": 5}\n ]\n}";
        let missing = "name = \"w\"\n\n[[vectorize]]\nbinding = \"DOCS\"\n";
        for (file, text, line) in [
            ("wrangler.jsonc", "{\n \"name\": \n}", "line 3"),
            ("wrangler.jsonc", wrong_type, "line 4"),
            ("wrangler.json", "{", "line 1"),
            ("wrangler.jsonc", "", "line 1"),
            ("wrangler.toml", "name = \n", "line 1"),
            ("wrangler.toml", missing, "line 3"),
        ] {
            let error = read(file, text).unwrap_err();
            assert!(error.contains(&format!("`{file}`")) && error.contains(line), "{error}");
            assert!(error.contains("\nhint: "), "{error}");
        }
    }

    #[test]
    fn it_is_found_in_a_folder_above_in_wranglers_order() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(folder.path().join("wrangler.toml"), "").unwrap();
        assert_eq!(find(&deep).unwrap(), folder.path().join("wrangler.toml"));
        std::fs::write(folder.path().join("wrangler.jsonc"), "{}").unwrap();
        assert_eq!(find(&deep).unwrap(), folder.path().join("wrangler.jsonc"));
    }
}
