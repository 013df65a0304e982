//! From a score to samples: a source of pulses and breath through the resonances of a throat, and hiss beside it.
//!
//! The plan is the well-known one of formant synthesisers (a cascade of two-pole resonators, after Fant's source and
//! filter); the numbers are ours.

use std::f32::consts::PI;

use super::prosody::Note;
use super::voice::Voice;
use crate::engine::backend::Failure;
use crate::engine::queue::Check;

/// Of the higher formants, which hardly move.
const HIGHER: [(f32, f32); 2] = [(3500.0, 200.0), (4600.0, 300.0)];
/// Of a period, how long the vocal cords are open.
const OPEN: f32 = 0.62;
/// The loudest sample.
const LOUDEST: f32 = 0.75;

/// A resonator of two poles.
#[derive(Debug, Clone, Copy, Default)]
struct Resonator {
    gain: f32,
    back: [f32; 2],
    last: [f32; 2],
}

impl Resonator {
    /// At a frequency and bandwidth in hertz; constant sound passes as it is.
    fn tune(&mut self, frequency: f32, bandwidth: f32, rate: f32) {
        let radius = (-PI * bandwidth / rate).exp();
        let turn = (2.0 * PI * frequency / rate).cos();
        self.back = [2.0 * radius * turn, -radius * radius];
        self.gain = 1.0 - self.back[0] - self.back[1];
    }

    fn next(&mut self, input: f32) -> f32 {
        let output = self.gain * input + self.back[0] * self.last[0] + self.back[1] * self.last[1];
        self.last = [output, self.last[0]];
        output
    }
}

/// Follows a target without a jump: two delays of the first order.
#[derive(Debug, Clone, Copy, Default)]
struct Slide([f32; 2]);

impl Slide {
    fn follow(&mut self, target: f32, part: f32) -> f32 {
        self.0[0] += (target - self.0[0]) * part;
        self.0[1] += (self.0[0] - self.0[1]) * part;
        self.0[1]
    }
}

/// White noise from -1 to 1, the same on every machine.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as f32 / 2_147_483_648.0 - 1.0
    }
}

/// Samples that a score takes at `rate`.
pub fn length(score: &[Note], rate: u32) -> usize {
    let ms: f64 = score.iter().map(|note| f64::from(note.ms)).sum();
    (ms * f64::from(rate) / 1000.0).round() as usize
}

/// What is controlled, once a millisecond.
#[derive(Default)]
struct Controls {
    formants: [Slide; 3],
    bandwidths: [Slide; 3],
    voice: Slide,
    breath: Slide,
    hiss: Slide,
    hiss_at: Slide,
    hiss_width: Slide,
    pitch: Slide,
}

/// The samples of a score, in -1..=1. `check` is called now and then, and ends the work.
pub fn samples(score: &[Note], voice: &Voice, seed: u32, rate: u32, check: Check<'_>) -> Result<Vec<f32>, Failure> {
    let total = length(score, rate);
    let mut samples = Vec::with_capacity(total);
    let per_second = rate as f32;
    let nyquist = per_second * 0.47;
    let (mut controls, mut noise) = (Controls::default(), Noise(seed | 1));
    let mut throat = [Resonator::default(); 5];
    let mut teeth = Resonator::default();
    let (mut before, mut phase, mut soft, mut deep) = ([0.0_f32; 2], 0.0_f32, 0.0_f32, 0.0_f32);
    // Noise is as loud at every rate, and so is the softening of the pulses.
    let noisy = (per_second / 16_000.0).sqrt();
    let soften = 1.0 - (-2.0 * PI * 7000.0 / per_second).exp();
    let deepen = 1.0 - (-2.0 * PI * 1500.0 / per_second).exp();
    let mut ends = 0.0_f64;
    for (number, note) in score.iter().enumerate() {
        if number.is_multiple_of(64) {
            check()?;
        }
        if number == 0 {
            controls.start(note);
        }
        ends += f64::from(note.ms);
        let end = ((ends * f64::from(rate) / 1000.0).round() as usize).min(total);
        while samples.len() < end {
            let posture = &note.posture;
            let formants: [f32; 3] = std::array::from_fn(|at| controls.formants[at].follow(posture.formants[at], 0.09));
            let widths: [f32; 3] =
                std::array::from_fn(|at| controls.bandwidths[at].follow(posture.bandwidths[at], 0.09));
            let loud = controls.voice.follow(posture.voice, 0.22);
            let breath = controls.breath.follow(posture.breath, 0.25) + voice.breath * loud;
            let hiss = controls.hiss.follow(posture.hiss, 0.3);
            let hiss_at = controls.hiss_at.follow(posture.pitch_of_hiss, 0.3).min(per_second * 0.42);
            let hiss_width = controls.hiss_width.follow(posture.width_of_hiss, 0.3);
            let pitch = controls.pitch.follow(note.pitch, 0.03);
            let lower = formants.into_iter().zip(widths);
            for ((frequency, width), resonator) in lower.chain(HIGHER).zip(&mut throat) {
                let frequency = frequency * voice.size;
                if frequency < nyquist {
                    resonator.tune(frequency, width, per_second);
                } else {
                    *resonator = Resonator { gain: 1.0, ..Resonator::default() };
                }
            }
            teeth.tune(hiss_at, hiss_width, per_second);
            // Around its middle a band passes as it is.
            let width = (-PI * hiss_width / per_second).exp();
            let band = (1.0 - width * width) / 2.0 / teeth.gain;
            let step = pitch / per_second;
            for _ in 0..(rate as usize / 1000).max(1).min(end - samples.len()) {
                phase += step;
                if phase >= 1.0 {
                    // No voice is quite even.
                    phase -= 1.0 + 0.006 * noise.next();
                }
                let open = (phase / OPEN).clamp(0.0, 1.0);
                let pulse = (2.0 * open - 3.0 * open * open) * loud;
                soft += (pulse - soft) * soften;
                deep += (soft - deep) * deepen;
                let white = noise.next() * noisy;
                // Brighter than a pulse is by itself, or the higher formants drown.
                let source = 3.5 * (soft - deep)
                    + 0.8 * deep
                    + 2.0 * white * breath * (if phase < OPEN || loud < 0.05 { 1.0 } else { 0.4 });
                let voiced = throat.iter_mut().rev().fold(source, |sound, resonator| resonator.next(sound));
                // Voice and hiss go together in a buzz.
                let buzz = if loud > 0.1 && phase > OPEN { 0.5 } else { 1.0 };
                let white = white * hiss * buzz;
                let hissed = teeth.next(white - before[1]) * band;
                before = [white, before[0]];
                samples.push(voiced + hissed * 1.3);
            }
        }
    }
    level(&mut samples);
    Ok(samples)
}

impl Controls {
    /// At the first note there is nothing to come from.
    fn start(&mut self, note: &Note) {
        let at = |value: f32| Slide([value; 2]);
        self.formants = note.posture.formants.map(at);
        self.bandwidths = note.posture.bandwidths.map(at);
        self.hiss_at = at(note.posture.pitch_of_hiss);
        self.hiss_width = at(note.posture.width_of_hiss);
        self.pitch = at(note.pitch);
    }
}

/// Brings the loudest to [`LOUDEST`].
fn level(samples: &mut [f32]) {
    let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    if peak > 1e-6 {
        samples.iter_mut().for_each(|sample| *sample *= LOUDEST / peak);
    }
}
