//! WAV files (RIFF, as Microsoft's and IBM's description of 1991 and its later notes have it) and bare samples.

use super::{Law, whole};

/// Samples in `law`, behind a header unless `is_bare`.
pub fn encode(samples: &[f32], rate: u32, law: Law, is_bare: bool) -> Vec<u8> {
    let (tag, width): (u16, u16) = match law {
        Law::Linear => (1, 2),
        Law::A => (6, 1),
        Law::Mu => (7, 1),
    };
    let data = samples.len() * usize::from(width);
    let mut file = Vec::with_capacity(data + 64);
    if !is_bare {
        header(&mut file, tag, width, rate, samples.len() as u32);
    }
    for sample in samples {
        let sample = whole(*sample);
        match law {
            Law::Linear => file.extend(sample.to_le_bytes()),
            Law::Mu => file.push(mu(sample)),
            Law::A => file.push(a(sample)),
        }
    }
    if !is_bare && data % 2 == 1 {
        file.push(0);
    }
    file
}

fn header(file: &mut Vec<u8>, tag: u16, width: u16, rate: u32, samples: u32) {
    let data = samples * u32::from(width);
    // Other formats than plain samples say how long their own part of the header is, and how many samples there are.
    let is_plain = tag == 1;
    let before = if is_plain { 4 + 24 + 8 } else { 4 + 26 + 12 + 8 };
    file.extend(b"RIFF");
    file.extend((before + data + data % 2).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(if is_plain { 16_u32 } else { 18 }.to_le_bytes());
    file.extend(tag.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(width)).to_le_bytes());
    file.extend(width.to_le_bytes());
    file.extend((width * 8).to_le_bytes());
    if !is_plain {
        file.extend([0, 0]);
        file.extend(b"fact\x04\0\0\0");
        file.extend(samples.to_le_bytes());
    }
    file.extend(b"data");
    file.extend(data.to_le_bytes());
}

/// G.711's mu law: a sign, the octave, and four bits within it; all turned over.
fn mu(sample: i16) -> u8 {
    let loud = (i32::from(sample).abs() + 132).min(32_767 + 132 - 1).min(32_767);
    let octave = (31 - (loud as u32).leading_zeros()).saturating_sub(7).min(7);
    let step = (loud >> (octave + 3)) & 15;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | (octave as u8) << 4 | step as u8)
}

/// G.711's A law; every second bit is turned over.
fn a(sample: i16) -> u8 {
    let (sign, loud) = if sample < 0 { (0, !i32::from(sample)) } else { (0x80, i32::from(sample)) };
    let octave = (31 - (loud as u32 | 1).leading_zeros()).saturating_sub(7).min(7);
    let step = (loud >> octave.max(1).saturating_add(3)) & 15;
    (sign | (octave as u8) << 4 | step as u8) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a byte of mu law stands for, by G.711.
    fn from_mu(byte: u8) -> i32 {
        let byte = !byte;
        let loud = ((((i32::from(byte) & 15) << 3) + 132) << ((byte >> 4) & 7)) - 132;
        if byte & 0x80 == 0 { loud } else { -loud }
    }

    fn from_a(byte: u8) -> i32 {
        let byte = byte ^ 0x55;
        let (octave, step) = (i32::from(byte >> 4) & 7, i32::from(byte) & 15);
        let loud = if octave == 0 { (step << 4) + 8 } else { ((step << 4) + 264) << (octave - 1) };
        if byte & 0x80 == 0 { -loud } else { loud }
    }

    #[test]
    fn the_laws_are_near_everywhere() {
        for sample in (-32_768..=32_767).step_by(7).map(|sample: i32| sample as i16) {
            let far = |law: i32| (law - i32::from(sample)).abs();
            let allowed = i32::from(sample).abs() / 28 + 9;
            assert!(
                far(from_mu(mu(sample))) <= allowed.max(644 * i32::from(sample.unsigned_abs() > 31_000)),
                "{sample}"
            );
            assert!(far(from_a(a(sample))) <= allowed + 8, "{sample} {}", from_a(a(sample)));
        }
        assert_eq!((mu(0), a(0)), (0xff, 0xd5));
    }

    #[test]
    fn a_header_counts_what_follows() {
        for (law, length) in [(Law::Linear, 44 + 6), (Law::Mu, 58 + 4), (Law::A, 58 + 4)] {
            let file = encode(&[0.0, 0.5, -0.5], 8000, law, false);
            assert_eq!(file.len(), length);
            assert_eq!(u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize, length - 8);
            let bare = encode(&[0.0, 0.5, -0.5], 8000, law, true);
            assert_eq!(file[file.len() - bare.len() - bare.len() % 2..][..bare.len()], bare[..]);
        }
    }
}
