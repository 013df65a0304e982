//! The built-in catalogue against what is published, and the searches over it.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::search::{SearchQuery, authors, search, tasks};
use super::*;

const TODAY: &str = "2026-11-23";

fn query(pairs: &[(&str, &str)]) -> SearchQuery {
    SearchQuery::from_pairs(pairs.iter().copied())
}

fn names(pairs: &[(&str, &str)], today: &str) -> Vec<String> {
    let page = search(Catalog::builtin(), &query(pairs), today);
    page.items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_model_is_there() {
    let catalog = Catalog::parse(BUILTIN).unwrap();
    let of = |task| catalog.iter().filter(|model| model.task == task).count();
    let counts = Task::ALL.map(of);
    assert_eq!(counts, [74, 7, 2, 2, 1, 3, 1, 1, 11, 5, 1, 4]);
    assert_eq!((catalog.len(), catalog.is_empty()), (112, false));
}

#[test]
fn every_model_is_complete_and_unlike_the_others() {
    let catalog = Catalog::builtin();
    let names: HashSet<_> = catalog.iter().map(|model| &model.name).collect();
    let ids: HashSet<_> = catalog.iter().map(|model| &model.id).collect();
    assert_eq!((names.len(), ids.len()), (112, 112));
    for model in catalog.iter() {
        let name = &model.name;
        assert!(
            !model.schema.is_empty() && model.schema.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
            "{name}"
        );
        assert!(!model.author().is_empty() && !model.description.is_empty(), "{name}");
        let writes = model.schema.starts_with("text-generation");
        assert_eq!(model.family != Family::Other, writes, "{name}");
        let stand_in = match model.task {
            Task::TextEmbeddings => Some("kindling-embed"),
            Task::TextGeneration if writes => Some("kindling-chat"),
            Task::TextClassification if model.schema == "reranker" => Some("kindling-embed"),
            Task::TextToImage => Some("kindling-draw"),
            Task::TextToSpeech => Some("kindling-say"),
            Task::VoiceActivityDetection => Some("kindling-turn"),
            Task::TextClassification => Some("kindling-sentiment"),
            Task::AutomaticSpeechRecognition if model.schema != "speech-flux" => Some("kindling-whisper"),
            Task::Translation => Some("kindling-translate"),
            Task::Summarization => Some("kindling-summary"),
            Task::ImageClassification => Some("kindling-classify"),
            Task::ObjectDetection => Some("kindling-detect"),
            Task::ImageToText => Some("kindling-caption"),
            _ => None,
        };
        assert_eq!(model.checkpoints.stand_in.as_deref(), stand_in, "{name}");
        assert!(!model.checkpoints.siblings.contains(model.checkpoints.exact.as_ref().unwrap_or(name)), "{name}");
        for hub in model.checkpoints.siblings.iter().chain(&model.checkpoints.exact) {
            assert_eq!(hub.split('/').count(), 2, "{name}: {hub}");
        }
        assert_eq!(model.task == Task::TextEmbeddings, model.dimensions.is_some(), "{name}");
    }
}

#[test]
fn facts_are_the_published_ones() {
    let get = |name: &str| Catalog::builtin().get(name).unwrap();
    let small = get("@cf/baai/bge-small-en-v1.5");
    assert_eq!((small.dimensions, small.max_input_tokens, small.max_batch), (Some(384), Some(512), Some(100)));
    assert_eq!((small.rate_per_minute, small.family), (None, Family::Other));
    assert_eq!(get("@cf/baai/bge-large-en-v1.5").rate_per_minute, Some(1500));
    assert_eq!(get("@cf/deepgram/aura-1").rate_per_minute, None);

    let llama = get("@cf/meta/llama-3.3-70b-instruct-fp8-fast");
    assert_eq!((llama.family, llama.context_window), (Family::Native, Some(24000)));
    assert_eq!((llama.defaults.max_tokens, llama.defaults.temperature), (Some(256), Some(0.6)));
    assert_eq!(llama.ranges["top_k"], [1.0, 50.0]);
    assert!(llama.has(Property::FunctionCalling) && llama.supports(Feature::JsonMode) && llama.takes_lora());
    assert!(!get("@cf/meta/llama-3.2-1b-instruct").takes_lora());

    assert_eq!(get("@cf/qwen/qwen3-30b-a3b-fp8").family, Family::OpenAi);
    assert_eq!(get("@cf/openai/gpt-oss-20b").family, Family::GptOss);
    assert_eq!(get("@cf/cloudflare/clef").schema, "clef");
    let paid: Vec<_> = Catalog::builtin().iter().filter(|model| model.paid_only).map(|model| model.author()).collect();
    assert_eq!(paid.len(), 8, "{paid:?}");
}

#[test]
fn neurons_are_those_of_a_recorded_answer() {
    let gemma = Catalog::builtin().get("@cf/google/gemma-4-26b-a4b-it").unwrap();
    let usage = Usage { input_tokens: 147, output_tokens: 16, ..Usage::default() };
    assert!((gemma.neurons(&usage) - 1.7727).abs() < 5e-5, "{}", gemma.neurons(&usage));
    assert!((gemma.usd(&usage) - 1.7727 * 0.011 / 1000.0).abs() < 1e-9);
    // No price for cached tokens: they cost what others cost.
    assert_eq!(gemma.neurons(&Usage { cached_tokens: 100, ..usage }), gemma.neurons(&usage));

    let glm = Catalog::builtin().get("@cf/zai-org/glm-5.2").unwrap();
    let million = 1_000_000;
    let cached = glm.neurons(&Usage { input_tokens: million, cached_tokens: million, ..Usage::default() });
    assert!((cached - 23636.0).abs() < 1e-6);

    let free = Catalog::builtin().get("@cf/google/embeddinggemma-300m").unwrap();
    assert_eq!((free.neurons(&usage), free.usd(&usage)), (0.0, 0.0));
}

#[test]
fn published_dollars_agree_with_neurons() {
    for model in Catalog::builtin().iter() {
        for price in &model.prices {
            // Dollars are rounded to the third digit, or come from an older list by a hair.
            let billed = price.neurons / NEURONS_PER_DOLLAR;
            assert!((billed - price.usd).abs() <= 0.0006 + 0.02 * price.usd, "{}: {price:?}", model.name);
        }
    }
}

#[test]
fn an_item_has_productions_shape() {
    let page = search(Catalog::builtin(), &query(&[("search", "llama-4-scout")]), TODAY);
    let item = &page.items[0];
    let keys: Vec<_> = item.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "source", "name", "description", "task", "created_at", "tags", "properties"]);
    assert_eq!(item["task"]["name"], "Text Generation");
    assert_eq!((&item["tags"], &item["created_at"]), (&json!([]), &json!("2025-04-05 20:25:56.137")));
    for item in search(Catalog::builtin(), &SearchQuery::default(), TODAY).items {
        let created = item["created_at"].as_str().unwrap();
        assert_eq!((created.len(), &created[10..11], &created[19..20]), (23, " ", "."), "{created}");
        for property in item["properties"].as_array().unwrap() {
            let value = &property["value"];
            let fits = match property["property_id"].as_str().unwrap() {
                "price" => value.is_array(),
                "reasoning_effort" => value.is_object(),
                _ => value.is_string(),
            };
            assert!(fits, "{property}");
        }
    }
}

