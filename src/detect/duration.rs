//! Durations as people write them: `250ms`, `5s`, `15m`, `2h`, `7d`, `1w`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// A text that is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no duration: write a whole number above 0 and ms, s, m, h, d or w, such as \"15m\""
)]
pub struct InvalidDuration(String);

/// Reads a whole number above 0 with its unit.
///
/// # Errors
/// When it is something else, or longer than time can be told.
pub fn parse_duration(text: &str) -> Result<Duration, InvalidDuration> {
    milliseconds(text)
        .map(Duration::from_millis)
        .ok_or_else(|| InvalidDuration(text.to_owned()))
}

fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    let each = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return None,
    };
    // Far beyond any clock, and safe to reckon with.
    number
        .checked_mul(each)
        .filter(|milliseconds| *milliseconds < 1000 << 40)
}

/// Reads a duration of a TOML file.
///
/// # Errors
/// When it is none.
pub fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    parse_duration(&text).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        for (text, expected) in [
            ("2000ms", 2),
            ("5s", 5),
            ("15m", 900),
            ("2h", 7_200),
            ("7d", 604_800),
            ("1w", 604_800),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_secs(expected)),
                "{text}"
            );
        }
        for wrong in [
            "",
            "5",
            "s",
            "0s",
            "-5s",
            "1.5h",
            "5 s",
            "5M",
            "99999999999999999999s",
            "9999999999999w",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }
}
