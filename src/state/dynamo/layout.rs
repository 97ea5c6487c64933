//! Where everything is in the table: keys and attributes. One table, no index.
//!
//! | what | `pk` | `sk` |
//! |---|---|---|
//! | a cell | `c#detector#shard` | its key |
//! | that a cell waits to be decided | `w#detector#shard` | since when, and its key |
//! | the id of an alert | `a#id` | `a` |
//! | a text in the outbox | `o#shard` | since when, and its alert's id |

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::state::{Digest, Place};

/// The partition key.
pub(super) const PK: &str = "pk";
/// The sort key.
pub(super) const SK: &str = "sk";
/// When DynamoDB may delete an item, in seconds since the Unix epoch.
pub(super) const EXPIRES: &str = "expires";
/// A cell's version: a number that was drawn for it, so that a cell which was deleted and made again never
/// looks unchanged.
pub(super) const VERSION: &str = "v";
/// A cell's content.
pub(super) const CELL: &str = "cell";
/// A text in the outbox.
pub(super) const BODY: &str = "body";
/// When the text was posted, in milliseconds since the Unix epoch.
pub(super) const SINCE: &str = "since";
/// When each sink is to be tried that a text waits for.
pub(super) const WAITS: &str = "waits";
/// How often each has been tried.
pub(super) const TRIES: &str = "tries";

/// Over how many partitions the cells of a detector are spread, by the last half-byte of their keys: the first
/// ones are those of a cluster.
pub(super) const CELL_SHARDS: u8 = 16;
/// Over how many partitions the marks of waiting cells are spread, and the outbox.
pub(super) const SHARDS: u8 = 4;

/// An item, or the key of one.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The key of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    pub(super) fn cell(place: Place<'_>) -> Self {
        Self {
            pk: cells(place.detector, shard(place.key, CELL_SHARDS)),
            sk: hex(place.key),
        }
    }

    /// Of the mark that a cell waits, since a time.
    pub(super) fn waiting(place: Place<'_>, since: i64) -> Self {
        Self {
            pk: waiting(place.detector, shard(place.key, SHARDS)),
            sk: timed(since, place.key),
        }
    }

    pub(super) fn alert(id: Digest) -> Self {
        Self {
            pk: format!("a#{}", hex(id)),
            sk: "a".to_owned(),
        }
    }

    /// Of a text that was posted at a time.
    pub(super) fn text(id: Digest, since: i64) -> Self {
        Self {
            pk: outbox(shard(id, SHARDS)),
            sk: timed(since, id),
        }
    }

    pub(super) fn of(item: &Item) -> Option<Self> {
        let text = |name| item.get(name)?.as_s().ok().cloned();
        Some(Self {
            pk: text(PK)?,
            sk: text(SK)?,
        })
    }

    /// The time at the beginning of the sort key of a mark or a text.
    pub(super) fn since(&self) -> Option<i64> {
        let ordered = u64::from_str_radix(self.sk.split_once('#')?.0, 16).ok()?;
        Some((ordered ^ (1 << 63)).cast_signed())
    }

    /// The digest at the end of the sort key.
    pub(super) fn digest(&self) -> Option<Digest> {
        unhex(self.sk.rsplit('#').next()?)
    }

    pub(super) fn item(&self) -> Item {
        let text = |text: &String| AttributeValue::S(text.clone());
        HashMap::from([
            (PK.to_owned(), text(&self.pk)),
            (SK.to_owned(), text(&self.sk)),
        ])
    }
}

/// The partition of some cells of a detector.
pub(super) fn cells(detector: &str, shard: u8) -> String {
    format!("c#{detector}#{shard:x}")
}

/// The partition of some marks of a detector's cells.
pub(super) fn waiting(detector: &str, shard: u8) -> String {
    format!("w#{detector}#{shard:x}")
}

/// A partition of the outbox.
pub(super) fn outbox(shard: u8) -> String {
    format!("o#{shard:x}")
}

/// The partition of a digest, among `of`, at most 16.
fn shard(digest: Digest, of: u8) -> u8 {
    let [.., last] = digest.0;
    last / (u8::MAX / of + 1)
}

/// Sorts by time, also before 1970.
fn timed(since: i64, digest: Digest) -> String {
    let ordered = since.cast_unsigned() ^ (1 << 63);
    format!("{ordered:016x}#{}", hex(digest))
}

fn hex(digest: Digest) -> String {
    format!("{:032x}", u128::from_be_bytes(digest.0))
}

fn unhex(text: &str) -> Option<Digest> {
    let number = u128::from_str_radix(text, 16).ok()?;
    (text.len() == 32).then(|| Digest(number.to_be_bytes()))
}

/// A number as DynamoDB takes it.
pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A number of an item.
pub(super) fn number_in<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// The bytes that DynamoDB reckons for an item: names and values.
pub(super) fn size(item: &Item) -> usize {
    let of = |(name, value): (&String, &AttributeValue)| name.len() + value_size(value);
    item.iter().map(of).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        // About one byte for two digits, and one more.
        AttributeValue::N(digits) => digits.len() / 2 + 2,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::M(map) => 3 + size(map) + map.len(),
        _ => 1,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn keys_in_order_lie_in_partitions_in_order() {
        let key = |first: u8| {
            Key::cell(Place {
                detector: "d",
                key: Digest([first; 16]),
            })
        };
        let all: Vec<Key> = (0..=u8::MAX).map(key).collect();
        assert!(all.is_sorted_by_key(|key| (key.pk.clone(), key.sk.clone())));
        assert_eq!(all[0].pk, cells("d", 0));
        assert_eq!(all[255].pk, cells("d", CELL_SHARDS - 1));
        assert_eq!(all[0x7a].digest(), Some(Digest([0x7a; 16])));
    }

    #[test]
    fn texts_are_in_the_order_of_time() {
        let sk = |since| Key::text(Digest([9; 16]), since).sk;
        let times = [i64::MIN, -5, 0, 7, 1_800_000_000_000];
        assert!(times.map(sk).is_sorted());
        let told = |since| Key::text(Digest([9; 16]), since).since();
        assert_eq!(times.map(told), times.map(Some));
        assert_eq!(
            Key::text(Digest([9; 16]), 7).digest(),
            Some(Digest([9; 16]))
        );
        assert_eq!(Key::text(Digest([255; 16]), 7).pk, outbox(SHARDS - 1));
    }
}
