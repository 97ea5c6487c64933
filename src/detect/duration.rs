//! Durations as people write them: `5s`, `15m`, `2h`, `7d`, `1w`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// A text that is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no duration: write a whole number above 0 and s, m, h, d or w, such as \"15m\"")]
pub struct InvalidDuration(String);

/// Reads a whole number above 0 with its unit.
///
/// # Errors
/// When it is something else, or longer than time can be told.
pub fn parse_duration(text: &str) -> Result<Duration, InvalidDuration> {
    seconds(text)
        .map(Duration::from_secs)
        .ok_or_else(|| InvalidDuration(text.to_owned()))
}

fn seconds(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let digits = text.strip_suffix(unit)?;
    let number: u64 = digits.parse().ok().filter(|number| *number > 0)?;
    let each = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    // Far beyond any clock, and safe to reckon with in milliseconds.
    number
        .checked_mul(each)
        .filter(|seconds| *seconds < 1 << 40)
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
