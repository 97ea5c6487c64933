//! One call of the function: what it is handed, how long it takes, and what it costs the table.

use super::inputs::{Inputs, along};
use super::prices::PAYLOAD_MB;

/// What one call does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch {
    /// Events in it.
    pub(crate) events: f64,
    /// Items of the table that it reads.
    pub(crate) reads: f64,
    /// And those that it writes.
    pub(crate) writes: f64,
    /// How long it takes, in seconds.
    pub(crate) seconds: f64,
}

/// The most compressed megabytes that a call is handed.
pub(crate) const MOST_MB: f64 = PAYLOAD_MB * 3.0 / 4.0;

impl Batch {
    /// Of so many events, of so many clusters in like parts. Nothing that a commit has read or written is
    /// known to the next one.
    pub(crate) fn new(inputs: &Inputs, events: f64, clusters: f64) -> Self {
        let commits = (events / inputs.events_per_commit()).ceil().max(1.0);
        let together = events / commits;
        // A record is of one cluster, and the records of a commit follow each other.
        let clusters = clusters.min(together / inputs.events_per_record).max(1.0);
        let of = |curve| clusters * along(curve, together / clusters) / inputs.cells_per_item;
        let (reads, items) = (of(&inputs.touched), of(&inputs.changed));
        // Reads come a hundred to a request; writes one by one, for each has its condition. The few that
        // go together with an alert cost twice, and are left out.
        let requests = reads / 100.0 + items;
        let waits = (requests / inputs.table_open).ceil() * inputs.table_ms / 1e3;
        Self {
            events,
            reads: commits * reads,
            writes: commits * items,
            seconds: inputs.call_ms / 1e3 + events * inputs.function_us / 1e6 + commits * waits,
        }
    }

    /// Of so many compressed megabytes.
    pub(crate) fn of_megabytes(inputs: &Inputs, megabytes: f64, clusters: f64) -> Self {
        Self::new(inputs, megabytes * 1e6 / inputs.packed(), clusters)
    }
}
