//! Where a recording is cut: windows that the network can hear at once, which end in pauses.

use std::ops::Range;

use super::{RATE, voice};

/// Samples that are too short to hold a word.
const SHORTEST: usize = RATE as usize / 50;

/// Windows of at most `most` samples over what is heard; one that would cut into speech ends in the quietest moment of its
/// last third. Stretches that fit into one window, the pauses between them included, share it.
pub fn windows(sound: &[f32], heard: &[Range<usize>], most: usize) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    for stretch in heard {
        let mut start = stretch.start;
        match windows.last_mut() {
            Some(last) if stretch.end - last.start <= most => {
                last.end = stretch.end;
                continue;
            }
            _ => {}
        }
        while stretch.end - start > most {
            let cut = voice::quietest(sound, start + most / 3 * 2..start + most).max(start + 1);
            windows.push(start..cut);
            start = cut;
        }
        windows.push(start..stretch.end);
    }
    windows.retain(|window| window.len() >= SHORTEST);
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_everything_and_end_in_pauses() {
        // Bursts of a second with pauses of half a second.
        let sound: Vec<f32> = (0..60 * 16_000_usize)
            .map(|at| if at % 24_000 < 16_000 { (at as f32 * 0.3).sin() * 0.2 } else { 0.0 })
            .collect();
        let all: Vec<_> = std::iter::once(0..sound.len()).collect();
        let found = windows(&sound, &all, 160_000);
        assert!(found.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!((found[0].start, found.last().unwrap().end), (0, sound.len()));
        for window in &found[..found.len() - 1] {
            assert!(window.len() <= 160_000 && window.end % 24_000 > 16_000, "{window:?}");
        }
        assert_eq!(
            windows(&sound, &[0..100, 400_000..500_000, 540_000..550_000], 160_000).first(),
            Some(&(400_000..550_000))
        );
        assert!(windows(&[], std::slice::from_ref(&(0..0)), 160_000).is_empty());
    }
}
