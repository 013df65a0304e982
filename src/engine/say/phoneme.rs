//! The sounds of speech: their names, and how a mouth of middling size makes them.
//!
//! Formants in hertz after the averages that phonetics textbooks have of men's vowels, rounded.

use std::str::FromStr;

/// A sound, named as the ARPAbet does, with some that Spanish has beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[rustfmt::skip]
pub enum Phoneme {
    AA, AE, AH, AO, AX, EH, ER, IH, IY, UH, UW, AW, AY, EY, OW, OY,
    P, B, T, D, K, G, CH, JH, F, V, TH, DH, S, Z, SH, ZH, HH, M, N, NG, L, R, W, Y,
    /// Spanish: pure vowels, jota, the tap and the trill.
    E, O, X, RD, RR,
}

use Phoneme::*;

#[rustfmt::skip]
const NAMES: [(&str, Phoneme); 45] = [
    ("AA", AA), ("AE", AE), ("AH", AH), ("AO", AO), ("AX", AX), ("EH", EH), ("ER", ER), ("IH", IH), ("IY", IY),
    ("UH", UH), ("UW", UW), ("AW", AW), ("AY", AY), ("EY", EY), ("OW", OW), ("OY", OY), ("P", P), ("B", B), ("T", T),
    ("D", D), ("K", K), ("G", G), ("CH", CH), ("JH", JH), ("F", F), ("V", V), ("TH", TH), ("DH", DH), ("S", S),
    ("Z", Z), ("SH", SH), ("ZH", ZH), ("HH", HH), ("M", M), ("N", N), ("NG", NG), ("L", L), ("R", R), ("W", W),
    ("Y", Y), ("E", E), ("O", O), ("X", X), ("RD", RD), ("RR", RR),
];

impl FromStr for Phoneme {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, phoneme)| *phoneme).ok_or(())
    }
}

/// The sounds of a list of names; what is no name is left out.
pub fn listed(names: &str) -> impl Iterator<Item = Phoneme> + '_ {
    names.split_whitespace().filter_map(|name| name.parse().ok())
}

/// What the throat and the mouth do for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posture {
    /// The lowest three formants.
    pub formants: [f32; 3],
    pub bandwidths: [f32; 3],
    /// How strongly the voice sounds, breath streams through the throat, and air hisses at the lips or teeth.
    pub voice: f32,
    pub breath: f32,
    pub hiss: f32,
    /// Where the hiss is, and how wide.
    pub pitch_of_hiss: f32,
    pub width_of_hiss: f32,
}

const VOWEL: Posture = Posture {
    formants: [500.0, 1400.0, 2400.0],
    bandwidths: [70.0, 100.0, 150.0],
    voice: 1.0,
    breath: 0.015,
    hiss: 0.0,
    pitch_of_hiss: 4000.0,
    width_of_hiss: 3000.0,
};

fn vowel(formants: [f32; 3]) -> Posture {
    Posture { formants, ..VOWEL }
}

/// How a sound is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// From one posture to another, which is the same for a plain vowel.
    Vowel(Posture, Posture),
    /// Held.
    Sonorant(Posture),
    /// Air through a narrow place.
    Fricative(Posture),
    /// Closed and let go: the posture of the release, whether it has voice, and the hiss that may follow.
    Stop { release: Posture, is_voiced: bool, after: Option<Posture> },
    /// Breath in the posture of what follows.
    Breath,
}

fn hiss(formants: [f32; 3], hiss: f32, pitch_of_hiss: f32, width_of_hiss: f32, voice: f32) -> Posture {
    Posture { formants, voice, breath: 0.0, hiss, pitch_of_hiss, width_of_hiss, ..VOWEL }
}

fn held(formants: [f32; 3], bandwidths: [f32; 3], voice: f32) -> Kind {
    Kind::Sonorant(Posture { formants, bandwidths, voice, ..VOWEL })
}

impl Phoneme {
    pub fn is_vowel(self) -> bool {
        matches!(self.kind(), Kind::Vowel(..))
    }

    pub fn is_diphthong(self) -> bool {
        matches!(self, AW | AY | EY | OW | OY)
    }

