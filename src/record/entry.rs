//! A log event with what it was read as: the unit that queries and detectors look at.

use std::cell::OnceCell;

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::authenticator;
use super::cluster::Cluster;
use super::event::LogEvent;
use super::fact::Facts;

/// What a log line holds.
#[derive(Debug)]
pub enum Record<'a> {
    /// A Kubernetes audit event.
    Audit(Box<Facts<'a>>),
    /// A line of aws-iam-authenticator.
    Authenticator(authenticator::Record<'a>),
}

/// A log event, its record and its cluster.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The event as it was delivered.
    pub event: &'a LogEvent<'a>,
    /// The cluster it belongs to.
    pub cluster: &'a Cluster,
    /// What it was read as.
    pub record: Record<'a>,
    time: OnceCell<Option<i64>>,
}

impl<'a> Entry<'a> {
    /// An entry of a cluster. What is known of the cluster goes into the facts.
    #[must_use]
    pub fn new(event: &'a LogEvent<'a>, cluster: &'a Cluster, mut record: Record<'a>) -> Self {
        if let Record::Audit(facts) = &mut record {
            facts.set_own_account(cluster.account.as_deref());
        }
        Self {
            event,
            cluster,
            record,
            time: OnceCell::new(),
        }
    }

    /// The audit event and its facts; `None` for a line of the authenticator.
    #[must_use]
    #[inline]
    pub fn audit(&self) -> Option<&Facts<'a>> {
        match &self.record {
            Record::Audit(facts) => Some(facts),
            Record::Authenticator(_) => None,
        }
    }

    /// The line of the authenticator; `None` for an audit event.
    #[must_use]
    #[inline]
    pub fn authenticator(&self) -> Option<&authenticator::Record<'a>> {
        match &self.record {
            Record::Audit(_) => None,
            Record::Authenticator(line) => Some(line),
        }
    }

    /// Event time in milliseconds since the Unix epoch: when the request came in, else what the line
    /// or CloudWatch says.
    #[must_use]
    pub fn time(&self) -> Option<i64> {
        *self.time.get_or_init(|| self.read_time())
    }

    fn read_time(&self) -> Option<i64> {
        let own = match &self.record {
            Record::Audit(facts) => {
                let record = &facts.record;
                [record.request_received_timestamp, record.stage_timestamp]
                    .into_iter()
                    .flatten()
                    .find_map(|text| parse_time(text.raw()))
            }
            Record::Authenticator(line) => line.time(),
        };
        own.or(self.event.timestamp)
    }
}

/// Reads an RFC 3339 time; a blank may stand for the `T` and nothing for the zone, which is then UTC.
/// Milliseconds since the Unix epoch.
#[must_use]
pub fn parse_time(text: &str) -> Option<i64> {
    if let Some(time) = parse_usual(text) {
        return Some(time);
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_millis());
    }
    let plain = text.trim_end_matches(['Z', 'z']);
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(plain, format).ok())
        .map(|time| time.and_utc().timestamp_millis())
}

/// The form that the API server writes, `2026-05-14T09:30:00.123456Z`: every event has two of them.
fn parse_usual(text: &str) -> Option<i64> {
    #[rustfmt::skip]
    let [
        y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T',
        h1, h2, b':', n1, n2, b':', s1, s2, b'.', u1, u2, u3, u4, u5, u6, b'Z',
    ] = text.as_bytes() else {
        return None;
    };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0, |number: u32, digit| {
            let digit = digit.is_ascii_digit().then(|| digit.wrapping_sub(b'0'));
            digit.map(|digit| number * 10 + u32::from(digit))
        })
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    let [hour, minute, second] = [[h1, h2], [n1, n2], [s1, s2]].map(|of| number(&of));
    let micro = number(&[u1, u2, u3, u4, u5, u6])?;
    let time = day.and_hms_micro_opt(hour?, minute?, second?, micro)?;
    Some(time.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_usual_form_is_read_as_any_other(
            text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\.[0-9]{5}[0-9Z]Z?"
        ) {
            let usual = parse_usual(&text);
            let any = DateTime::parse_from_rfc3339(&text).map(|time| time.timestamp_millis());
            prop_assert!(usual.is_none() || usual == any.ok());
        }

        #[test]
        fn every_moment_has_the_usual_form(millis in 0_i64..4_102_444_800_000) {
            let moment = DateTime::from_timestamp_millis(millis);
            let text = moment.map(|it| it.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
            prop_assert_eq!(parse_usual(&text.unwrap_or_default()), Some(millis));
        }
    }
}