#[test]
fn properties_come_in_productions_order() {
    let page = search(Catalog::builtin(), &query(&[("search", "@cf/qwen/qwen3.8-27b")]), TODAY);
    let properties = page.items[0]["properties"].as_array().unwrap();
    let ids: Vec<_> = properties.iter().map(|property| property["property_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["async_queue", "context_window", "price", "function_calling", "reasoning", "vision"]);
    assert_eq!(properties[1]["value"], "262144");
    let first = json!({"unit": "per M input tokens", "price": 0.45, "currency": "USD"});
    assert_eq!(properties[2]["value"][0], first);
    let page = search(Catalog::builtin(), &query(&[("search", "bge-small")]), TODAY);
    let ids: Vec<_> =
        page.items[0]["properties"].as_array().unwrap().iter().map(|p| p["property_id"].clone()).collect();
    assert_eq!(ids, ["async_queue", "price", "info", "max_input_tokens", "output_dimensions"]);
    // A whole number of dollars is written without a fraction.
    let page = search(Catalog::builtin(), &query(&[("search", "kimi-k2.6")]), TODAY);
    assert!(page.items[0].to_string().contains(r#""price":4,"#), "{}", page.items[0]);
}

#[test]
fn paging_ends() {
    let all = names(&[], TODAY);
    for per_page in ["1", "7", "50", "1000000000"] {
        let mut seen = Vec::new();
        for page in 1.. {
            let found = names(&[("per_page", per_page), ("page", &page.to_string())], TODAY);
            if found.is_empty() {
                break;
            }
            seen.extend(found);
        }
        assert_eq!(seen, all, "{per_page}");
    }
    let info = search(Catalog::builtin(), &query(&[("per_page", "10"), ("page", "2")]), TODAY).result_info();
    let pages = all.len().div_ceil(10);
    let wanted = json!({"page": 2, "per_page": 10, "count": 10, "total_count": all.len(), "total_pages": pages});
    assert_eq!(info.to_string(), wanted.to_string());
    assert_eq!(search(Catalog::builtin(), &query(&[("page", "2")]), TODAY).items, Vec::<Value>::new());
}

#[test]
fn absurd_pages_do_no_harm() {
    let all = names(&[], TODAY);
    for odd in ["0", "-1", "two", "1.5", "", "1e9", " "] {
        assert_eq!(names(&[("page", odd), ("per_page", odd)], TODAY), all, "{odd:?}");
    }
    let huge = "9".repeat(40);
    assert!(names(&[("page", &huge), ("per_page", &huge)], TODAY).is_empty());
    assert_eq!(names(&[("per_page", &huge)], TODAY), all);
    let nothing = search(Catalog::builtin(), &query(&[("search", "no such thing")]), TODAY);
    assert_eq!((nothing.items.len(), nothing.total_count, nothing.total_pages), (0, 0, 0));
}

#[test]
fn deprecated_models_go_after_their_date_and_come_back_for_three_months() {
    let old = "@cf/meta/llama-3.1-8b-instruct".to_owned();
    let has = |pairs: &[(&str, &str)], today| names(pairs, today).contains(&old);
    let included = [("include_deprecated", "true")];
    assert!(has(&[], "2026-05-29"));
    assert!(!has(&[], "2026-05-30"));
    assert!(has(&included, "2026-05-30"));
    assert!(has(&included, "2026-08-30"));
    assert!(!has(&included, "2026-08-31"));
    assert!(!has(&[("include_deprecated", "false")], "2026-05-30"));
    // Nothing to compare with: it does not come back, and nothing breaks.
    assert!(!has(&included, "someday"));
}

#[test]
fn filters_narrow_the_list() {
    assert_eq!(names(&[("task", "Text Embeddings")], TODAY).len(), 7);
    assert_eq!(names(&[("task", Task::TextEmbeddings.id())], TODAY).len(), 7);
    assert!(names(&[("task", "Text Divination")], TODAY).is_empty());
    assert_eq!(names(&[("author", "BAAI")], TODAY).len(), 5);
    assert_eq!(names(&[("search", "BGE-M3"), ("unknown", "x")], TODAY), ["@cf/baai/bge-m3"]);
    assert_eq!(names(&[("search", "interpreter of dreams")], TODAY).len(), 0);
    assert_eq!(names(&[("source", "1")], TODAY), names(&[], TODAY));
    assert!(names(&[("source", "2")], TODAY).is_empty());
    let tried = names(&[("hide_experimental", "true")], TODAY);
    assert!(!tried.contains(&"@cf/llava-hf/llava-1.5-7b-hf".to_owned()) && tried.len() > 40);
}

#[test]
fn openrouter_has_its_own_shape() {
    let pairs = [("format", "openrouter"), ("search", "llama-4-scout")];
    let item = search(Catalog::builtin(), &query(&pairs), TODAY).items.remove(0);
    assert_eq!(item["id"], "@cf/meta/llama-4-scout-17b-16e-instruct");
    assert_eq!(item["pricing"]["prompt"], "0.00000027");
    assert_eq!(item["input_modalities"], json!(["text", "image"]));
    assert_eq!(item["context_length"], 131000);
    assert!(item["created"].as_i64().unwrap() > 1_600_000_000);
}

#[test]
fn tasks_and_authors_are_listed() {
    let all = tasks(&SearchQuery::default());
    assert_eq!((all.items.len(), all.total_pages), (12, 1));
    assert_eq!(all.items[0]["name"], "Text Generation");
    assert_eq!(tasks(&query(&[("page", "2")])).items, Vec::<Value>::new());
    let authors = authors(Catalog::builtin(), &SearchQuery::default(), TODAY);
    assert!(authors.items.contains(&json!({"name": "baai"})));
    assert!(!authors.items.contains(&json!({"name": "thebloke"})), "all of its models are gone");
}

#[test]
fn a_broken_catalogue_says_what_is_wrong() {
    let row = "[[model]]\nname = \"@cf/a/b\"\nid = \"906a57fd-b018-4d6c-a43e-a296d4cc5839\"\ndescription = \"x\"\n\
               task = \"translation\"\nfamily = \"other\"\nschema = \"translation\"\n";
    assert!(Catalog::parse(row).is_ok());
    let error = |text: String| Catalog::parse(&text).unwrap_err().to_string();
    assert!(error(format!("{row}{row}")).contains("stands there twice"));
    assert!(error(row.replace("@cf/a/b", "b")).contains("@cf/author/name"));
    assert!(error(row.replace("906a", "zzzz")).contains("`id` is not a UUID"));
    assert!(error(format!("{row}colour = 1\n")).contains("colour"));
    assert!(error(format!("{row}deprecated = \"20260530\"\n")).contains("2026-05-30"));
    assert!(error(format!("{row}deprecated = \"soon\"\n")).contains("not a date"));
    assert!(error(format!("{row}created_at = \"soon\"\n")).contains("not a time"));
    assert!(error(format!("{row}replacement = \"@cf/c/d\"\n")).contains("replacement"));
    assert!(error(format!("{row}alias = true\n")).contains("`replacement`"));
    assert!(error(format!("{row}ranges = {{ steps = [2, 1] }}\n")).contains("steps"));
    assert!(error("model = 1".to_owned()).contains("cannot be read"));
}
