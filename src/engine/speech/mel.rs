//! Whisper's picture of sound: 80 or 128 mels of 16 kHz, a frame every 10 ms.
//!
//! Windows of 400 samples under Hann's curve, power, Slaney's mel scale and norm, log10, nothing more than 8 below the
//! window's loudest, then `(x + 4) / 4`: as Transformers' `WhisperFeatureExtractor` has it.

use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use super::RATE;
use crate::engine::kernels::{Activation, Isa, Linear, threads};

pub const HOP: usize = 160;
const SIZE: usize = 400;
const BINS: usize = SIZE / 2 + 1;

/// The filters, and the transform's plan.
pub struct Mel {
    count: usize,
    hann: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    filters: Linear,
}

impl Mel {
    pub fn new(isa: Isa, count: usize) -> Self {
        let turn = std::f64::consts::TAU / SIZE as f64;
        let hann = (0..SIZE).map(|at| (0.5 - 0.5 * (turn * at as f64).cos()) as f32).collect();
        let filters = Linear::new(isa, &filters(count), &vec![0.0; count], BINS);
        Self { count, hann, fft: RealFftPlanner::new().plan_fft_forward(SIZE), filters }
    }

    /// `[frames, count]` of `sound`, which is continued by silence up to `frames * HOP` samples.
    pub fn picture(&self, sound: &[f32], frames: usize) -> Vec<f32> {
        let sound = &sound[..sound.len().min(frames * HOP)];
        // What is before the start and behind the end is what is inside, mirrored.
        let at = |place: isize| {
            let last = (frames * HOP).max(2) as isize - 1;
            let place = if place < 0 { -place } else { place };
            let place = if place > last { 2 * last - place } else { place };
            sound.get(place.unsigned_abs()).copied().unwrap_or(0.0)
        };
        let mut power = vec![0.0; frames * BINS];
        threads::each_row(&mut power, BINS, |frame, row| {
            let start = (frame * HOP) as isize - (SIZE / 2) as isize;
            let (mut input, mut output) = (self.fft.make_input_vec(), self.fft.make_output_vec());
            for (index, (value, weight)) in input.iter_mut().zip(&self.hann).enumerate() {
                *value = at(start + index as isize) * weight;
            }
            // The vectors are of the plan's own making, so nothing can be wrong with their lengths.
            if self.fft.process(&mut input, &mut output).is_ok() {
                row.iter_mut().zip(&output).for_each(|(power, value)| *power = value.norm_sqr());
            }
        });
        let mut mels = vec![0.0; frames * self.count];
        self.filters.forward(&power, Activation::None, &mut mels);
        let mut loudest = f32::MIN;
        for value in &mut mels {
            *value = value.max(1e-10).log10();
            loudest = loudest.max(*value);
        }
        mels.iter_mut().for_each(|value| *value = (value.max(loudest - 8.0) + 4.0) / 4.0);
        mels
    }
}

/// `[count, BINS]`: triangles on Slaney's mel scale, each of unit area.
fn filters(count: usize) -> Vec<f32> {
    // Linear below 1 kHz, logarithmic above.
    let log_step = 6.4_f64.ln() / 27.0;
    let hertz = |mel: f64| match mel < 15.0 {
        true => 200.0 / 3.0 * mel,
        false => 1000.0 * (log_step * (mel - 15.0)).exp(),
    };
    let nyquist = f64::from(RATE) / 2.0;
    let top = 15.0 + (nyquist / 1000.0).ln() / log_step;
    let edges: Vec<f64> = (0..count + 2).map(|at| hertz(top * at as f64 / (count + 1) as f64)).collect();
    let bins = |at: usize| nyquist * at as f64 / (BINS - 1) as f64;
    let mut filters = Vec::with_capacity(count * BINS);
    for edge in edges.windows(3) {
        let norm = 2.0 / (edge[2] - edge[0]);
        filters.extend((0..BINS).map(bins).map(|bin| {
            let (rise, fall) = ((bin - edge[0]) / (edge[1] - edge[0]), (edge[2] - bin) / (edge[2] - edge[1]));
            (rise.min(fall).max(0.0) * norm) as f32
        }));
    }
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_loudest_in_its_own_mel_and_silence_is_flat() {
        let mel = Mel::new(Isa::best(), 80);
        let tone: Vec<f32> = (0..16_000).map(|at| (at as f32 * std::f32::consts::FRAC_PI_8).sin() * 0.5).collect();
        let picture = mel.picture(&tone, 100);
        let row = &picture[50 * 80..51 * 80];
        let loudest = (0..80).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
        // 1 kHz is at 15 of 45.2 mels.
        assert!((26..=28).contains(&loudest), "{loudest}");
        let silence = mel.picture(&[], 10);
        assert!(silence.iter().all(|value| (value + 1.5).abs() < 1e-6));
    }
}
