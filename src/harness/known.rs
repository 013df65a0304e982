//! Every code that is known, with its status and text: what a test can have answered without bringing the cause about.
//!
//! Sources: Cloudflare's documented table, and answers recorded live (docs/errors.md). `{model}`, `{date}`, `{index}` and
//! `{path}` stand for what the call itself says.

use super::journal::Service;
use crate::error::{AiError, Error, PlatformError, VectorizeError};

/// A refusal by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub code: u32,
    pub status: u16,
    pub text: &'static str,
}

const fn known(code: u32, status: u16, text: &'static str) -> Known {
    Known { code, status, text }
}

/// By Workers AI.
pub static AI: &[Known] = &[
    known(3001, 500, "Unknown internal error"),
    known(3003, 400, "Request is missing headers or body: body"),
    known(3006, 413, "Request is too large"),
    known(3007, 408, "Request timeout"),
    known(3008, 408, "Request was aborted"),
    known(3021, 429, "rate limiting: inference request per min rate reached"),
    known(3023, 403, "Service unavailable for account"),
    known(3030, 400, "Your output has been flagged. Please choose another prompt / input image combination"),
    known(
        3036,
        429,
        "You have used up your daily free allocation of 10,000 neurons. Please upgrade to Cloudflare's Workers Paid plan if you would like to continue usage.",
    ),
    known(3039, 400, "Finetune is missing required files (model.safetensors and config.json)"),
    known(3040, 429, "Capacity temporarily exceeded, please try again."),
    known(3041, 403, "The account is not allowed to access this model"),
    known(3042, 404, "The model name is invalid"),
    known(3043, 500, "Internal server error"),
    known(3046, 408, "Request timeout"),
    known(
        4006,
        429,
        "you have used up your daily free allocation of 10,000 neurons, please upgrade to Cloudflare's Workers Paid plan if you would like to continue usage.",
    ),
    known(5004, 400, "Invalid data type for base64 input: string"),
    known(5005, 405, "The model {model} does not support LoRa inference"),
    known(5006, 400, "Error: required properties at '/' are 'prompt'"),
    known(5007, 400, "No such model {model} or task"),
    known(5012, 422, "Unprocessable entity"),
    known(5016, 403, "User has not agreed to Llama3.2 model terms"),
    known(5018, 403, "The account is not allowed to access this model"),
    known(5019, 405, "Request trying to use deprecated SDK version"),
    known(
        5021,
        413,
        "The estimated number of input and maximum output tokens (8810) exceeded this model context window limit (8192).",
    ),
    known(5024, 400, "JSON Model couldn't be met"),
    known(5025, 400, "This model doesn't support JSON Schema."),
    known(5028, 410, "Model has been deprecated: {model} was deprecated on {date}"),
    known(
        5035,
        403,
        "Model {model} is not available on the Workers Free plan: Model {model} is not available on the Workers Free plan. Upgrade to access this model: https://dash.cloudflare.com/?to=/:account/workers/plans",
    ),
    known(8001, 400, "Invalid input"),
    known(8005, 500, "Internal Server Error"),
    known(8006, 400, "the tool call was not finished within max_tokens"),
    known(
        8007,
        400,
        "{\"object\":\"error\",\"message\":\"Requested token count exceeds the model's maximum context length of 262144 tokens.\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400}",
    ),
];

/// By Vectorize.
pub static VECTORIZE: &[Known] = &[
    known(1005, 400, "vectorize.unknown_content_type"),
    known(3000, 404, "vectorize.index.not_found - Index name \"{index}\""),
    known(3001, 400, "vectorize.index.invalid_name - Index name must be valid"),
    known(3002, 400, "vectorize.index.duplicate_name - Index name \"{index}\""),
    known(3003, 400, "vectorize.index.invalid_config - Config must be provided"),
    known(3005, 410, "vectorize.index.deleted - Index name \"{index}\" was deleted"),
    known(40004, 400, "metadata index already exists"),
    known(40005, 400, "metadata index not found"),
    known(40006, 400, "invalid query vector, expected 768 dimensions, and got 0 dimensions"),
    known(40007, 400, "too many ids in payload; max id count is 20, got 21"),
    known(40008, 400, "id too long; max is 64 bytes, got 65 bytes"),
    known(40009, 400, "namespace too long; max is 64 bytes, got 65 bytes"),
    known(40012, 400, "invalid vector for id=\"1\", expected 768 dimensions, and got 0 dimensions"),
    known(
        40016,
        400,
        "oversized metadata for vector id=\"1\"; the compact JSON representation of the metadata must not exceed 10240 bytes, got 10241 bytes",
    ),
    known(40018, 400, "invalid metadata key"),
    known(40023, 400, "failed to parse upsert vectors request in ndjson format: line Some(0) was not expected format"),
    known(
        40025,
        400,
        "with returnValues=true or returnMetadata=all, max top K is 50, but got 51; for a top K up to 100, retry with returnValues=false and returnMetadata=indexed",
    ),
    known(40026, 400, "Failed to parse the request body as JSON: expected value at line 1 column 1"),
    known(40041, 429, "Too Many Requests"),
];

