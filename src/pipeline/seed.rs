//! What an alert that is decided later will be made of.
//!
//! A state that lasts no longer than the program keeps the line itself: cheap, and most sightings come
//! to nothing. What goes to a disk is the alert, redacted, and never a line.

use std::fmt::Write as _;

use crate::alert::{Alert, shorten};
use crate::decode::Item;
use crate::record::{LogEvent, Origin, Position};
use crate::state::Seed;

/// Lines up to this length are kept; of a longer one the alert is shorter.
const LONGEST: usize = 8 << 10;
/// Bytes of an alert that are kept: three such seeds fit into a cell of any state, however badly they compress.
const LONGEST_ALERT: usize = 128 << 10;
/// What the seed of a line begins with. An alert's begins with a brace.
const LINE: char = 'L';

/// Makes seeds, and reads them again.
#[derive(Debug, Default)]
pub(super) struct Seeds {
    /// Whether they may reach a disk.
    pub(super) durable: bool,
    /// The origins of lines, each once.
    origins: Vec<Origin>,
    /// The last that was made of a line: several detectors may see something new in it.
    last: Option<Seed>,
    /// Where the next is put together.
    text: String,
}

/// What a seed holds.
pub(super) enum Held<'s> {
    Line(LogEvent<'s>),
    Alert(Box<Alert>),
}

impl Seeds {
    /// The seed of an item's line, if it may be kept.
    pub(super) fn of_line(&mut self, item: &Item<'_>) -> Option<Seed> {
        let Item::Event(event) = item else {
            return None;
        };
        if self.durable || event.message.len() > LONGEST {
            return None;
        }
        if let Some(last) = self.last.as_ref().filter(|last| self.is_of(last, event)) {
            return Some(last.clone());
        }
        let known = self.origins.iter().rposition(|known| known == event.origin);
        let origin = known.unwrap_or_else(|| {
            self.origins.push(event.origin.clone());
            self.origins.len() - 1
        });
        let text = &mut self.text;
        text.clear();
        let _ = writeln!(text, "{LINE}{origin}");
        if let Some(time) = event.timestamp {
            let _ = write!(text, "{time}");
        }
        let id = event.event_id.as_deref().unwrap_or_default();
        for part in ["\n", id, "\n", &event.message] {
            text.push_str(part);
        }
        let seed: Seed = text.as_str().into();
        self.last = Some(seed.clone());
        Some(seed)
    }

    /// Whether a seed is that of an event's line.
    fn is_of(&self, seed: &str, event: &LogEvent<'_>) -> bool {
        let Some(Held::Line(held)) = self.read(seed) else {
            return false;
        };
        held.message == event.message
            && held.timestamp == event.timestamp
            && held.event_id == event.event_id
            && held.origin == event.origin
    }

    /// What a seed holds; `None` for one that can't be read.
    pub(super) fn read<'s>(&'s self, seed: &'s str) -> Option<Held<'s>> {
        let Some(rest) = seed.strip_prefix(LINE) else {
            return Some(Held::Alert(serde_json::from_str(seed).ok()?));
        };
        let mut parts = rest.splitn(4, '\n');
        let origin = self.origins.get(parts.next()?.parse::<usize>().ok()?)?;
        let timestamp = parts.next()?.parse().ok();
        let event_id = parts.next().filter(|id| !id.is_empty());
        Some(Held::Line(LogEvent {
            message: parts.next()?.into(),
            timestamp,
            ingestion_time: None,
            event_id: event_id.map(Into::into),
            origin,
            position: Position::default(),
        }))
    }
}

/// The seed of an alert, shortened where it is long: a state may have no room for all of it, and a sighting
/// that is told in part is better than none.
#[must_use]
pub fn seed_of(alert: Option<&Alert>) -> Seed {
    let text = alert.and_then(|alert| shorten::line(alert, LONGEST_ALERT));
    text.unwrap_or_default().into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn seed(seeds: &mut Seeds, message: &str) -> Option<Seed> {
        let origin = Origin {
            log_group: Some("/aws/eks/prod/cluster".to_owned()),
            ..Origin::default()
        };
        seeds.of_line(&Item::Event(LogEvent {
            message: message.into(),
            timestamp: Some(7),
            ingestion_time: None,
            event_id: Some("e\u{e9}1".into()),
            origin: &origin,
            position: Position::default(),
        }))
    }

    #[test]
    fn an_alert_too_long_for_a_cell_is_kept_shortened() {
        let mut alert = crate::alert::trial(7);
        let whole = seed_of(Some(&alert));
        alert.event = Some(serde_json::Value::String("x".repeat(2 * LONGEST_ALERT)));
        alert.runbook = Some("y".repeat(LONGEST_ALERT / 2));
        let seed = seed_of(Some(&alert));
        assert!(whole.len() < seed.len() && seed.len() <= LONGEST_ALERT);
        let Some(Held::Alert(kept)) = Seeds::default().read(&seed) else {
            panic!("no alert");
        };
        assert_eq!((kept.id, &kept.runbook), (alert.id, &alert.runbook));
        assert_eq!(kept.event, None);
    }

    #[test]
    fn a_line_is_read_as_it_was() {
        let mut seeds = Seeds::default();
        let kept = seed(&mut seeds, "a\nb \n").unwrap();
        let Some(Held::Line(event)) = seeds.read(&kept) else {
            panic!("no line");
        };
        assert_eq!(event.message, "a\nb \n");
        assert_eq!(event.timestamp, Some(7));
        assert_eq!(event.event_id.as_deref(), Some("e\u{e9}1"));
        assert_eq!(
            event.origin.log_group.as_deref(),
            Some("/aws/eks/prod/cluster")
        );
    }

    #[test]
    fn a_line_is_kept_once_for_all_who_see_something_new_in_it() {
        let mut seeds = Seeds::default();
        let [one, again, other, later] =
            ["a", "a", "b", "a"].map(|line| seed(&mut seeds, line).unwrap());
        assert!(Arc::ptr_eq(&one, &again));
        assert!(one != other && other != later);
        assert_eq!(one, later);
    }

    #[test]
    fn neither_a_disk_nor_much_memory_is_used_for_lines() {
        let mut durable = Seeds {
            durable: true,
            ..Seeds::default()
        };
        assert_eq!(seed(&mut durable, "x"), None);
        assert_eq!(seed(&mut Seeds::default(), &"x".repeat(LONGEST + 1)), None);
    }
}
