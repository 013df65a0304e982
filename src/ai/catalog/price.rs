//! Prices: neurons per unit, and what a call costs.

use serde::Deserialize;

/// $0.011 per 1,000 neurons (Cloudflare's price page).
pub const NEURONS_PER_DOLLAR: f64 = 1000.0 / 0.011;

const MILLION: f64 = 1e6;
const MEGAPIXEL: u64 = 1_000_000;

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

/// What one call used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// All prompt tokens, cached ones included.
    pub input_tokens: u64,
    /// Those of the prompt tokens that came from the prefix cache.
    pub cached_tokens: u64,
    /// Reasoning tokens included.
    pub output_tokens: u64,
    pub media: Media,
}

impl Usage {
    /// Of a call that read so many tokens and wrote none.
    pub fn input(tokens: usize) -> Self {
        Self { input_tokens: tokens as u64, ..Self::default() }
    }

    /// Of a call that is charged by something else than tokens.
    pub fn media(media: Media) -> Self {
        Self { media, ..Self::default() }
    }
}

/// What a call used that is no token: sound, pictures, and the text that is read out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Media {
    /// Heard or said, in milliseconds.
    pub audio_ms: u64,
    /// The sound came or went over a WebSocket, which has a price of its own.
    pub is_streamed: bool,
    pub characters: u64,
    /// Of diffusion.
    pub steps: u64,
    /// Of 512 by 512 pixels, as [`tiles`] counts them.
    pub input_tiles: u64,
    pub output_tiles: u64,
    pub input_pixels: u64,
    pub output_pixels: u64,
}

/// Tiles of 512 by 512 that a picture takes; those at its edges count whole.
pub fn tiles(width: u64, height: u64) -> u64 {
    width.div_ceil(512).saturating_mul(height.div_ceil(512))
}

/// Neurons of one call at these prices.
pub(super) fn neurons(prices: &[Price], usage: &Usage) -> f64 {
    let cached_has_price = prices.iter().any(|price| price.unit == Unit::CachedInputTokens);
    // A model without a price for cached tokens charges them as any other input.
    let cached = if cached_has_price { usage.cached_tokens.min(usage.input_tokens) } else { 0 };
    prices.iter().map(|price| price.neurons * quantity(price.unit, usage, cached)).sum()
}

