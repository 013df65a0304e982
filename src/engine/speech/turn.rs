//! Whether a speaker has finished, judged by what an ear without a dictionary has: how long they have been silent, how the
//! voice fell at the end, and whether they spoke at all. A stand-in for smart-turn, and labelled so.

use super::RATE;
use super::voice::{FRAME, levels, stretches, threshold};

/// What the end of a recording sounds like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    pub is_complete: bool,
    /// 0 to 1; complete from a half on.
    pub probability: f32,
}

/// Seconds at the end that are listened to: as long as smart-turn's own window.
const WINDOW: usize = 16;

/// Judges the end of `sound`, mono at 16 kHz.
pub fn turn(sound: &[f32]) -> Turn {
    let sound = &sound[sound.len().saturating_sub(WINDOW * RATE as usize)..];
    let probability = match stretches(sound).last() {
        // Nobody has a turn to finish.
        None => 0.0,
        Some(last) => {
            let levels = levels(sound);
            let threshold = threshold(&levels);
            let spoken = levels.iter().rposition(|level| *level > threshold).map_or(0, |frame| frame + 1);
            let silence = (sound.len().saturating_sub(spoken * FRAME)) as f32 / RATE as f32;
            let voice = &sound
                [last.start.max((spoken * FRAME).saturating_sub(RATE as usize))..(spoken * FRAME).min(sound.len())];
            // Half a second of silence is the end of most turns; a voice that sinks needs less, one that rises more.
            let score = 8.0 * (silence - 0.35) + 6.0 * sinking(voice).clamp(-0.3, 0.3);
            1.0 / (1.0 + (-score).exp())
        }
    };
    Turn { is_complete: probability >= 0.5, probability }
}

/// By how much pitch and loudness fall over the last second of a voice: the mean of both, as a share.
fn sinking(voice: &[f32]) -> f32 {
    let half = voice.len() / 2;
    if half < 5 * FRAME {
        return 0.0;
    }
    let (early, late) = voice.split_at(half);
    let level = |part: &[f32]| (part.iter().map(|x| x * x).sum::<f32>() / part.len() as f32).sqrt();
    let fall = |before: f32, after: f32| if before + after > 0.0 { (before - after) / (before + after) } else { 0.0 };
    let pitch = match (pitch(early), pitch(late)) {
        (Some(before), Some(after)) => 2.0 * fall(before, after),
        _ => 0.0,
    };
    (fall(level(early), level(late)) + pitch) / 2.0
}

/// The pitch of a voice in Hz: the median over frames of 40 ms of the lag at which they are most like themselves.
fn pitch(voice: &[f32]) -> Option<f32> {
    let (shortest, longest) = (RATE as usize / 400, RATE as usize / 70);
    let mut found: Vec<f32> = Vec::new();
    for frame in voice.windows(2 * FRAME + longest).step_by(2 * FRAME) {
        let (head, power) = (&frame[..2 * FRAME], frame.iter().map(|x| x * x).sum::<f32>());
        if power < 1e-6 {
            continue;
        }
        let likeness = |lag: usize| {
            let other = &frame[lag..lag + 2 * FRAME];
            let product: f32 = head.iter().zip(other).map(|(a, b)| a * b).sum();
            let (a, b): (f32, f32) = (head.iter().map(|x| x * x).sum(), other.iter().map(|x| x * x).sum());
            product / (a * b).sqrt().max(1e-9)
        };
        let best = (shortest..longest).map(|lag| (lag, likeness(lag))).max_by(|a, b| a.1.total_cmp(&b.1));
        found.extend(best.filter(|(_, likeness)| *likeness > 0.6).map(|(lag, _)| RATE as f32 / lag as f32));
    }
    found.sort_unstable_by(f32::total_cmp);
    found.get(found.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A buzz of a second and a half that glides from one pitch to another, and then silence.
    fn voice(from: f32, to: f32, silence: f32) -> Vec<f32> {
        let count = RATE as usize * 3 / 2;
        let mut phase = 0.0_f32;
        let mut sound: Vec<f32> = (0..count)
            .map(|at| {
                phase += (from + (to - from) * at as f32 / count as f32) / RATE as f32;
                (1..6).map(|part| (phase * part as f32 * std::f32::consts::TAU).sin() * 0.1 / part as f32).sum()
            })
            .collect();
        sound.resize(count + (silence * RATE as f32) as usize, 0.0);
        sound
    }

    #[test]
    fn silence_after_a_voice_ends_a_turn() {
        assert!(turn(&voice(120.0, 120.0, 1.0)).is_complete);
        assert!(!turn(&voice(120.0, 120.0, 0.0)).is_complete);
        assert!(turn(&voice(120.0, 120.0, 1.0)).probability > turn(&voice(120.0, 120.0, 0.5)).probability);
    }

    #[test]
    fn a_sinking_voice_is_nearer_to_its_end_than_a_rising_one() {
        let (sinks, rises) = (turn(&voice(200.0, 100.0, 0.3)), turn(&voice(100.0, 200.0, 0.3)));
        assert!(sinks.probability > rises.probability + 0.2, "{sinks:?} {rises:?}");
    }

    #[test]
    fn nobody_speaks_in_silence_and_nothing_breaks_on_scraps() {
        assert_eq!(turn(&[0.0; 16_000]), Turn { is_complete: false, probability: 0.0 });
        for length in [0, 1, 100, 321, 5000] {
            let found = turn(&voice(100.0, 150.0, 0.0)[..length]);
            assert!((0.0..=1.0).contains(&found.probability));
        }
    }
}
