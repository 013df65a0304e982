//! Ogg (RFC 3533): pages with one logical stream.

/// Bytes of a segment.
const SEGMENT: usize = 255;
/// Segments of a page.
const MOST: usize = 255;

/// A stream under way; packets are whole in their page.
pub struct Ogg {
    pub file: Vec<u8>,
    serial: u32,
    pages: u32,
    sizes: Vec<u8>,
    packets: Vec<u8>,
    /// Of the last packet that waits.
    granule: u64,
}

impl Ogg {
    pub fn new(serial: u32) -> Self {
        Self { file: Vec::new(), serial, pages: 0, sizes: Vec::new(), packets: Vec::new(), granule: 0 }
    }

    /// A packet, after which the stream is at `granule`. It must be shorter than a page, 65,025 bytes.
    pub fn packet(&mut self, packet: &[u8], granule: u64) {
        let segments = packet.len() / SEGMENT + 1;
        if self.sizes.len() + segments > MOST {
            self.page(false);
        }
        self.sizes.resize(self.sizes.len() + segments - 1, SEGMENT as u8);
        self.sizes.push((packet.len() % SEGMENT) as u8);
        self.packets.extend_from_slice(packet);
        self.granule = granule;
    }

    /// Ends a page.
    pub fn page(&mut self, is_last: bool) {
        let start = self.file.len();
        let first = if self.pages == 0 { 2 } else { 0 };
        self.file.extend(b"OggS\0");
        self.file.push(first | if is_last { 4 } else { 0 });
        self.file.extend(self.granule.to_le_bytes());
        self.file.extend(self.serial.to_le_bytes());
        self.file.extend(self.pages.to_le_bytes());
        self.file.extend([0; 4]);
        self.file.push(self.sizes.len() as u8);
        self.file.append(&mut self.sizes);
        self.file.append(&mut self.packets);
        let sum = checksum(&self.file[start..]);
        self.file[start + 22..start + 26].copy_from_slice(&sum.to_le_bytes());
        self.pages += 1;
    }
}

/// The cyclic checksum of a page whose own place for it is zero.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |sum, byte| {
        let top = u32::from(*byte) << 24 ^ sum;
        (0..8).fold(top, |sum, _| if sum & 0x8000_0000 == 0 { sum << 1 } else { sum << 1 ^ 0x04c1_1db7 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_fill_pages() {
        let mut ogg = Ogg::new(7);
        ogg.packet(b"head", 0);
        ogg.page(false);
        ogg.packet(&[1; 255], 10);
        ogg.packet(&[2; 600], 20);
        ogg.page(true);
        assert_eq!(&ogg.file[..6], b"OggS\0\x02");
        let second = &ogg.file[27 + 1 + 4..];
        assert_eq!((&second[..6], second[6], second[18], second[26]), (&b"OggS\0\x04"[..], 20, 1, 5));
        assert_eq!(second[27..32], [255, 0, 255, 255, 90]);
        assert_eq!(second.len(), 27 + 5 + 855);
    }
}
