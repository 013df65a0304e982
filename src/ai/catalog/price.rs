//! Prices: neurons per unit, and what a call costs.

use serde::Deserialize;

/// $0.011 per 1,000 neurons (Cloudflare's price page).
pub const NEURONS_PER_DOLLAR: f64 = 1000.0 / 0.011;

const MILLION: f64 = 1e6;

/// One row of a model's price.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    #[serde(rename = "per")]
    pub unit: Unit,
    pub neurons: f64,
    /// As published, rounded.
    pub usd: f64,
}

/// What a price counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Unit {
    #[serde(rename = "M input tokens")]
    InputTokens,
    #[serde(rename = "M output tokens")]
    OutputTokens,
    #[serde(rename = "M cached input tokens")]
    CachedInputTokens,
    #[serde(rename = "inference request")]
    Request,
    #[serde(rename = "audio minute")]
    AudioMinute,
    #[serde(rename = "audio minute (websocket)")]
    AudioMinuteWebSocket,
    #[serde(rename = "1k characters")]
    Characters,
    #[serde(rename = "step")]
    Step,
    #[serde(rename = "512 by 512 tile")]
    Tile,
    #[serde(rename = "input tile")]
    InputTile,
    #[serde(rename = "output tile")]
    OutputTile,
    #[serde(rename = "input 512x512 tile, per step")]
    InputTileStep,
    #[serde(rename = "output 512x512 tile, per step")]
    OutputTileStep,
    #[serde(rename = "first output megapixel")]
    FirstOutputMegapixel,
    #[serde(rename = "each further megapixel")]
    FurtherOutputMegapixel,
    #[serde(rename = "input image megapixel")]
    InputMegapixel,
}

impl Unit {
    /// As `models/search` words it.
    pub fn text(self) -> &'static str {
        match self {
            Self::InputTokens => "per M input tokens",
            Self::OutputTokens => "per M output tokens",
            Self::CachedInputTokens => "per M cached input tokens",
            Self::Request => "per inference request",
            Self::AudioMinute => "per audio minute",
            Self::AudioMinuteWebSocket => "per audio minute (websocket)",
            Self::Characters => "per 1k characters",
            Self::Step => "per step",
            Self::Tile => "per 512 by 512 tile",
            Self::InputTile => "per input tile",
            Self::OutputTile => "per output tile",
            Self::InputTileStep => "per input 512x512 tile, per step",
            Self::OutputTileStep => "per output 512x512 tile, per step",
            Self::FirstOutputMegapixel => "first output megapixel",
            Self::FurtherOutputMegapixel => "each further megapixel",
            Self::InputMegapixel => "per input image megapixel",
        }
    }
}

/// What one call used. Audio, pictures and characters join with the tasks that measure them; until then their prices
/// count nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// All prompt tokens, cached ones included.
    pub input_tokens: u64,
    /// Those of the prompt tokens that came from the prefix cache.
    pub cached_tokens: u64,
    /// Reasoning tokens included.
    pub output_tokens: u64,
}

/// Neurons of one call at these prices.
pub(super) fn neurons(prices: &[Price], usage: &Usage) -> f64 {
    let cached_has_price = prices.iter().any(|price| price.unit == Unit::CachedInputTokens);
    // A model without a price for cached tokens charges them as any other input.
    let cached = if cached_has_price { usage.cached_tokens.min(usage.input_tokens) } else { 0 };
    prices.iter().map(|price| price.neurons * quantity(price.unit, usage, cached)).sum()
}

fn quantity(unit: Unit, usage: &Usage, cached: u64) -> f64 {
    match unit {
        Unit::InputTokens => (usage.input_tokens - cached) as f64 / MILLION,
        Unit::CachedInputTokens => cached as f64 / MILLION,
        Unit::OutputTokens => usage.output_tokens as f64 / MILLION,
        Unit::Request => 1.0,
        Unit::AudioMinute
        | Unit::AudioMinuteWebSocket
        | Unit::Characters
        | Unit::Step
        | Unit::Tile
        | Unit::InputTile
        | Unit::OutputTile
        | Unit::InputTileStep
        | Unit::OutputTileStep
        | Unit::FirstOutputMegapixel
        | Unit::FurtherOutputMegapixel
        | Unit::InputMegapixel => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(unit: Unit, neurons: f64) -> Price {
        Price { unit, neurons, usd: 0.0 }
    }

    #[test]
    fn cached_tokens_cost_their_own_price_or_the_input_price() {
        let usage = Usage { input_tokens: 1_000_000, cached_tokens: 400_000, output_tokens: 0 };
        let both = [price(Unit::InputTokens, 100.0), price(Unit::CachedInputTokens, 10.0)];
        assert_eq!(neurons(&both, &usage), 64.0);
        assert_eq!(neurons(&both[..1], &usage), 100.0);
    }

    #[test]
    fn more_cached_than_input_does_not_underflow() {
        let usage = Usage { input_tokens: 1, cached_tokens: u64::MAX, output_tokens: 0 };
        let both = [price(Unit::InputTokens, 1e6), price(Unit::CachedInputTokens, 5e5)];
        assert_eq!(neurons(&both, &usage), 0.5);
    }

    #[test]
    fn a_request_price_counts_once_and_no_price_is_free() {
        assert_eq!(neurons(&[price(Unit::Request, 0.25)], &Usage::default()), 0.25);
        assert_eq!(neurons(&[], &Usage { input_tokens: 9, cached_tokens: 0, output_tokens: 9 }), 0.0);
    }
}
