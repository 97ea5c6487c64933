//! A point in time as alerts print it.

use std::fmt;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A point in event time, printed as RFC 3339 in UTC with microseconds, the form and the precision
/// of Kubernetes audit events. As text it sorts by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// From milliseconds since the Unix epoch; `None` outside the years 0 to 9999, which RFC 3339
    /// can't write.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        DateTime::from_timestamp_millis(millis).and_then(Self::in_range)
    }

    /// From an RFC 3339 text with any offset; `None` when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Self::in_range(time.with_timezone(&Utc))
    }

    /// Milliseconds since the Unix epoch, rounded down.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The form for people: whole seconds, a blank instead of the `T`.
    #[must_use]
    pub fn to_seconds_text(self) -> String {
        self.0.format("%Y-%m-%d %H:%M:%S UTC").to_string()
    }

    fn in_range(time: DateTime<Utc>) -> Option<Self> {
        (0..=9999).contains(&time.year()).then_some(Self(time))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = String::deserialize(reader)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_prints_utc_with_microseconds() {
        let time = Timestamp::parse("2026-05-01T14:00:00.25+02:00").map(|t| t.to_string());
        assert_eq!(time.as_deref(), Some("2026-05-01T12:00:00.250000Z"));
    }

    #[test]
    fn years_that_rfc_3339_cannot_write_are_refused() {
        assert_eq!(Timestamp::from_millis(i64::MAX), None);
        assert_eq!(
            Timestamp::from_millis(253_402_300_800_000),
            None,
            "the year 10000"
        );
        assert_eq!(Timestamp::parse("yesterday"), None);
    }
}