fn quantity(unit: Unit, usage: &Usage, cached: u64) -> f64 {
    let media = &usage.media;
    match unit {
        Unit::InputTokens => (usage.input_tokens - cached) as f64 / MILLION,
        Unit::CachedInputTokens => cached as f64 / MILLION,
        Unit::OutputTokens => usage.output_tokens as f64 / MILLION,
        Unit::Request => 1.0,
        Unit::AudioMinute if media.is_streamed => 0.0,
        Unit::AudioMinuteWebSocket if !media.is_streamed => 0.0,
        Unit::AudioMinute | Unit::AudioMinuteWebSocket => media.audio_ms as f64 / 60_000.0,
        Unit::Characters => media.characters as f64 / 1000.0,
        Unit::Step => media.steps as f64,
        Unit::Tile | Unit::OutputTile => media.output_tiles as f64,
        Unit::InputTile => media.input_tiles as f64,
        Unit::InputTileStep => media.input_tiles as f64 * media.steps as f64,
        Unit::OutputTileStep => media.output_tiles as f64 * media.steps as f64,
        // A megapixel that was begun counts whole: the price names the first and the further ones.
        Unit::FirstOutputMegapixel => media.output_pixels.div_ceil(MEGAPIXEL).min(1) as f64,
        Unit::FurtherOutputMegapixel => media.output_pixels.div_ceil(MEGAPIXEL).saturating_sub(1) as f64,
        Unit::InputMegapixel => media.input_pixels.div_ceil(MEGAPIXEL) as f64,
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
        let usage = Usage { input_tokens: 1_000_000, cached_tokens: 400_000, ..Usage::default() };
        let both = [price(Unit::InputTokens, 100.0), price(Unit::CachedInputTokens, 10.0)];
        assert_eq!(neurons(&both, &usage), 64.0);
        assert_eq!(neurons(&both[..1], &usage), 100.0);
    }

    fn media(media: Media) -> Usage {
        Usage { media, ..Usage::default() }
    }

    #[test]
    fn pictures_cost_by_tile_step_and_megapixel() {
        assert_eq!((tiles(1024, 768), tiles(1, 1), tiles(0, 9)), (4, 1, 0));
        let picture = media(Media {
            steps: 4,
            input_tiles: 1,
            output_tiles: tiles(1024, 1024),
            input_pixels: 512 * 512,
            output_pixels: 1024 * 1024,
            ..Media::default()
        });
        // As flux-1-schnell is priced: by tile, and by step.
        assert_eq!(neurons(&[price(Unit::Tile, 4.8), price(Unit::Step, 9.6)], &picture), 4.0 * 4.8 + 4.0 * 9.6);
        let by_step = [price(Unit::InputTileStep, 1.0), price(Unit::OutputTileStep, 10.0)];
        assert_eq!(neurons(&by_step, &picture), 4.0 + 160.0);
        let tiles = [price(Unit::InputTile, 1.0), price(Unit::OutputTile, 10.0)];
        assert_eq!(neurons(&tiles, &picture), 41.0);
        // A little over a megapixel is the first and a further one.
        let pixels = [
            price(Unit::FirstOutputMegapixel, 100.0),
            price(Unit::FurtherOutputMegapixel, 10.0),
            price(Unit::InputMegapixel, 1.0),
        ];
        assert_eq!(neurons(&pixels, &picture), 111.0);
        assert_eq!(neurons(&pixels, &Usage::default()), 0.0);
    }

    #[test]
    fn sound_costs_by_the_minute_and_speech_by_the_character() {
        let prices =
            [price(Unit::AudioMinute, 10.0), price(Unit::AudioMinuteWebSocket, 20.0), price(Unit::Characters, 3.0)];
        assert_eq!(neurons(&prices, &media(Media { audio_ms: 90_000, ..Media::default() })), 15.0);
        assert_eq!(neurons(&prices, &media(Media { audio_ms: 90_000, is_streamed: true, ..Media::default() })), 30.0);
        assert_eq!(neurons(&prices, &media(Media { characters: 500, ..Media::default() })), 1.5);
    }

    /// Every unit of the catalogue counts something.
    #[test]
    fn no_price_of_the_catalogue_is_lost() {
        let all = Usage {
            input_tokens: 2,
            cached_tokens: 1,
            output_tokens: 1,
            media: Media {
                audio_ms: 60_000,
                is_streamed: false,
                characters: 1,
                steps: 1,
                input_tiles: 1,
                output_tiles: 1,
                input_pixels: 1,
                output_pixels: 2 * MEGAPIXEL,
            },
        };
        let streamed = Usage { media: Media { is_streamed: true, ..all.media }, ..all };
        for model in crate::ai::catalog::Catalog::builtin().iter() {
            for price in &model.prices {
                let counted = quantity(price.unit, &all, 1) + quantity(price.unit, &streamed, 1);
                assert!(counted > 0.0, "{}: {:?}", model.name, price.unit);
            }
        }
    }

    #[test]
    fn more_cached_than_input_does_not_underflow() {
        let usage = Usage { input_tokens: 1, cached_tokens: u64::MAX, ..Usage::default() };
        let both = [price(Unit::InputTokens, 1e6), price(Unit::CachedInputTokens, 5e5)];
        assert_eq!(neurons(&both, &usage), 0.5);
    }

    #[test]
    fn a_request_price_counts_once_and_no_price_is_free() {
        assert_eq!(neurons(&[price(Unit::Request, 0.25)], &Usage::default()), 0.25);
        assert_eq!(neurons(&[], &Usage { input_tokens: 9, output_tokens: 9, ..Usage::default() }), 0.0);
    }
}
