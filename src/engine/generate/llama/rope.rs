//! Rotary position embeddings: the angles, and Llama 3's stretching of the slow ones.

use serde_json::Value as Json;

use super::config::Config;

/// `rope_type: llama3`.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    factor: f64,
    low_freq_factor: f64,
    high_freq_factor: f64,
    original_positions: f64,
}

impl Scaling {
    /// From `rope_scaling` or `rope_parameters`; another type than `default` and `llama3` is refused by name.
    pub fn parse(parameters: &Json) -> Result<Option<Self>, String> {
        let kind = parameters["rope_type"].as_str().or_else(|| parameters["type"].as_str());
        match kind {
            None | Some("default") => Ok(None),
            Some("llama3") => {
                let number = |name: &str| {
                    let value = parameters[name].as_f64().filter(|value| value.is_finite() && *value > 0.0);
                    value.ok_or_else(|| format!("rope type `llama3` needs `{name}` above 0"))
                };
                let scaling = Self {
                    factor: number("factor")?,
                    low_freq_factor: number("low_freq_factor")?,
                    high_freq_factor: number("high_freq_factor")?,
                    original_positions: number("original_max_position_embeddings")?,
                };
                if scaling.high_freq_factor <= scaling.low_freq_factor {
                    return Err("rope type `llama3`: `high_freq_factor` must be above `low_freq_factor`".to_owned());
                }
                Ok(Some(scaling))
            }
            Some(other) => Err(format!("rope type `{other}` is not supported; `default` and `llama3` are")),
        }
    }

    fn apply(&self, frequency: f64) -> f64 {
        let wavelength = std::f64::consts::TAU / frequency;
        if wavelength < self.original_positions / self.high_freq_factor {
            frequency
        } else if wavelength > self.original_positions / self.low_freq_factor {
            frequency / self.factor
        } else {
            let smooth = (self.original_positions / wavelength - self.low_freq_factor)
                / (self.high_freq_factor - self.low_freq_factor);
            (1.0 - smooth) * frequency / self.factor + smooth * frequency
        }
    }
}

/// Cosines and sines, each `positions x head_dim / 2`, position by position.
#[derive(Debug)]
pub struct Angles {
    pub cos: Vec<f32>,
    pub sin: Vec<f32>,
}

impl Angles {
    pub fn new(config: &Config, positions: usize) -> Self {
        let half = config.head_dim / 2;
        // In f32 where Transformers computes in f32, so that late positions agree.
        let frequencies: Vec<f32> = (0..half)
            .map(|index| {
                let frequency = config.rope_theta.powf(-((2 * index) as f64) / config.head_dim as f64);
                config.rope_scaling.as_ref().map_or(frequency, |scaling| scaling.apply(frequency)) as f32
            })
            .collect();
        let angles = || (0..positions).flat_map(|position| frequencies.iter().map(move |f| position as f32 * f));
        Self { cos: angles().map(f32::cos).collect(), sin: angles().map(f32::sin).collect() }
    }
}
