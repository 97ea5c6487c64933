//! Timestamps as exports and downloads write them, to milliseconds since the Unix epoch.
//!
//! Only fixed forms in UTC or with an offset; never guesses a zone.

use chrono::NaiveDate;

/// How a timestamp ends, which tells the tools apart that write one before each message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// `Z`: an export task.
    Zulu,
    /// `+00:00`: `aws logs tail`, followed by the stream's name.
    Offset,
    /// Nothing: `aws logs tail --format short`, and columns of Logs Insights. Both are UTC.
    Bare,
}

/// A timestamp at the beginning of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Milliseconds since the Unix epoch.
    pub(super) millis: i64,
    /// How it ends.
    pub(super) zone: Zone,
    /// How many bytes it takes.
    pub(super) width: usize,
}

/// The longest timestamp that [`stamp`] reads: nine digits of fraction and an offset.
pub(super) const WIDTH: usize = 35;

/// Reads `2026-05-01T12:34:56`, with a blank for the `T`, a fraction, and `Z` or an offset.
pub(super) fn stamp(text: &[u8]) -> Option<Stamp> {
    let head = text.first_chunk::<19>()?;
    let [
        _,
        _,
        _,
        _,
        b'-',
        _,
        _,
        b'-',
        _,
        _,
        b'T' | b' ',
        _,
        _,
        b':',
        _,
        _,
        b':',
        _,
        _,
    ] = head
    else {
        return None;
    };
    let year = i32::try_from(number(head.get(..4)?)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&head[5..7])?, number(&head[8..10])?)?;
    let (hour, minute) = (number(&head[11..13])?, number(&head[14..16])?);
    // A leap second is the second before it.
    let second = match number(&head[17..19])? {
        60 => 59,
        second => second,
    };
    let whole = date
        .and_hms_opt(hour, minute, second)?
        .and_utc()
        .timestamp_millis();
    let (millis, fraction_width) = fraction(text.get(19..).unwrap_or_default());
    let width = 19 + fraction_width;
    let (zone, offset, zone_width) = zone(text.get(width..).unwrap_or_default());
    Some(Stamp {
        millis: whole + millis - offset,
        zone,
        width: width + zone_width,
    })
}

/// Reads a whole text as a time: milliseconds, or a timestamp of the forms of [`stamp`].
pub(super) fn millis(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(millis) = text.parse::<i64>() {
        return Some(millis);
    }
    let stamp = stamp(text.as_bytes())?;
    (stamp.width == text.len()).then_some(stamp.millis)
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
                (Some(hours), Some(minutes)) => {
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
