//! Documents that are ZIP archives, opened with a bound on what they unpack to.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::MOST_UNPACKED;

/// An archive whose entries together unpack to no more than [`MOST_UNPACKED`]: what the archive itself says of their sizes is
/// not believed.
pub struct Archive<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    left: u64,
}

impl<'b> Archive<'b> {
    pub fn open(bytes: &'b [u8]) -> Result<Self, String> {
        let zip =
            ZipArchive::new(Cursor::new(bytes)).map_err(|error| format!("not a document of this type: {error}"))?;
        Ok(Self { zip, left: MOST_UNPACKED })
    }

    /// The entry `name` as text; `None` where there is none.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        Ok(self.bytes(name)?.map(|bytes| super::text(&bytes)))
    }

    /// The entry `name`; `None` where there is none.
    pub fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(place) = self.zip.index_for_name(name) else { return Ok(None) };
        let mut bytes = Vec::new();
        self.unpack(place, |chunk| bytes.extend_from_slice(chunk))?;
        Ok(Some(bytes))
    }

    /// Unpacks everything once, for nothing but to know that it can be done.
    pub fn check(mut self) -> Result<(), String> {
        (0..self.zip.len()).try_for_each(|place| self.unpack(place, |_| ()))
    }

    fn unpack(&mut self, place: usize, mut take: impl FnMut(&[u8])) -> Result<(), String> {
        let mut entry = self.zip.by_index(place).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED) => {
                "the document is encrypted".to_owned()
            }
            error => format!("damaged: {error}"),
        })?;
        let mut buffer = [0; 16 * 1024];
        loop {
            let read = entry.read(&mut buffer).map_err(|error| format!("damaged: {error}"))?;
            if read == 0 {
                return Ok(());
            }
            self.left = self
                .left
                .checked_sub(read as u64)
                .ok_or_else(|| format!("unpacks to more than {} MB", MOST_UNPACKED >> 20))?;
            take(&buffer[..read]);
        }
    }
}
