//! Events and bytes, in all and by value, in bounded memory.

use rustc_hash::FxHashMap;

use super::dimension::Dimension;
use crate::cli::entries::Taken;
use crate::record::field::FieldSchema;

/// How many values of one dimension are told apart; events with further ones are counted together.
pub(super) const MOST_VALUES: usize = 100_000;

/// The longest value in bytes; longer ones are told apart by their beginning.
const LONGEST_VALUE: usize = 256;

/// How much there is of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) events: u64,
    /// Of the log lines, as CloudWatch Logs bills them when they come in.
    pub(super) bytes: u64,
}

/// How much there is of each value.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) values: FxHashMap<Box<str>, Count>,
    /// Events that have no value.
    pub(super) missing: Count,
    /// Events whose value came after [`MOST_VALUES`] others.
    pub(super) beyond: Count,
}

/// How much there is of everything.
pub(super) struct Volume {
    pub(super) all: Count,
    /// The earliest and the latest event time, in milliseconds since the Unix epoch.
    pub(super) span: Option<(i64, i64)>,
    /// For each dimension.
    pub(super) by: Vec<Counts>,
}

impl Count {
    pub(super) const fn add(&mut self, other: Self) {
        self.events += other.events;
        self.bytes += other.bytes;
    }
}

impl Counts {
    fn add(&mut self, value: Option<&str>, one: Count) {
        let Some(value) = value else {
            return self.missing.add(one);
        };
        let value = value.get(..value.floor_char_boundary(LONGEST_VALUE));
        let value = value.unwrap_or_default();
        if let Some(count) = self.values.get_mut(value) {
            count.add(one);
        } else if self.values.len() < MOST_VALUES {
            self.values.insert(value.into(), one);
        } else {
            self.beyond.add(one);
        }
    }
}

impl Volume {
    pub(super) fn new(dimensions: usize) -> Self {
        let mut by = Vec::new();
        by.resize_with(dimensions, Counts::default);
        Self {
            all: Count::default(),
            span: None,
            by,
        }
    }

    /// Counts an event.
    pub(super) fn add(
        &mut self,
        taken: &Taken<'_, '_>,
        dimensions: &[Dimension],
        schema: &FieldSchema,
    ) {
        let (event, time) = match taken {
            Taken::Entry(entry) => (entry.event, entry.time()),
            Taken::Foreign(_, event) => (*event, event.timestamp),
        };
        let one = Count {
            events: 1,
            bytes: event.message.len() as u64,
        };
        self.all.add(one);
        if let Some(time) = time {
            let (first, last) = self.span.unwrap_or((time, time));
            self.span = Some((first.min(time), last.max(time)));
        }
        for (dimension, counts) in dimensions.iter().zip(&mut self.by) {
            dimension.read(taken, schema, |value| counts.add(value, one));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_the_limit_are_counted_together_and_known_ones_go_on() {
        let one = Count {
            events: 1,
            bytes: 10,
        };
        let mut counts = Counts::default();
        for value in 0..MOST_VALUES + 3 {
            counts.add(Some(&value.to_string()), one);
        }
        counts.add(Some("7"), one);
        counts.add(None, one);
        assert_eq!(counts.values.len(), MOST_VALUES);
        assert_eq!(counts.values.get("7").map(|count| count.events), Some(2));
        assert_eq!((counts.beyond.events, counts.beyond.bytes), (3, 30));
        assert_eq!(counts.missing.events, 1);
    }

    #[test]
    fn a_long_value_takes_little_memory() {
        let mut counts = Counts::default();
        counts.add(Some(&"é".repeat(10_000)), Count::default());
        assert!(
            counts
                .values
                .keys()
                .all(|value| value.len() <= LONGEST_VALUE)
        );
    }
}
