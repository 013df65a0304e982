//! The user's wrangler configuration, read for its Vectorize bindings.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::ConfigError;

#[derive(Deserialize)]
struct Wrangler {
    #[serde(default)]
    vectorize: Vec<VectorizeBinding>,
}

#[derive(Deserialize)]
struct VectorizeBinding {
    binding: String,
    index_name: String,
}

/// Index names by binding, from `wrangler.toml`, or from `wrangler.json` and `.jsonc` with comments.
pub fn indexes(path: &Path, text: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let wrong = |error: &dyn std::fmt::Display| ConfigError(format!("`{}`: {error}", path.display()));
    let config: Wrangler = if path.extension().is_some_and(|extension| extension == "toml") {
        toml::from_str(text).map_err(|error| wrong(&error))?
    } else {
        let options = jsonc_parser::ParseOptions::default();
        jsonc_parser::parse_to_serde_value(text, &options).map_err(|error| wrong(&error))?
    };
    Ok(config.vectorize.into_iter().map(|binding| (binding.binding, binding.index_name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_are_read() {
        let toml = "name = \"w\"\n[[vectorize]]\nbinding = \"DOCS\"\nindex_name = \"docs\"\n";
        let jsonc = "{ // mine\n \"vectorize\": [{\"binding\": \"DOCS\", \"index_name\": \"docs\"},],\n}";
        for (file, text) in [("wrangler.toml", toml), ("wrangler.jsonc", jsonc)] {
            assert_eq!(indexes(Path::new(file), text).unwrap()["DOCS"], "docs");
        }
    }

    #[test]
    fn a_wrong_file_is_named() {
        let error = indexes(Path::new("wrangler.jsonc"), "{").unwrap_err().to_string();
        assert!(error.contains("`wrangler.jsonc`"), "{error}");
    }
}
