//! From samples to the lines of the spectrum: the 32 bands of the polyphase filter, each through a cosine transform of 36,
//! with the butterflies against aliasing (ISO 11172-3, C.1.3 and 2.4.3.4.10).

use std::f64::consts::PI;
use std::sync::OnceLock;

use super::FRAME;
use super::tables::WINDOW;

/// Samples by which a decoder's output is late: the two filters' 481, and one transform's overlap.
pub const DELAY: usize = 481 + FRAME;

const BANDS: usize = 32;
/// Lines of a band.
const LINES: usize = 18;

/// What does not change.
struct Tables {
    window: [f32; 512],
    /// Of the bands, by place.
    bands: [[f32; 64]; BANDS],
    /// Of the transform, its window included.
    lines: [[f32; 2 * LINES]; LINES],
    /// The butterflies.
    turn: [(f32, f32); 8],
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| Tables {
        window: std::array::from_fn(|at| window(at) as f32 / 32.0),
        bands: std::array::from_fn(|band| {
            std::array::from_fn(|at| ((2 * band + 1) as f64 * (at as f64 - 16.0) * PI / 64.0).cos() as f32)
        }),
        lines: std::array::from_fn(|line| {
            std::array::from_fn(|at| {
                let window = (PI / 36.0 * (at as f64 + 0.5)).sin();
                let angle = PI / 72.0 * (2 * at + 1 + LINES) as f64 * (2 * line + 1) as f64;
                (window * angle.cos() / 9.0) as f32
            })
        }),
        turn: [-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037_f64].map(|c| {
            let length = (1.0 + c * c).sqrt();
            ((1.0 / length) as f32, (c / length) as f32)
        }),
    })
}

/// The synthesis window.
fn window(at: usize) -> f64 {
    let value = match at {
        0..=256 => WINDOW[at],
        // Blocks of 64 alternate in sign, and the prototype is symmetric.
        _ if at.is_multiple_of(64) => WINDOW[512 - at],
        _ => -WINDOW[512 - at],
    };
    f64::from(value) / 65_536.0
}

/// The filters in the midst of a stream.
pub struct Filter {
    /// The last samples, newest first.
    heard: [f32; 512],
    /// The last granule of each band.
    before: [[f32; LINES]; BANDS],
}

impl Default for Filter {
    fn default() -> Self {
        Self { heard: [0.0; 512], before: [[0.0; LINES]; BANDS] }
    }
}

impl Filter {
    /// The spectrum of the next samples, lines from low to high.
    pub fn lines(&mut self, block: &[f32; FRAME]) -> [f32; FRAME] {
        let tables = tables();
        let mut bands = [[0.0_f32; LINES]; BANDS];
        for (time, samples) in block.chunks_exact(BANDS).enumerate() {
            self.heard.copy_within(0..512 - BANDS, BANDS);
            for (place, sample) in self.heard.iter_mut().zip(samples.iter().rev()) {
                *place = *sample;
            }
            let folded: [f32; 64] = std::array::from_fn(|at| {
                (0..8).map(|part| self.heard[at + 64 * part] * tables.window[at + 64 * part]).sum()
            });
            for (band, cosines) in bands.iter_mut().zip(&tables.bands) {
                band[time] = folded.iter().zip(cosines).map(|(value, cosine)| value * cosine).sum();
            }
        }
        let mut lines = [0.0; FRAME];
        for (number, (now, before)) in bands.iter_mut().zip(&mut self.before).enumerate() {
            if number % 2 == 1 {
                // Odd bands come with their frequencies upside down.
                now.iter_mut().skip(1).step_by(2).for_each(|value| *value = -*value);
            }
            for (line, cosines) in lines[number * LINES..][..LINES].iter_mut().zip(&tables.lines) {
                *line = before.iter().chain(now.iter()).zip(cosines).map(|(value, cosine)| value * cosine).sum();
            }
            *before = *now;
        }
        for edge in (LINES..FRAME).step_by(LINES) {
            for (step, (cos, sin)) in tables.turn.iter().enumerate() {
                let (up, down) = (lines[edge - 1 - step], lines[edge + step]);
                lines[edge - 1 - step] = up * cos + down * sin;
                lines[edge + step] = down * cos - up * sin;
            }
        }
        lines
    }
}
