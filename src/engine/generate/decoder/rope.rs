//! Rotary position embeddings: the angles, and the ways in which checkpoints stretch them over longer texts.

use std::f64::consts::TAU;

use serde_json::Value as Json;

/// How queries and keys of a layer are turned.
#[derive(Debug, Clone, PartialEq)]
pub struct Rope {
    pub theta: f64,
    /// How many of a head's numbers are turned, from the first on; even.
    pub width: usize,
    scaling: Scaling,
}

#[derive(Debug, Clone, PartialEq)]
enum Scaling {
    None,
    Linear {
        factor: f64,
    },
    Llama3 {
        factor: f64,
        low: f64,
        high: f64,
        original: f64,
    },
    Yarn {
        factor: f64,
        attention: f64,
        fast: f64,
        slow: f64,
        original: f64,
        truncates: bool,
    },
    /// A divisor for each frequency: `short` while the context is at most `original`, else `long`.
    Long {
        short: Vec<f64>,
        long: Vec<f64>,
        original: f64,
        attention: f64,
    },
}

impl Rope {
    /// From `rope_parameters` (flat, or by the kind of layer), or from `rope_theta` and `rope_scaling` of older files.
    pub fn parse(json: &Json, kind: &str, head_dim: usize, max_positions: usize) -> Result<Self, String> {
        let parameters = &json["rope_parameters"];
        let is_local = kind == "sliding_attention";
        let is_by_kind = parameters[kind].is_object();
        let (parameters, default) = match (is_by_kind, parameters.is_object()) {
            (true, _) => (&parameters[kind], if is_local { 10_000.0 } else { 1_000_000.0 }),
            (false, true) => (parameters, 10_000.0),
            // Gemma 3's older files: only the layers that see everything are stretched.
            _ if is_local => (&Json::Null, 10_000.0),
            _ if is_gemma3(json) => (&json["rope_scaling"], 1_000_000.0),
            _ => (&json["rope_scaling"], 10_000.0),
        };
        let theta = match (parameters["rope_theta"].as_f64(), is_local && !is_by_kind) {
            (Some(theta), _) => theta,
            (None, true) => json["rope_local_base_freq"].as_f64().unwrap_or(default),
            (None, false) => json["rope_theta"].as_f64().unwrap_or(default),
        };
        if !(theta.is_finite() && theta > 1.0) {
            return Err(format!("`rope_theta` is {theta}"));
        }
        let partial = parameters["partial_rotary_factor"].as_f64().or_else(|| json["partial_rotary_factor"].as_f64());
        let width = (head_dim as f64 * partial.unwrap_or(1.0)) as usize;
        if width == 0 || width > head_dim || !width.is_multiple_of(2) {
            return Err(format!("`partial_rotary_factor` turns {width} of a head's {head_dim} numbers"));
        }
        let scaling = Scaling::parse(json, parameters, width, max_positions)?;
        Ok(Self { theta, width, scaling })
    }

    /// The turns per position of each pair, and what cosines and sines are multiplied by. In f32 where Transformers
    /// computes in f32, so that late positions agree.
    fn frequencies(&self, context: usize) -> (Vec<f32>, f64) {
        let width = self.width as f64;
        let plain = (0..self.width / 2).map(|index| self.theta.powf(-((2 * index) as f64) / width));
        match &self.scaling {
            Scaling::None => (plain.map(|f| f as f32).collect(), 1.0),
            Scaling::Linear { factor } => (plain.map(|f| (f / factor) as f32).collect(), 1.0),
            Scaling::Llama3 { factor, low, high, original } => {
                let stretch = |frequency: f64| {
                    let wavelength = TAU / frequency;
                    if wavelength < original / high {
                        frequency
                    } else if wavelength > original / low {
                        frequency / factor
                    } else {
                        let smooth = (original / wavelength - low) / (high - low);
                        (1.0 - smooth) * frequency / factor + smooth * frequency
                    }
                };
                (plain.map(|f| stretch(f) as f32).collect(), 1.0)
            }
            Scaling::Yarn { factor, attention, fast, slow, original, truncates } => {
                let dim = |turns: f64| width * (original / (turns * TAU)).ln() / (2.0 * self.theta.ln());
                let (mut low, mut high) = (dim(*fast), dim(*slow));
                if *truncates {
                    (low, high) = (low.floor(), high.ceil());
                }
                (low, high) = (low.max(0.0), high.min(width - 1.0));
                if low == high {
                    high += 0.001;
                }
                let frequency = |(index, frequency): (usize, f64)| {
                    let ramp = ((index as f64 - low) / (high - low)).clamp(0.0, 1.0);
                    (frequency / factor * ramp + frequency * (1.0 - ramp)) as f32
                };
                (plain.enumerate().map(frequency).collect(), *attention)
            }
            Scaling::Long { short, long, original, attention } => {
                let factors = if context as f64 > *original { long } else { short };
                (plain.zip(factors).map(|(f, factor)| (f / factor) as f32).collect(), *attention)
            }
        }
    }
}

