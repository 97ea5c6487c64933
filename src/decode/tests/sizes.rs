//! Whatever the bytes, and however they come in: no panic, and the same items.

use std::io::{self, Read};

use proptest::prelude::*;

use super::{Limits, audit, gzip, read_with};

/// Gives bytes in pieces of these sizes, again and again.
pub(super) struct Pieces<'b> {
    bytes: &'b [u8],
    sizes: Vec<usize>,
    turn: usize,
}

impl<'b> Pieces<'b> {
    pub(super) fn new(bytes: &'b [u8], sizes: Vec<usize>) -> Self {
        Self {
            bytes,
            sizes,
            turn: 0,
        }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let size = self.sizes[self.turn % self.sizes.len()].max(1);
        let count = size.min(room.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(count);
        room[..count].copy_from_slice(now);
        self.bytes = later;
        Ok(count)
    }
}

/// Limits small enough to be met.
fn tight() -> Limits {
    Limits {
        event: 300,
        envelope: 600,
        payload: 800,
        nesting: 2,
        ..Limits::default()
    }
}

/// Pieces of text that mean something somewhere.
fn token() -> impl Strategy<Value = String> {
    let words = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\n",
        "\r\n",
        " ",
        "\t",
        "=",
        "{\"",
        "\":",
        "null",
        "1",
        "{\"kind\":\"Event\",",
        "\"events\":[",
        "\"items\":[",
        "\"results\":[",
        "{\"message\":\"x\"}",
        "\"kind\":\"EventList\"",
        "{\"messageType\":\"DATA_MESSAGE\",",
        "\"logEvents\":[",
        "\"message\":",
        "{\"awslogs\":{\"data\":\"",
        "{\"Records\":[{\"kinesis\":{\"data\":\"",
        "SGVsbG8=",
        "@timestamp,@message\n",
        "2026-05-01T12:34:56.789Z ",
        "2026-05-01T12:34:56.789+00:00 s ",
        "EVENTS\t",
        "[Truncated...]",
        "{\"field\":\"@message\",\"value\":\"v\"}",
        "\u{feff}",
        "é",
        "time=\"",
        "H4sIAAAAAAAAA",
        "\0",
    ];
    prop_oneof![
        8 => prop::sample::select(words.to_vec()).prop_map(str::to_owned),
        1 => Just(audit(1) + "\n"),
        1 => Just("x".repeat(400)),
        1 => Just(super::base64(gzip(audit(2)))),
        1 => "\\PC{0,12}",
    ]
}

proptest! {
    #[test]
    fn any_bytes_end_in_items(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        read_with(tight(), bytes.as_slice());
    }

    #[test]
    fn reads_of_any_size_give_the_same_items(
        tokens in prop::collection::vec(token(), 0..60),
        sizes in prop::collection::vec(1usize..700, 1..6),
    ) {
        let text = tokens.concat();
        let whole = read_with(tight(), text.as_bytes());
        let pieces = read_with(tight(), Pieces::new(text.as_bytes(), sizes));
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn damaged_gzip_ends_in_items(
        at in 0usize..400, bit in 0u8..8, cut in 0usize..400,
    ) {
        let mut bytes = gzip((0..20).map(|n| audit(n) + "\n").collect::<String>());
        let index = at % bytes.len();
        bytes[index] ^= 1 << bit;
        bytes.truncate(bytes.len().saturating_sub(cut));
        read_with(Limits::default(), bytes.as_slice());
    }
}

#[test]
fn lines_that_cross_the_end_of_a_block_come_out_whole() {
    let lines: Vec<String> = (0..3000).map(audit).collect();
    let text = lines.join("\n");
    assert!(text.len() > 1 << 20);
    let seen = read_with(Limits::default(), text.as_bytes());
    assert_eq!(seen.messages, lines);
    let offsets: Vec<u64> = (0..3000).map(|n| n * (lines[0].len() as u64 + 1)).collect();
    assert_eq!(
        seen.places.iter().map(|place| place.0).collect::<Vec<_>>(),
        offsets
    );
}
