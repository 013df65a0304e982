//! Which files of a repository are needed. Pickled weights are programs, and are never among them.

/// Which weights are wanted where a repository has several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// A GGUF file by its name, or by a part of it such as `Q8_0`.
    pub gguf: Option<String>,
}

/// Beside the weights, as far as they are there.
const SMALL: [&str; 13] = [
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
    "chat_template.json",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "README.md",
    "LICENSE",
];

/// The quantisations of GGUF files, best first: those that compute fast here and keep close to the weights.
const GGUF: [&str; 5] = ["q8_0", "q4_k_m", "q5_k_m", "q6_k", "q4_0"];

const PICKLED: [&str; 5] = [".bin", ".pt", ".pth", ".ckpt", ".pkl"];

/// The needed ones of `files`, those that are small first.
pub fn choose(files: &[String], choice: &Choice) -> Result<Vec<String>, String> {
    let mut chosen: Vec<&String> = files.iter().filter(|file| is_small(file)).collect();
    let weights: Vec<&String> = match &choice.gguf {
        Some(wanted) => gguf(files, wanted)?,
        None => {
            let whole: Vec<_> = files.iter().filter(|file| *file == "model.safetensors").collect();
            let shards = || files.iter().filter(|file| is_shard(file)).collect::<Vec<_>>();
            match (whole.is_empty(), shards()) {
                (false, _) => whole,
                (true, shards) if !shards.is_empty() => {
                    chosen.extend(files.iter().filter(|file| *file == "model.safetensors.index.json"));
                    shards
                }
                _ => GGUF.iter().find_map(|kind| gguf(files, kind).ok()).ok_or_else(|| none(files))?,
            }
        }
    };
    chosen.extend(weights);
    Ok(chosen.into_iter().cloned().collect())
}

fn is_small(file: &str) -> bool {
    let in_module = |ending: &str| {
        file.split_once('/').is_some_and(|(folder, rest)| {
            folder.split_once('_').is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()))
                && rest == ending
        })
    };
    SMALL.contains(&file) || in_module("config.json") || in_module("model.safetensors")
}

/// `model-00001-of-00002.safetensors`.
fn is_shard(file: &str) -> bool {
    file.starts_with("model-") && file.contains("-of-") && file.ends_with(".safetensors") && !file.contains('/')
}

/// The GGUF file whose name has `wanted` in it, with all parts of one that is split.
fn gguf<'a>(files: &'a [String], wanted: &str) -> Result<Vec<&'a String>, String> {
    let wanted = wanted.to_lowercase();
    let fits = |file: &&String| {
        file.to_lowercase().ends_with(".gguf") && file.to_lowercase().contains(&wanted) && !file.contains('/')
    };
    let found: Vec<_> = files.iter().filter(fits).collect();
    let stem = |file: &String| file.split_once("-00001-of-").map_or(file.as_str(), |(stem, _)| stem).to_owned();
    match found.first() {
        Some(first) => {
            let stem = stem(first);
            Ok(found.into_iter().filter(|file| file.starts_with(&stem)).collect())
        }
        None => {
            let there: Vec<_> = files.iter().filter(|file| file.ends_with(".gguf")).map(String::as_str).collect();
            let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
            Err(format!("it has no GGUF file like `{wanted}`\nhint: it has {there}"))
        }
    }
}

fn none(files: &[String]) -> String {
    let pickled = files.iter().find(|file| PICKLED.iter().any(|ending| file.ends_with(ending)));
    match pickled {
        Some(file) => format!(
            "its weights are pickled (`{file}`), which are programs and never loaded\nhint: convert them to safetensors, and bind the folder in candleflare.toml"
        ),
        None => "it has no weights in safetensors or GGUF".to_owned(),
    }
}

/// Whether a name from the hub is a plain path below the folder that it is put in.
pub fn is_plain(file: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    file.split('/').all(is_part) && !file.contains(['\\', ':', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(files: &[&str], gguf: Option<&str>) -> Result<Vec<String>, String> {
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        choose(&files, &Choice { gguf: gguf.map(str::to_owned) })
    }

    #[test]
    fn what_a_model_loads_from_is_chosen() {
        let files = [
            "README.md",
            "config.json",
            "model.safetensors",
            "onnx/model.onnx",
            "pytorch_model.bin",
            "1_Pooling/config.json",
            "2_Dense/model.safetensors",
            "tokenizer.json",
            "a-Q8_0.gguf",
        ];
        let expected = [
            "README.md",
            "config.json",
            "1_Pooling/config.json",
            "2_Dense/model.safetensors",
            "tokenizer.json",
            "model.safetensors",
        ];
        assert_eq!(chosen(&files, None).unwrap(), expected);
        assert_eq!(chosen(&files, Some("q8_0")).unwrap().last().unwrap(), "a-Q8_0.gguf");
        let shards =
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"];
        assert_eq!(chosen(&shards, None).unwrap().len(), 3);
        let split = ["m-Q4_K_M-00001-of-00002.gguf", "m-Q4_K_M-00002-of-00002.gguf", "m-F16.gguf"];
        assert_eq!(chosen(&split, None).unwrap(), split[..2]);
    }

    #[test]
    fn pickled_weights_are_refused() {
        assert!(chosen(&["config.json", "pytorch_model.bin"], None).unwrap_err().contains("pickled"));
        assert!(chosen(&["config.json"], None).unwrap_err().contains("no weights"));
        assert!(chosen(&["a-Q8_0.gguf"], Some("q2_k")).unwrap_err().contains("a-Q8_0.gguf"));
    }

    #[test]
    fn names_that_lead_elsewhere_are_told() {
        for (file, is) in
            [("a/b.json", true), ("../a", false), ("/a", false), ("a//b", false), ("a\\b", false), ("", false)]
        {
            assert_eq!(is_plain(file), is, "{file}");
        }
    }
}
