//! The id of an alert: a hash of what caused it, and of nothing else.
//!
//! The stage, the order, the batch, the file and the cluster's text do not enter, so `watch`,
//! `replay` and `lambda` give one event one id, and a receiver can drop repeats.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sha2::{Digest, Sha256};

/// The first sixteen bytes of a SHA-256, written as 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct AlertId([u8; 16]);

impl AlertId {
    /// The id of a match on a line without an audit id; white space at its end doesn't count, since
    /// transports add and drop line ends.
    #[must_use]
    pub fn of_line(detector: &str, line: &str) -> Self {
        let hash = hex(&Sha256::digest(line.trim_end().as_bytes()));
        Self::of(&[detector, "line", &hash])
    }

    /// The bytes of the id.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// The id of anything else that parts name. Every part is hashed with its length before it, so
    /// `["ab", "c"]` and `["a", "bc"]` differ.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut all = Parts::default();
        for part in parts {
            all.add(&[part]);
        }
        all.id()
    }
}

/// The parts of an id, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts(Sha256);

impl Parts {
    /// Adds a part that is made of some pieces.
    fn add(&mut self, pieces: &[&str]) {
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        self.0.update((length as u64).to_be_bytes());
        for piece in pieces {
            self.0.update(piece.as_bytes());
        }
    }

    /// Adds a part of which it matters whether it is there: one that is missing differs from an empty one.
    pub(super) fn may_add(&mut self, part: Option<&str>) {
        match part {
            Some(part) => self.add(&["=", part]),
            None => self.add(&["-"]),
        }
    }

    /// The id of all parts.
    pub(super) fn id(self) -> AlertId {
        let mut id = [0; 16];
        for (to, from) in id.iter_mut().zip(self.0.finalize()) {
            *to = from;
        }
        AlertId(id)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// A text that is no alert id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an alert id is 32 lower-case hex digits")]
pub struct InvalidAlertId;

impl FromStr for AlertId {
    type Err = InvalidAlertId;

    fn from_str(text: &str) -> Result<Self, InvalidAlertId> {
        let valid =
            text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let number = u128::from_str_radix(text, 16).map_err(|_| InvalidAlertId)?;
        if valid {
            Ok(Self(number.to_be_bytes()))
        } else {
            Err(InvalidAlertId)
        }
    }
}

impl Serialize for AlertId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AlertId {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        String::deserialize(reader)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_event_never_changes() {
        // Recorded: a changed id would make every receiver see old alerts as new ones.
        let id = AlertId::of(&["exec-any", "0f0e0d0c-0b0a-0908-0706-050403020100"]);
        assert_eq!(id.to_string(), "645af122e76c34bbbaf4e03c1a99b72b");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn detectors_and_events_have_ids_of_their_own() {
        let id = AlertId::of(&["exec-any", "a"]);
        assert_ne!(id, AlertId::of(&["exec-any", "b"]));
        assert_ne!(id, AlertId::of(&["exec-an", "ya"]));
        assert_ne!(id, AlertId::of_line("exec-any", "a"));
    }

    #[test]
    fn the_end_of_a_line_does_not_count() {
        assert_eq!(AlertId::of_line("d", "x\r\n"), AlertId::of_line("d", "x"));
        assert_ne!(AlertId::of_line("d", "x"), AlertId::of_line("d", " x"));
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in [
            "",
            "00",
            "+0000000000000000000000000000000",
            "0000000000000000000000000000000G",
        ] {
            assert_eq!(text.parse::<AlertId>(), Err(InvalidAlertId), "{text}");
        }
    }
}
