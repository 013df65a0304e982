//! Encoder-decoders: a text in, a text out. Translation (M2M100) and summaries (BART).
//!
//! [`Seq2SeqModel`] is a checkpoint with its tokenizer and its thread, which runs one text after the other. A caller tokenises
//! on its own thread ([`Seq2SeqModel::source`]), then hands [`Seq2SeqModel::write`] to the thread.

mod config;
#[cfg(test)]
mod golden;
mod layers;
mod network;
#[cfg(test)]
mod parity;
mod sentences;

use candle_core::Device;
use tokenizers::Tokenizer;

use self::config::Config;
pub use self::config::Family;
pub use self::network::Network;
pub use self::sentences::sentences;
use super::Loadable;
use super::backend::Failure;
use super::checkpoints::Checkpoint;
use super::kernels::Isa;
use super::queue::{QueueOptions, Ticket};
use super::search;
use super::solo::Solo;

/// See the module.
pub struct Seq2SeqModel {
    name: String,
    config: Config,
    tokenizer: Tokenizer,
    pub solo: Solo<Network>,
}

/// A source as tokens, and what the target must begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// At most as many as the model takes.
    pub tokens: Vec<u32>,
    /// How many were cut off.
    pub cut: usize,
    /// The language's token, of models that are told it.
    first: Option<u32>,
}

/// A language that the model does not read, or write, and those that it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoWay {
    pub code: String,
    pub known: Vec<String>,
}

/// Whether a checkpoint says of itself that it is one of the encoder-decoders that are computed.
pub fn runs(checkpoint: &Checkpoint, family: Family) -> bool {
    Config::read(checkpoint).is_ok_and(|config| config.family == family)
}

impl Loadable for Seq2SeqModel {
    fn load(checkpoint: &Checkpoint, device: &Device, options: &QueueOptions) -> Result<Self, Failure> {
        if !device.is_cpu() {
            tracing::warn!(checkpoint = checkpoint.name(), "encoder-decoders compute on the CPU only");
        }
        let config = Config::read(checkpoint)?;
        let tokenizer = checkpoint.tokenizer()?;
        if let Some(greatest) = tokenizer.get_vocab(true).into_values().max()
            && greatest as usize >= config.vocab_size
        {
            let reason = format!("has token {greatest}, the vocabulary has {}", config.vocab_size);
            return Err(checkpoint.failure("tokenizer.json", reason));
        }
        let network = Network::load(checkpoint, &config, Isa::best())?;
        let name = checkpoint.name().to_owned();
        let solo = Solo::spawn(&format!("write {name}"), options.capacity, network)?;
        Ok(Self { name, config, tokenizer, solo })
    }
}

impl Seq2SeqModel {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a text is to be given sentence by sentence.
    pub fn is_by_sentence(&self) -> bool {
        self.config.is_by_sentence
    }

    /// Longest source in tokens.
    pub fn positions(&self) -> usize {
        self.config.positions
    }

    /// The tokens of both languages for each step of the way from one to the other, or the codes that would do in the place of
    /// the one that does not.
    pub fn way(&self, from: &str, to: &str) -> Result<Vec<(u32, u32)>, NoWay> {
        let token = |code: &str| self.tokenizer.token_to_id(&format!("__{code}__"));
        let known = |codes: Option<&Vec<String>>| codes.cloned().unwrap_or_else(|| self.languages());
        let pairs = self.config.pairs.as_ref();
        let check = |code: &str, known: Vec<String>| match (token(code), known.iter().any(|other| other == code)) {
            (Some(token), true) => Ok(token),
            _ => Err(NoWay { code: code.to_owned(), known }),
        };
        let from_token = check(from, known(pairs.map(|pairs| &pairs.from)))?;
        let to_token = check(to, known(pairs.map(|pairs| &pairs.to)))?;
        let through = pairs.map(|pairs| pairs.through.as_str()).filter(|through| *through != from && *through != to);
        Ok(match through.and_then(token) {
            Some(through) => vec![(from_token, through), (through, to_token)],
            None => vec![(from_token, to_token)],
        })
    }

    /// Codes of the languages that the model has tokens for, sorted.
    fn languages(&self) -> Vec<String> {
        let vocabulary = self.tokenizer.get_vocab(true).into_keys();
        let code = |token: String| token.strip_prefix("__")?.strip_suffix("__").map(str::to_owned);
        let mut codes: Vec<String> = vocabulary.filter_map(code).collect();
        codes.sort_unstable();
        codes
    }

    /// Bytes that writing a target takes at most, about.
    pub fn memory(&self, source: usize) -> usize {
        Network::memory(&self.config, source.min(self.config.positions), self.config.generation.max_length)
    }

    /// Tokenises on the caller's thread; a text that is longer than the model takes loses its end. `from` and `to` are the
    /// languages' tokens.
    pub fn source(&self, text: &str, languages: Option<(u32, u32)>) -> Result<Source, Failure> {
        let input = |error: tokenizers::Error| Failure::Input(format!("the text cannot be tokenised: {error}"));
        let encoding = self.tokenizer.encode_fast(text, false).map_err(input)?;
        let begin = languages.map_or(self.config.bos, |(from, _)| from);
        let most = self.config.positions.saturating_sub(2);
        let ids = encoding.get_ids();
        let kept = &ids[..ids.len().min(most)];
        let tokens = [&[begin], kept, &[self.config.eos]].concat();
        Ok(Source { tokens, cut: ids.len() - kept.len(), first: languages.map(|(_, to)| to) })
    }

    /// What writes a target of at most `max_tokens`, on the model's thread.
    pub fn write(
        &self,
        source: Source,
        max_tokens: Option<usize>,
    ) -> impl FnOnce(&mut Network, &Ticket) -> Result<Vec<u32>, Failure> + Send + 'static {
        let (options, eos) = (self.config.generation.clone(), self.config.eos);
        // The start token is counted, but nobody sees it.
        let longest = max_tokens.map_or(options.max_length, |most| most.saturating_add(1).min(options.max_length));
        move |network, ticket| {
            let states = network.encode(&source.tokens, ticket)?;
            let mut target = network.target(&states, longest.max(2), ticket)?;
            search::search(&mut target, &options, eos, source.first, longest, &|| ticket.check())
        }
    }

    /// The text of a target, without special tokens.
    pub fn text(&self, tokens: &[u32]) -> Result<String, Failure> {
        let output = |error: tokenizers::Error| Failure::Backend(format!("the answer cannot be decoded: {error}"));
        Ok(self.tokenizer.decode(tokens, true).map_err(output)?.trim().to_owned())
    }
}