fn is_gemma3(json: &Json) -> bool {
    json["model_type"].as_str().is_some_and(|kind| kind.starts_with("gemma3"))
}

impl Scaling {
    fn parse(json: &Json, parameters: &Json, width: usize, max_positions: usize) -> Result<Self, String> {
        let kind = parameters["rope_type"].as_str().or_else(|| parameters["type"].as_str()).unwrap_or("default");
        let optional = |name: &str| parameters[name].as_f64().filter(|value| value.is_finite() && *value > 0.0);
        let number = |name: &str| optional(name).ok_or_else(|| format!("rope type `{kind}` needs `{name}` above 0"));
        let original = optional("original_max_position_embeddings")
            .or_else(|| json["original_max_position_embeddings"].as_f64().filter(|value| *value > 1.0));
        match kind {
            // `dynamic` stretches only what is longer than the positions that we offer.
            "default" | "dynamic" => Ok(Self::None),
            "linear" => Ok(Self::Linear { factor: number("factor")? }),
            "llama3" => {
                let (low, high) = (number("low_freq_factor")?, number("high_freq_factor")?);
                if high <= low {
                    return Err("rope type `llama3`: `high_freq_factor` must be above `low_freq_factor`".to_owned());
                }
                let original = number("original_max_position_embeddings")?;
                Ok(Self::Llama3 { factor: number("factor")?, low, high, original })
            }
            "yarn" => {
                let factor = number("factor")?;
                let grown = |scale: f64| if factor <= 1.0 { 1.0 } else { 0.1 * scale * factor.ln() + 1.0 };
                let attention = match (optional("attention_factor"), optional("mscale"), optional("mscale_all_dim")) {
                    (Some(factor), ..) => factor,
                    (None, Some(scale), Some(all)) => grown(scale) / grown(all),
                    _ => grown(1.0),
                };
                Ok(Self::Yarn {
                    factor,
                    attention,
                    fast: optional("beta_fast").unwrap_or(32.0),
                    slow: optional("beta_slow").unwrap_or(1.0),
                    original: original.unwrap_or(max_positions as f64),
                    truncates: parameters["truncate"].as_bool().unwrap_or(true),
                })
            }
            "longrope" | "su" => {
                let factors = |name: &str| {
                    let listed = parameters[name].as_array().map(|listed| {
                        listed.iter().filter_map(Json::as_f64).filter(|f| f.is_finite() && *f > 0.0).collect()
                    });
                    let fits = |factors: &Vec<f64>| factors.len() == width / 2;
                    listed
                        .filter(fits)
                        .ok_or_else(|| format!("rope type `{kind}` needs {} numbers above 0 in `{name}`", width / 2))
                };
                let grown = match original {
                    Some(original) => max_positions as f64 / original,
                    None => optional("factor").unwrap_or(1.0),
                };
                let original = original.unwrap_or(max_positions as f64);
                let attention = optional("attention_factor").unwrap_or_else(|| match grown {
                    grown if grown <= 1.0 => 1.0,
                    grown => (1.0 + grown.ln() / original.ln()).sqrt(),
                });
                Ok(Self::Long { short: factors("short_factor")?, long: factors("long_factor")?, original, attention })
            }
            other => Err(format!(
                "rope type `{other}` is not supported; `default`, `dynamic`, `linear`, `llama3`, `yarn` and `longrope` are"
            )),
        }
    }
}

/// Cosines and sines, each `positions x width / 2`, position by position.
#[derive(Debug)]
pub struct Angles {
    /// Half of the numbers of a head that are turned.
    pub half: usize,
    pub cos: Vec<f32>,
    pub sin: Vec<f32>,
}

impl Angles {
    pub fn new(rope: &Rope, positions: usize) -> Self {
        let (frequencies, attention) = rope.frequencies(positions);
        let attention = attention as f32;
        let angles = || (0..positions).flat_map(|position| frequencies.iter().map(move |f| position as f32 * f));
        Self {
            half: frequencies.len(),
            cos: angles().map(|angle| angle.cos() * attention).collect(),
            sin: angles().map(|angle| angle.sin() * attention).collect(),
        }
    }

    /// Where a position's angles are in both.
    pub fn at(&self, position: usize) -> std::ops::Range<usize> {
        position * self.half..(position + 1) * self.half
    }
}
