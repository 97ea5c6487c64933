//! How late log events come: the latest of the last hour, forgotten piece by piece.

/// How long one piece of the memory is, in milliseconds.
const PIECE: i64 = 300_000;

/// How many pieces are remembered.
const PIECES: usize = 12;

/// A maximum over the last hour, by ingestion time.
#[derive(Clone, Debug, Default)]
pub(super) struct Lateness {
    /// The number of the piece since the Unix epoch, and the maximum in it.
    pieces: [(i64, i64); PIECES],
}

impl Lateness {
    /// Notes an event by its time and the time of its ingestion, in milliseconds since the Unix epoch.
    pub(super) fn note(&mut self, timestamp: i64, ingested: i64) {
        let late = ingested.saturating_sub(timestamp);
        let piece = ingested.div_euclid(PIECE);
        let slot = usize::try_from(piece.rem_euclid(PIECES as i64)).unwrap_or(0);
        let Some(kept) = self.pieces.get_mut(slot) else {
            return;
        };
        if kept.0 < piece {
            *kept = (piece, late.max(0));
        } else if kept.0 == piece {
            kept.1 = kept.1.max(late);
        }
    }

    /// The latest of the hour before `now`, in milliseconds; 0 when there was none.
    pub(super) fn worst(&self, now: i64) -> i64 {
        let oldest = now.div_euclid(PIECE) - PIECES as i64;
        let recent = self.pieces.iter().filter(|(piece, _)| *piece > oldest);
        recent.map(|(_, late)| *late).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const NOW: i64 = 1_780_000_000_000;

    #[test]
    fn the_latest_event_counts_for_an_hour_and_no_longer() {
        let mut lateness = Lateness::default();
        assert_eq!(lateness.worst(NOW), 0);
        lateness.note(NOW - 90_000, NOW);
        lateness.note(NOW - 2_000, NOW + 1);
        assert_eq!(lateness.worst(NOW), 90_000);
        assert_eq!(lateness.worst(NOW + HOUR - PIECE), 90_000);
        lateness.note(NOW + HOUR, NOW + HOUR + 7);
        assert_eq!(lateness.worst(NOW + HOUR + PIECE), 7);
    }

    #[test]
    fn events_ingested_long_ago_and_events_from_the_future_do_no_harm() {
        let mut lateness = Lateness::default();
        lateness.note(NOW, NOW + 5);
        lateness.note(NOW - 48 * HOUR, NOW - 24 * HOUR);
        lateness.note(i64::MAX, NOW);
        lateness.note(i64::MIN, i64::MIN);
        assert_eq!(lateness.worst(NOW), 5);
    }
}