    pub fn kind(self) -> Kind {
        let plain = |formants| Kind::Vowel(vowel(formants), vowel(formants));
        let gliding = |from, to| Kind::Vowel(vowel(from), vowel(to));
        let stop = |formants, strength, pitch, width, is_voiced| Kind::Stop {
            release: hiss(formants, strength, pitch, width, if is_voiced { 0.4 } else { 0.0 }),
            is_voiced,
            after: None,
        };
        let (labial, dental, velar) = ([320.0, 900.0, 2100.0], [320.0, 1750.0, 2650.0], [300.0, 1900.0, 2300.0]);
        let sibilant = |voice| hiss([300.0, 1650.0, 2600.0], 0.55 - voice * 0.6, 6200.0, 2600.0, voice);
        let hushing = |voice| hiss([300.0, 1850.0, 2500.0], 0.6 - voice * 0.7, 3000.0, 1300.0, voice);
        match self {
            AA => plain([730.0, 1100.0, 2450.0]),
            AE => plain([690.0, 1720.0, 2410.0]),
            AH => plain([630.0, 1220.0, 2400.0]),
            AO => plain([580.0, 850.0, 2400.0]),
            AX => plain([500.0, 1400.0, 2400.0]),
            EH => plain([540.0, 1830.0, 2480.0]),
            ER => plain([480.0, 1340.0, 1690.0]),
            IH => plain([400.0, 1980.0, 2550.0]),
            IY => plain([280.0, 2280.0, 3000.0]),
            UH => plain([440.0, 1030.0, 2250.0]),
            UW => plain([310.0, 880.0, 2250.0]),
            E => plain([460.0, 1950.0, 2550.0]),
            O => plain([470.0, 900.0, 2450.0]),
            AW => gliding([720.0, 1250.0, 2450.0], [400.0, 900.0, 2300.0]),
            AY => gliding([720.0, 1200.0, 2450.0], [360.0, 2100.0, 2700.0]),
            EY => gliding([480.0, 1950.0, 2550.0], [310.0, 2250.0, 2900.0]),
            OW => gliding([520.0, 950.0, 2400.0], [340.0, 850.0, 2250.0]),
            OY => gliding([560.0, 850.0, 2400.0], [360.0, 2050.0, 2700.0]),
            M => held([260.0, 1050.0, 2200.0], [60.0, 300.0, 300.0], 0.55),
            N => held([260.0, 1550.0, 2550.0], [60.0, 300.0, 300.0], 0.55),
            NG => held([260.0, 2000.0, 2650.0], [60.0, 350.0, 300.0], 0.5),
            L => held([370.0, 1050.0, 2750.0], [60.0, 130.0, 200.0], 0.7),
            R => held([340.0, 1150.0, 1550.0], [70.0, 120.0, 150.0], 0.7),
            RD => held([350.0, 1550.0, 2500.0], [90.0, 150.0, 200.0], 0.35),
            RR => held([420.0, 1500.0, 2400.0], [90.0, 150.0, 200.0], 0.5),
            W => held([300.0, 680.0, 2200.0], [60.0, 100.0, 150.0], 0.65),
            Y => held([270.0, 2250.0, 3000.0], [50.0, 120.0, 200.0], 0.65),
            F => Kind::Fricative(hiss(labial, 0.14, 6500.0, 6000.0, 0.0)),
            V => Kind::Fricative(hiss(labial, 0.06, 6500.0, 6000.0, 0.4)),
            TH => Kind::Fricative(hiss([320.0, 1350.0, 2550.0], 0.11, 6800.0, 4500.0, 0.0)),
            DH => Kind::Fricative(hiss([320.0, 1350.0, 2550.0], 0.04, 6800.0, 4500.0, 0.45)),
            S => Kind::Fricative(sibilant(0.0)),
            Z => Kind::Fricative(sibilant(0.35)),
            SH => Kind::Fricative(hushing(0.0)),
            ZH => Kind::Fricative(hushing(0.35)),
            X => Kind::Fricative(hiss([500.0, 1500.0, 2400.0], 0.3, 1800.0, 1000.0, 0.0)),
            HH => Kind::Breath,
            P => stop(labial, 0.25, 1200.0, 1600.0, false),
            B => stop(labial, 0.12, 900.0, 1200.0, true),
            T => stop(dental, 0.6, 4800.0, 2600.0, false),
            D => stop(dental, 0.3, 4200.0, 2600.0, true),
            K => stop(velar, 0.5, 2100.0, 900.0, false),
            G => stop(velar, 0.25, 1900.0, 900.0, true),
            CH => Kind::Stop { release: hushing(0.0), is_voiced: false, after: Some(hushing(0.0)) },
            JH => Kind::Stop { release: hushing(0.3), is_voiced: true, after: Some(hushing(0.3)) },
        }
    }
}
