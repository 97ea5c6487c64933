//! Arbitrary bytes as an input file: whatever shape it takes itself for, it ends in items, the items
//! keep to the limits, and the size of reads does not matter.
#![no_main]

use std::io::Read;
use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use trailhound::decode::{Item, Limits, Reader, Refusal};
use trailhound::record::Origin;
use trailhound_fuzz::{read_all, with_entry};

/// Inputs beyond this many bytes meet the limits that users have.
const SMALL: usize = 64 << 10;

/// Small, so that small inputs reach them.
const LIMITS: Limits = Limits {
    event: 2 << 10,
    envelope: 8 << 10,
    payload: 16 << 10,
    file: 64 << 10,
    gzip_ratio: 400,
    zstd_ratio: 10_000,
    ratio_after: 16 << 10,
    nesting: 4,
};

/// Gives a few bytes at a time.
struct Dripping<'b> {
    bytes: &'b [u8],
    at_once: usize,
}

impl Read for Dripping<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let length = room.len().min(self.at_once);
        self.bytes.read(&mut room[..length])
    }
}

/// The items in words that compare, and whether compressed data was damaged.
#[derive(Debug, Default)]
struct Seen {
    items: Vec<String>,
    damaged: bool,
}

impl Seen {
    fn of(reader: &mut Reader, limits: Limits, input: impl Read) -> Self {
        let mut seen = Self::default();
        let flow = reader.read("-", input, &Origin::default(), &mut |item| {
            seen.note(&item, limits);
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue(), "nobody broke off");
        seen
    }

    fn note(&mut self, item: &Item<'_>, limits: Limits) {
        if let Item::Event(event) = item {
            // A byte that is no UTF-8 becomes three.
            assert!(event.message.len() <= 3 * limits.event, "an event is small");
            with_entry(event, read_all);
        }
        if let Item::Problem(problem) = item {
            self.damaged |= matches!(
                problem.reason,
                Refusal::BadGzip | Refusal::BadZstd | Refusal::Ratio
            );
        }
        self.items.push(format!("{item:?}"));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let limits = if bytes.len() <= SMALL {
        LIMITS
    } else {
        Limits::default()
    };
    let mut reader = Reader::new(limits);
    let whole = Seen::of(&mut reader, limits, bytes);
    let at_once = 1 + bytes.len() % 97;
    let dripping = Seen::of(&mut reader, limits, Dripping { bytes, at_once });
    // Of damaged data, and of a bomb, more or less may have been read before the end.
    if !whole.damaged && !dripping.damaged {
        assert_eq!(whole.items, dripping.items);
    }
});
