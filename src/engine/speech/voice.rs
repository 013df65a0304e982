//! Where somebody speaks, by loudness alone: frames of 20 ms that stand out from the quietest ones.

use std::ops::Range;

use super::RATE;

/// Samples of a frame.
pub const FRAME: usize = RATE as usize / 50;
/// Below this a frame is silence, however quiet the rest is: -60 dB of full scale.
const FLOOR: f32 = 1e-3;
/// Frames that a pause may last inside of a stretch.
const PAUSE: usize = 15;
/// Frames around a stretch that belong to it.
const AROUND: usize = 5;

/// Root mean square of every frame.
pub fn levels(sound: &[f32]) -> Vec<f32> {
    let level = |frame: &[f32]| (frame.iter().map(|x| x * x).sum::<f32>() / frame.len() as f32).sqrt();
    sound.chunks(FRAME).map(level).collect()
}

/// What a frame must be louder than to be voice: well above the background, well below the loudest.
pub fn threshold(levels: &[f32]) -> f32 {
    let mut sorted = levels.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let at = |part: f32| sorted.get((sorted.len() as f32 * part) as usize).copied().unwrap_or(0.0);
    (at(0.1) * 3.0).min(at(0.95) * 0.3).max(at(0.95) * 0.05).max(FLOOR)
}

/// Stretches of speech, in samples.
pub fn stretches(sound: &[f32]) -> Vec<Range<usize>> {
    let levels = levels(sound);
    let threshold = threshold(&levels);
    let mut found: Vec<Range<usize>> = Vec::new();
    for (frame, _) in levels.iter().enumerate().filter(|(_, level)| **level > threshold) {
        match found.last_mut() {
            Some(last) if frame <= last.end + PAUSE => last.end = frame + 1,
            _ => found.push(frame..frame + 1),
        }
    }
    let wide = found.into_iter().filter(|one| one.len() >= 3);
    wide.map(|one| one.start.saturating_sub(AROUND) * FRAME..((one.end + AROUND) * FRAME).min(sound.len())).collect()
}

/// The quietest place of `sound` between two of its samples, to cut it there.
pub fn quietest(sound: &[f32], within: Range<usize>) -> usize {
    let levels = levels(&sound[within.clone()]);
    // A pause of a fifth of a second is better than one quiet frame.
    let wide = 10.min(levels.len().max(1));
    let sums = levels.windows(wide).map(|window| window.iter().sum::<f32>());
    let best = sums.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(at, _)| at);
    (within.start + (best + wide / 2) * FRAME).min(within.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bursts() -> Vec<f32> {
        // Noise of -66 dB, and two bursts of a tone.
        let mut sound: Vec<f32> = (0..5 * RATE).map(|at| if at % 2 == 0 { 5e-4 } else { -5e-4 }).collect();
        for start in [16_000, 56_000] {
            for (at, x) in sound[start..start + 8000].iter_mut().enumerate() {
                *x += (at as f32 * 0.2).sin() * 0.1;
            }
        }
        sound
    }

    #[test]
    fn bursts_are_found_and_silence_has_none() {
        let found = stretches(&bursts());
        assert_eq!(found.len(), 2);
        assert!(found[0].contains(&16_100) && found[0].contains(&23_900) && found[0].len() < 13_000, "{found:?}");
        assert!(stretches(&vec![0.0; 16_000]).is_empty() && stretches(&[]).is_empty());
    }

    #[test]
    fn a_cut_falls_into_a_pause() {
        let cut = quietest(&bursts(), 17_000..60_000);
        assert!((24_000..56_000).contains(&cut), "{cut}");
        assert_eq!(quietest(&[0.0; 100], 50..50), 50);
    }
}
