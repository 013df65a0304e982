use super::*;

fn say(text: &str, rate: u32) -> Vec<f32> {
    Speech::read(text, Language::English, "orion").samples(rate, &|| Ok(())).unwrap()
}

fn loudness(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// Of the samples' differences to their size: high for hisses, low for vowels.
fn brightness(samples: &[f32]) -> f32 {
    let steps: Vec<f32> = samples.windows(2).map(|pair| pair[1] - pair[0]).collect();
    loudness(&steps) / loudness(samples).max(1e-9)
}

#[test]
fn it_speaks_about_as_fast_as_people() {
    let text = "The quick brown fox jumps over the lazy dog, and nobody in the village is surprised any more.";
    for rate in [8_000, 22_050, 48_000] {
        let samples = say(text, rate);
        let seconds = samples.len() as f32 / rate as f32;
        let words = text.split(' ').count() as f32;
        assert!((2.0..3.3).contains(&(words / seconds)), "{} words a second", words / seconds);
        assert_eq!(samples.len(), Speech::read(text, Language::English, "orion").length(rate));
        assert!(samples.iter().all(|sample| sample.abs() <= 0.76));
        assert!((0.03..0.3).contains(&loudness(&samples)), "{}", loudness(&samples));
    }
}

#[test]
fn the_same_words_sound_the_same_and_other_speakers_do_not() {
    let said =
        |speaker: &str| Speech::read("Good morning.", Language::English, speaker).samples(16_000, &|| Ok(())).unwrap();
    assert_eq!(said("luna"), said("luna"));
    assert_ne!(said("luna"), said("zeus"));
}

#[test]
fn a_pause_is_silent_and_an_s_hisses() {
    let samples = say("Aah. Aah.", 16_000);
    let parts: Vec<f32> = samples.chunks(320).map(loudness).collect();
    let loudest = parts.iter().copied().fold(0.0, f32::max);
    let silent = parts.iter().filter(|part| **part < loudest / 100.0).count();
    assert!((10..60).contains(&silent), "{silent} of {}", parts.len());
    // The s comes behind a rest of 60 ms and lasts about 95.
    let sea = say("Sea.", 16_000);
    let (hiss, vowel) = (brightness(&sea[1300..2200]), brightness(&sea[3000..4000]));
    assert!(hiss > 2.0 * vowel, "{hiss} {vowel}");
}

#[test]
fn work_ends_when_nobody_waits() {
    let speech = Speech::read(&"word ".repeat(500), Language::English, "luna");
    assert!(speech.samples(16_000, &|| Err(Failure::Cancelled)).is_err());
}