/// By the v4 API itself, whichever service is called.
pub static PLATFORM: &[Known] = &[
    known(971, 429, "Please wait and consider throttling your request speed"),
    known(1031, 403, "Forbidden"),
    known(2001, 400, "Please configure AI Gateway in the Cloudflare dashboard"),
    known(7001, 405, "GET not supported for requested URI."),
    known(7003, 404, "Could not route to {path}, perhaps your object identifier is invalid?"),
    known(9106, 400, "Authentication failed (status: 400)"),
    known(9109, 403, "Invalid access token"),
    known(10000, 401, "Authentication error"),
];

/// The refusal that `service` answers with `code`.
pub fn find(service: Service, code: u32) -> Option<&'static Known> {
    let own = match service {
        Service::Ai => AI,
        Service::Vectorize => VECTORIZE,
    };
    own.iter().chain(PLATFORM).find(|known| known.code == code)
}

/// The refusal `code` of any service.
pub fn any(code: u32) -> Option<&'static Known> {
    AI.iter().chain(VECTORIZE).chain(PLATFORM).find(|known| known.code == code)
}

/// The refusal `known` as `service` spells it; `own` is a text of one's own. `what` gives the values of a text's places.
pub fn staged(service: Service, known: &Known, own: Option<&str>, what: impl Fn(&str) -> String) -> Error {
    let (code, status) = (known.code, known.status);
    let mut text = own.unwrap_or(known.text).to_owned();
    if own.is_none() {
        for place in ["model", "date", "index", "path"] {
            let pattern = format!("{{{place}}}");
            if text.contains(&pattern) {
                text = text.replace(&pattern, &what(place));
            }
        }
    }
    if PLATFORM.iter().any(|known| known.code == code) {
        return match code {
            // Rendered with a second entry.
            7003 => PlatformError::NoRoute { path: what("path") }.into(),
            _ => PlatformError::Staged { code, status, text }.into(),
        };
    }
    match (service, code) {
        // REST prefixes these otherwise.
        (Service::Ai, 5006) => AiError::BadInput { text }.into(),
        (Service::Ai, 5007) if own.is_none() => AiError::NoSuchModel { model: what("model") }.into(),
        (Service::Ai, _) => AiError::Staged { code, status, text }.into(),
        (Service::Vectorize, _) => VectorizeError::Staged { code, status, text }.into(),
    }
}

/// All codes, for a hint.
pub fn codes() -> String {
    let all = AI.iter().chain(VECTORIZE).chain(PLATFORM);
    all.map(|known| known.code.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the services themselves refuse is the same refusal.
    #[test]
    fn the_services_say_the_same() {
        let model = || "{model}".to_owned();
        for error in [
            AiError::TooLarge,
            AiError::Timeout,
            AiError::TaskTimeout,
            AiError::Aborted,
            AiError::Capacity,
            AiError::NeuronsSpent,
            AiError::MissingBody { what: "body".to_owned() },
            AiError::LoraUnsupported { model: model() },
            AiError::NoSuchModel { model: model() },
            AiError::PaidOnly { model: model() },
            AiError::Deprecated { model: model(), date: "{date}".to_owned() },
            AiError::ContextExceeded { tokens: 8810, limit: 8192 },
        ] {
            let known = find(Service::Ai, error.code()).unwrap_or_else(|| panic!("{} is not known", error.code()));
            assert_eq!((known.status, known.text), (error.status(), error.to_string().as_str()));
        }
        for error in [
            VectorizeError::UnknownContentType,
            VectorizeError::IndexNotFound { name: "{index}".to_owned() },
            VectorizeError::IndexDeleted { name: "{index}".to_owned() },
            VectorizeError::TooManyIds { limit: 20, got: 21 },
            VectorizeError::TopKWithPayload { limit: 50, relaxed: 100, got: 51 },
        ] {
            let known =
                find(Service::Vectorize, error.code()).unwrap_or_else(|| panic!("{} is not known", error.code()));
            assert_eq!((known.status, known.text), (error.status(), error.to_string().as_str()));
        }
    }

    #[test]
    fn codes_are_unique_within_a_service() {
        for table in [AI, VECTORIZE, PLATFORM] {
            assert!(table.windows(2).all(|pair| pair[0].code < pair[1].code));
        }
        let staged = staged(Service::Ai, find(Service::Ai, 5007).unwrap(), None, |name| match name {
            "model" => "@cf/a/b".to_owned(),
            _ => String::new(),
        });
        assert_eq!((staged.code(), staged.to_string().as_str()), (5007, "No such model @cf/a/b or task"));
        let route = self::staged(Service::Vectorize, find(Service::Vectorize, 10000).unwrap(), None, |_| String::new());
        assert!(matches!(route, Error::Platform(_)));
    }
}
