//! Timestamps as the API server, exports and downloads write them, to milliseconds since the Unix epoch.

use chrono::{DateTime, NaiveDate};

/// How a timestamp ends, which tells the tools apart that write one before each message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// `Z`: an export task.
    Zulu,
    /// `+00:00`: `aws logs tail`, followed by the stream's name.
    Offset,
    /// Nothing: `aws logs tail --format short`, and columns of Logs Insights. Both are UTC.
    Bare,
}

/// A timestamp at the beginning of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Milliseconds since the Unix epoch.
    pub millis: i64,
    /// How it ends.
    pub zone: Zone,
    /// How many bytes it takes.
    pub width: usize,
}

/// The longest timestamp that [`stamp`] reads: nine digits of fraction and an offset.
pub const WIDTH: usize = 35;

/// Reads `2026-05-01T12:34:56`, with a blank for the `T`, a fraction, and `Z` or an offset.
#[must_use]
pub fn stamp(text: &[u8]) -> Option<Stamp> {
    let (head, rest) = text.split_first_chunk()?;
    #[rustfmt::skip]
    let &[
        y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b' ',
        h1, h2, b':', n1, n2, b':', s1, s2,
    ] = head else {
        return None;
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    // A leap second is the second before it.
    let second = match number(&[s1, s2])? {
        60 => 59,
        second => second,
    };
    let time = date.and_hms_opt(number(&[h1, h2])?, number(&[n1, n2])?, second)?;
    let whole = time.and_utc().timestamp_millis();
    let (millis, fraction_width) = fraction(rest);
    let width = head.len() + fraction_width;
    let (zone, offset, zone_width) = zone(rest.get(fraction_width..).unwrap_or_default());
    Some(Stamp {
        millis: whole + millis - offset,
        zone,
        width: width + zone_width,
    })
}

/// Reads a whole text as a time: a timestamp of the forms of [`stamp`], or any of RFC 3339. Without a zone
/// it is UTC. Milliseconds since the Unix epoch.
#[must_use]
pub fn parse_time(text: &str) -> Option<i64> {
    match stamp(text.as_bytes()) {
        Some(stamp) if stamp.width == text.len() => Some(stamp.millis),
        _ => {
            let time = DateTime::parse_from_rfc3339(text).ok()?;
            Some(time.timestamp_millis())
        }
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + u32::from(digit - b'0'))
    })
}

/// Milliseconds of `.789` or `.789000`, and the width.
fn fraction(text: &[u8]) -> (i64, usize) {
    let Some((b'.' | b',', digits)) = text.split_first() else {
        return (0, 0);
    };
    let count = digits
        .iter()
        .take(9)
        .take_while(|b| b.is_ascii_digit())
        .count();
    if count == 0 {
        return (0, 0);
    }
    let padded = digits.iter().take(count).copied().chain([b'0'; 3]).take(3);
    (
        padded.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')),
        count + 1,
    )
}

/// The zone, its distance from UTC in milliseconds, and the width.
fn zone(text: &[u8]) -> (Zone, i64, usize) {
    match text {
        [b'Z', ..] => (Zone::Zulu, 0, 1),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2, ..] => {
            match (number(&[*h1, *h2]), number(&[*m1, *m2])) {
                (Some(hours @ ..24), Some(minutes @ ..60)) => {
                    let distance = (i64::from(hours) * 60 + i64::from(minutes)) * 60_000;
                    (
                        Zone::Offset,
                        if *sign == b'-' { -distance } else { distance },
                        6,
                    )
                }
                _ => (Zone::Bare, 0, 0),
            }
        }
        _ => (Zone::Bare, 0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rfc3339(text: &str) -> Option<i64> {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Some(time.timestamp_millis())
    }

    proptest! {
        #[test]
        fn a_whole_stamp_is_what_rfc_3339_says(
            text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-5][0-9]\\.[0-9]{1,9}(Z|[+-][0-3][0-9]:[0-6][0-9])"
        ) {
            prop_assert_eq!(parse_time(&text), rfc3339(&text));
        }

        #[test]
        fn a_stamp_ends_where_its_text_goes_on(text in "2026-05-01[T ]12:34:56(\\.[0-9]{1,9})?(Z|[+-]0[0-9]:30)?", more in " .{0,9}") {
            let alone = stamp(text.as_bytes());
            prop_assert_eq!(alone.map(|stamp| stamp.width), Some(text.len()));
            prop_assert_eq!(stamp((text + &more).as_bytes()), alone);
        }

        #[test]
        fn no_text_breaks_it(text in ".{0,40}") {
            let _ = parse_time(&text);
        }
    }

    #[test]
    fn forms_that_tools_write_are_times() {
        for text in [
            "2026-05-01T12:34:56Z",
            "2026-05-01T12:34:56z",
            "2026-05-01 12:34:56",
            "2026-05-01T12:34:56.000",
            "2026-05-01T14:34:56+02:00",
            "2026-05-01 12:34:56.000000Z",
        ] {
            assert_eq!(parse_time(text), Some(1_777_638_896_000), "{text}");
        }
        assert_eq!(
            parse_time("2026-05-01T12:34:60Z"),
            parse_time("2026-05-01T12:34:59Z")
        );
        for text in [
            "",
            "2026-05-01",
            "2026-05-01T12:34:56+25:00",
            "2026-13-01T12:34:56Z",
            "2026-05-01T12:34:56Zx",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
