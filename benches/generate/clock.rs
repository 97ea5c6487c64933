//! Event time: it only goes forward, about five hundred events a second.

use chrono::DateTime;

use crate::random::Random;

/// 2026-05-01T00:00:00Z, in microseconds since the epoch.
const START: i64 = 1_777_593_600_000_000;

/// Where in time the generator stands.
pub(crate) struct Clock {
    staged: i64,
    received: i64,
    second: i64,
    second_text: String,
}

impl Clock {
    /// A clock at the start.
    pub(crate) fn new() -> Self {
        Self {
            staged: START,
            received: START,
            second: i64::MIN,
            second_text: String::new(),
        }
    }

    /// Goes on to the next event.
    pub(crate) fn advance(&mut self, random: &mut Random) {
        self.staged += 100 + random.below(3_800) as i64;
        self.received = self.staged - 400 - random.below(9_000) as i64;
        let second = self.staged.div_euclid(1_000_000);
        if second != self.second {
            self.second = second;
            self.second_text = seconds(second);
        }
    }

    /// Appends `stageTimestamp`, with microseconds.
    pub(crate) fn staged(&self, out: &mut Vec<u8>) {
        self.micros(self.staged, out);
    }

    /// Appends `requestReceivedTimestamp`, with microseconds.
    pub(crate) fn received(&self, out: &mut Vec<u8>) {
        self.micros(self.received, out);
    }

    /// Appends the time as objects carry it, in whole seconds.
    pub(crate) fn second(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.second_text.as_bytes());
        out.push(b'Z');
    }

    /// Milliseconds since the epoch, as CloudWatch counts.
    pub(crate) fn millis(&self) -> i64 {
        self.staged.div_euclid(1_000)
    }

    /// Appends the time as an export writes it before a line, with milliseconds.
    pub(crate) fn exported(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.second_text.as_bytes());
        fraction(self.staged.rem_euclid(1_000_000) / 1_000, 3, out);
    }

    fn micros(&self, at: i64, out: &mut Vec<u8>) {
        let second = at.div_euclid(1_000_000);
        if second == self.second {
            out.extend_from_slice(self.second_text.as_bytes());
        } else {
            out.extend_from_slice(seconds(second).as_bytes());
        }
        fraction(at.rem_euclid(1_000_000), 6, out);
    }
}

fn seconds(second: i64) -> String {
    DateTime::from_timestamp(second, 0)
        .map(|time| time.format("%Y-%m-%dT%H:%M:%S").to_string())
        .unwrap_or_default()
}

/// Appends `.` and so many digits and `Z`.
fn fraction(value: i64, digits: u32, out: &mut Vec<u8>) {
    out.push(b'.');
    for power in (0..digits).rev() {
        out.push(b'0' + (value / 10_i64.pow(power) % 10) as u8);
    }
    out.push(b'Z');
}
