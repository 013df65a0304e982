//! What a Whisper checkpoint says of itself: `config.json`, `generation_config.json`, and the special tokens of its tokenizer.

use std::collections::BTreeMap;

use serde::Deserialize;
use tokenizers::Tokenizer;

use crate::engine::backend::Failure;
use crate::engine::checkpoints::Checkpoint;

const CONFIG: &str = "config.json";

/// The shape of the network, in Transformers' names.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct WhisperConfig {
    pub model_type: String,
    pub vocab_size: usize,
    pub num_mel_bins: usize,
    pub d_model: usize,
    pub encoder_layers: usize,
    pub encoder_attention_heads: usize,
    pub encoder_ffn_dim: usize,
    pub decoder_layers: usize,
    pub decoder_attention_heads: usize,
    pub decoder_ffn_dim: usize,
    /// Positions of the encoder, 20 ms each: the length of a window.
    pub max_source_positions: usize,
    /// Tokens of the decoder, prompt included.
    pub max_target_positions: usize,
    #[serde(default)]
    activation_function: Option<String>,
    #[serde(default)]
    scale_embedding: bool,
}

impl WhisperConfig {
    pub fn read(checkpoint: &Checkpoint) -> Result<Self, Failure> {
        let config: Self = checkpoint.json(CONFIG)?;
        let refuse = |reason: String| Err(checkpoint.failure(CONFIG, reason));
        if config.model_type != "whisper" {
            let other = &config.model_type;
            return refuse(format!("`model_type` is `{other}`; the supported model of speech is `whisper`"));
        }
        if config.activation_function.as_deref().is_some_and(|name| name != "gelu") || config.scale_embedding {
            return refuse("an activation other than `gelu`, or scaled embeddings, are not supported".to_owned());
        }
        let sizes = [
            config.vocab_size,
            config.num_mel_bins,
            config.d_model,
            config.encoder_attention_heads,
            config.decoder_attention_heads,
            config.encoder_ffn_dim,
            config.decoder_ffn_dim,
            config.max_source_positions,
        ];
        let divides = |heads: usize| heads > 0 && config.d_model.is_multiple_of(heads);
        let fits = sizes.iter().all(|size| (1..=1 << 20).contains(size))
            && divides(config.encoder_attention_heads)
            && divides(config.decoder_attention_heads)
            && config.max_source_positions <= 3000
            && (16..=4096).contains(&config.max_target_positions)
            && config.encoder_layers <= 128
            && config.decoder_layers <= 128;
        if !fits {
            return refuse("the sizes do not fit each other".to_owned());
        }
        Ok(config)
    }
}

/// Whether a checkpoint says that it is a Whisper.
pub fn runs(checkpoint: &Checkpoint) -> bool {
    #[derive(Deserialize)]
    struct Kind {
        model_type: Option<String>,
    }
    let kind = checkpoint.json_or_none::<Kind>(CONFIG).ok().flatten();
    kind.and_then(|kind| kind.model_type).as_deref() == Some("whisper")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Generation {
    suppress_tokens: Option<Vec<i64>>,
    begin_suppress_tokens: Option<Vec<i64>>,
    /// `[layer, head]` of the cross-attention whose weights follow the speech.
    alignment_heads: Option<Vec<[usize; 2]>>,
}

/// The tokens that steer Whisper.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    pub end: u32,
    pub start: u32,
    pub previous: Option<u32>,
    /// None: English only, nothing to choose.
    pub tasks: Option<[u32; 2]>,
    pub no_speech: Option<u32>,
    pub no_times: Option<u32>,
    /// Language code and token, where there are several tasks.
    pub languages: BTreeMap<String, u32>,
    /// Never chosen: whatever is no text and no end.
    pub suppressed: Vec<u32>,
    /// Not chosen first: a window is not empty by a blank.
    pub suppressed_first: Vec<u32>,
    pub alignment: Vec<[usize; 2]>,
}

impl Tokens {
    pub fn read(checkpoint: &Checkpoint, config: &WhisperConfig, tokenizer: &Tokenizer) -> Result<Self, Failure> {
        let name = |name: &str| tokenizer.token_to_id(name);
        let need = |token: &str| {
            let missing = || checkpoint.failure("tokenizer.json", format!("the token `{token}` is missing"));
            name(token).ok_or_else(missing)
        };
        let greatest = tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
        if greatest as usize >= config.vocab_size {
            let reason = format!("has token {greatest}, the embedding table ends at {}", config.vocab_size - 1);
            return Err(checkpoint.failure("tokenizer.json", reason));
        }
        let (end, start) = (need("<|endoftext|>")?, need("<|startoftranscript|>")?);
        let added = tokenizer.get_added_tokens_decoder();
        let language = |content: &str| {
            let code = content.strip_prefix("<|")?.strip_suffix("|>")?;
            let is_code = (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
            is_code.then(|| code.to_owned())
        };
        let is_multilingual = config.vocab_size != 51864;
        let tasks = name("<|transcribe|>").zip(name("<|translate|>")).map(<[u32; 2]>::from).filter(|_| is_multilingual);
        let languages = match tasks {
            None => BTreeMap::new(),
            Some(_) => added.iter().filter_map(|(id, token)| Some((language(&token.content)?, *id))).collect(),
        };
        let generation: Generation = checkpoint.json_or_none("generation_config.json")?.unwrap_or_default();
        let within = |ids: Option<Vec<i64>>| -> Vec<u32> {
            let ids = ids.unwrap_or_default().into_iter().filter_map(|id| u32::try_from(id).ok());
            ids.filter(|id| (*id as usize) < config.vocab_size).collect()
        };
        let mut suppressed = within(generation.suppress_tokens);
        // Times and tasks are said by us, never by the model; what follows the end are special tokens all.
        suppressed.extend((end.min(start)..config.vocab_size as u32).filter(|id| *id != end));
        suppressed.retain(|id| *id != end);
        suppressed.sort_unstable();
        suppressed.dedup();
        let heads = config.decoder_attention_heads;
        let all = (config.decoder_layers / 2..config.decoder_layers).flat_map(|l| (0..heads).map(move |h| [l, h]));
        let named = generation.alignment_heads.unwrap_or_default();
        let known = named.into_iter().filter(|[layer, head]| *layer < config.decoder_layers && *head < heads);
        let mut alignment: Vec<_> = known.collect();
        if alignment.is_empty() {
            alignment = all.collect();
        }
        Ok(Self {
            end,
            start,
            previous: name("<|startofprev|>"),
            tasks,
            no_speech: name("<|nospeech|>").or_else(|| name("<|nocaptions|>")),
            no_times: name("<|notimestamps|>"),
            languages,
            suppressed,
            suppressed_first: within(generation.begin_suppress_tokens),
            alignment,
        })
    }

    /// What a window's tokens begin with. `task`: 0 transcribes, 1 translates.
    pub fn beginning(&self, language: Option<u32>, task: usize) -> Vec<u32> {
        let chosen = self.tasks.and_then(|tasks| Some([language?, *tasks.get(task)?]));
        let mut tokens = vec![self.start];
        tokens.extend(chosen.into_iter().flatten());
        tokens.extend(self.no_times);
        tokens
    }
}
