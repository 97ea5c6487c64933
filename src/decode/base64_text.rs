//! Base64 over many lines, decoded as it is read.
//!
//! Several texts of base64 one after another are taken as one: what is in them is concatenated,
//! and gzip allows that.

use std::io::{self, Read};

use base64::Engine;

use super::Refusal;
use super::fault::Fault;
use super::payload::BASE64;
use super::window::Window;

/// Four letters are three bytes; so many letters are decoded at once.
const PIECE: usize = 16 << 10;

/// The bytes that the base64 in a window stands for.
pub(super) struct Base64Text<'w, 'r> {
    window: &'w mut Window<'r>,
    letters: Vec<u8>,
    decoded: Vec<u8>,
    given: usize,
    /// Where the letters begin in the text; an error must not tell how the text was read.
    start: u64,
}

impl<'w, 'r> Base64Text<'w, 'r> {
    /// Decodes from where the window stands.
    pub(super) fn new(window: &'w mut Window<'r>) -> Self {
        Self {
            window,
            letters: Vec::new(),
            decoded: Vec::new(),
            given: 0,
            start: 0,
        }
    }

    /// Takes letters up to the next padding, or as many as a piece holds.
    fn take_letters(&mut self) {
        self.letters.clear();
        while self.letters.len() < PIECE && self.window.skip_blank().is_some() {
            if self.letters.is_empty() {
                self.start = self.window.offset();
            }
            let data = self.window.data();
            let room = PIECE - self.letters.len();
            let piece = data.get(..room).unwrap_or(data);
            let piece = piece
                .split(|b| b.is_ascii_whitespace())
                .next()
                .unwrap_or_default();
            let padded = piece.iter().position(|byte| *byte == b'=');
            let width = padded.map_or(piece.len(), |at| {
                at + piece
                    .iter()
                    .skip(at)
                    .take_while(|byte| **byte == b'=')
                    .count()
            });
            self.letters
                .extend_from_slice(piece.get(..width).unwrap_or_default());
            self.window.consume(width);
            if padded.is_some() {
                return;
            }
        }
    }

    /// Decodes the next piece that stands for any bytes. False at the end of the text.
    fn refill(&mut self) -> io::Result<bool> {
        (self.decoded, self.given) = (Vec::new(), 0);
        while self.decoded.is_empty() {
            self.take_letters();
            if self.letters.is_empty() {
                return Ok(false);
            }
            self.decode()?;
        }
        Ok(true)
    }

    fn decode(&mut self) -> io::Result<()> {
        let letters: Vec<u8> = self
            .letters
            .iter()
            .copied()
            .filter(|b| *b != b'=')
            .collect();
        // One letter too few at the very end is a cut; the rest is still good.
        let whole = letters.len() - usize::from(letters.len() % 4 == 1);
        match BASE64.decode(letters.get(..whole).unwrap_or_default()) {
            Ok(decoded) => self.decoded = decoded,
            Err(error) => {
                let start = self.start;
                let detail = format!("the text is not base64 from byte {start} on: {error}");
                return Err(io::Error::other(Fault {
                    refusal: Refusal::BadBase64,
                    detail,
                }));
            }
        }
        Ok(())
    }
}

impl Read for Base64Text<'_, '_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.decoded.len() && !self.refill()? {
            return Ok(0);
        }
        let ready = self.decoded.get(self.given..).unwrap_or_default();
        let count = ready.len().min(room.len());
        if let (Some(room), Some(ready)) = (room.get_mut(..count), ready.get(..count)) {
            room.copy_from_slice(ready);
        }
        self.given += count;
        Ok(count)
    }
}
