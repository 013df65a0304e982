//! From pieces to a score: postures of mouth and throat with their durations and the pitch.

use super::phoneme::{Kind, Phoneme, Posture};
use super::voice::Voice;
use super::words::{Piece, Tune};

/// A posture for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Note {
    pub posture: Posture,
    pub ms: f32,
    /// Of the voice, in hertz.
    pub pitch: f32,
}

/// Lips that only breathe.
const REST: Posture = Posture {
    formants: [500.0, 1500.0, 2500.0],
    bandwidths: [90.0, 120.0, 160.0],
    voice: 0.0,
    breath: 0.0,
    hiss: 0.0,
    pitch_of_hiss: 4000.0,
    width_of_hiss: 3000.0,
};

/// The score of a text's pieces.
pub fn score(pieces: &[Piece], voice: &Voice) -> Vec<Note> {
    let mut score = Score { notes: Vec::new(), voice: *voice, pitch: voice.pitch };
    score.rest(60.0);
    for group in pieces.chunk_by(|piece, _| matches!(piece, Piece::Word { .. })) {
        let (pause, tune) = match group.last() {
            Some(Piece::Pause { ms, tune }) => (*ms, *tune),
            _ => (120.0, Tune::Fall),
        };
        let words: Vec<_> = group
            .iter()
            .filter_map(|piece| match piece {
                Piece::Word { sounds, is_light } => Some((sounds, *is_light)),
                Piece::Pause { .. } => None,
            })
            .collect();
        let all: usize = words.iter().map(|(sounds, _)| sounds.len()).sum();
        let mut done = 0;
        for (number, (sounds, is_light)) in words.iter().enumerate() {
            let next = words.get(number + 1).and_then(|(sounds, _)| sounds.first());
            let place = Place { done, all, tune, is_last: number + 1 == words.len(), is_light: *is_light };
            score.word(sounds, next.copied(), &place);
            done += sounds.len();
        }
        score.rest(pause);
    }
    score.rest(60.0);
    score.notes
}

/// Where a word stands between two pauses.
struct Place {
    /// Sounds before it, of how many.
    done: usize,
    all: usize,
    tune: Tune,
    is_last: bool,
    is_light: bool,
}

struct Score {
    notes: Vec<Note>,
    voice: Voice,
    /// For what comes next.
    pitch: f32,
}

impl Score {
    fn note(&mut self, posture: Posture, ms: f32) {
        self.notes.push(Note { posture, ms: ms / self.voice.rate, pitch: self.pitch });
    }

    fn rest(&mut self, ms: f32) {
        let formants = self.notes.last().map_or(REST.formants, |note| note.posture.formants);
        self.note(Posture { formants, ..REST }, ms);
    }

    fn word(&mut self, sounds: &[Phoneme], after: Option<Phoneme>, place: &Place) {
        // English words mostly lean on their first full vowel.
        let is_full = |sound: &&Phoneme| sound.is_vowel() && **sound != Phoneme::AX;
        let leaning = sounds.iter().position(|sound| is_full(&sound)).filter(|_| !place.is_light);
        let last_vowel = sounds.iter().rposition(|sound| sound.is_vowel());
        for (number, sound) in sounds.iter().enumerate() {
            let next = sounds.get(number + 1).copied().or(after);
            let before = number.checked_sub(1).map(|before| sounds[before]);
            let is_leaning = leaning == Some(number);
            let is_final = place.is_last && last_vowel.is_some_and(|last| number >= last);
            // The voice sinks from pause to pause; the end has a tune of its own.
            let along = (place.done + number) as f32 / place.all.max(1) as f32;
            let mut pitch = 1.1 - 0.2 * along;
            if is_leaning {
                pitch += 0.12;
            }
            if is_final {
                pitch *= match place.tune {
                    Tune::Fall => 0.84,
                    Tune::Rise => 1.4,
                    Tune::Hang => 1.06,
                };
            }
            self.pitch = self.voice.pitch * pitch;
            let stretch = if is_final { 1.35 } else { 1.0 } * if place.is_light { 0.85 } else { 1.0 };
            self.sound(*sound, before, next, is_leaning, stretch);
        }
    }

    fn sound(
        &mut self,
        sound: Phoneme,
        before: Option<Phoneme>,
        next: Option<Phoneme>,
        is_leaning: bool,
        stretch: f32,
    ) {
        match sound.kind() {
            Kind::Vowel(from, to) => {
                let length = match sound {
                    _ if sound.is_diphthong() => 165.0,
                    Phoneme::AX => 60.0,
                    Phoneme::IH | Phoneme::UH | Phoneme::EH | Phoneme::AH => 95.0,
                    _ => 120.0,
                };
                // Before a sound without voice a vowel is shorter, by which it is told apart.
                let is_cut = next.is_some_and(|next| !has_voice(next));
                let length = length * stretch * if is_leaning { 1.15 } else { 0.9 } * if is_cut { 0.85 } else { 1.0 };
                let level = if is_leaning { 1.0 } else { 0.8 };
                let level = |posture: Posture| Posture { voice: posture.voice * level, ..posture };
                if from == to {
                    self.note(level(from), length);
                } else {
                    self.note(level(from), length * 0.5);
                    self.note(level(to), length * 0.5);
                }
            }
            Kind::Sonorant(posture) => {
                let length = match sound {
                    Phoneme::RD => 28.0,
                    Phoneme::RR => return self.trill(posture),
                    Phoneme::M | Phoneme::N | Phoneme::NG => 70.0,
                    _ => 62.0,
                };
                self.note(posture, length * stretch);
            }
            Kind::Fricative(posture) => {
                let length = if posture.voice > 0.0 { 65.0 } else { 95.0 };
                self.note(posture, length * stretch);
            }
            Kind::Breath => {
                let posture = Posture { formants: ahead(next), voice: 0.0, breath: 0.35, ..REST };
                self.note(posture, 60.0);
            }
            Kind::Stop { release, is_voiced, after } => self.stop(sound, before, next, release, is_voiced, after),
        }
    }

    /// The tongue's tip strikes twice.
    fn trill(&mut self, posture: Posture) {
        for _ in 0..2 {
            self.note(Posture { voice: 0.12, ..posture }, 18.0);
            self.note(Posture { voice: 0.6, ..posture }, 22.0);
        }
    }

    fn stop(
        &mut self,
        sound: Phoneme,
        before: Option<Phoneme>,
        next: Option<Phoneme>,
        mut release: Posture,
        is_voiced: bool,
        after: Option<Posture>,
    ) {
        if matches!(sound, Phoneme::K | Phoneme::G) {
            // The tongue closes where the next vowel will need it.
            let second = ahead(next)[1];
            release.formants[1] = if second < 1300.0 { second * 1.2 + 150.0 } else { second.max(1800.0) };
            release.pitch_of_hiss = release.formants[1];
        }
        let murmur = if is_voiced { 0.15 } else { 0.0 };
        let closed = Posture {
            voice: murmur,
            hiss: 0.0,
            formants: [200.0, release.formants[1], release.formants[2]],
            ..release
        };
        self.note(closed, if is_voiced { 50.0 } else { 62.0 });
        self.note(release, 12.0);
        let opens = next.is_some_and(|next| has_voice(next) && !matches!(next.kind(), Kind::Stop { .. }));
        match after {
            Some(hiss) => self.note(hiss, if is_voiced { 45.0 } else { 65.0 }),
            // Breath before the voice comes in; not behind an s.
            None if !is_voiced && opens && before != Some(Phoneme::S) => {
                self.note(Posture { formants: ahead(next), breath: 0.3, ..REST }, 38.0);
            }
            None if next.is_none() => self.note(Posture { formants: release.formants, breath: 0.08, ..REST }, 25.0),
            None => {}
        }
    }
}

fn has_voice(sound: Phoneme) -> bool {
    match sound.kind() {
        Kind::Vowel(..) | Kind::Sonorant(_) => true,
        Kind::Fricative(posture) => posture.voice > 0.0,
        Kind::Stop { is_voiced, .. } => is_voiced,
        Kind::Breath => false,
    }
}

/// The formants that the next sound begins with.
fn ahead(next: Option<Phoneme>) -> [f32; 3] {
    match next.map(Phoneme::kind) {
        Some(Kind::Vowel(posture, _) | Kind::Sonorant(posture) | Kind::Fricative(posture)) => posture.formants,
        Some(Kind::Stop { release, .. }) => release.formants,
        Some(Kind::Breath) | None => REST.formants,
    }
}
