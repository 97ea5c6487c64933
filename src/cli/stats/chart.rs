//! Volumes for people: a header, then bars, the largest as long as there is room.

use std::fmt::Write as _;

use super::section::{Section, rate, share};
use super::volume::{Count, MOST_VALUES, Volume};
use crate::alert::Timestamp;
use crate::cli::summary::grouped;

/// Where nobody knows how wide a line may be.
const USUAL_WIDTH: usize = 100;

/// What stands before the bar: share, bytes and events.
const NUMBERS: usize = 33;

/// How bars are drawn.
pub(super) struct Chart {
    /// The longest line; without one values are never shortened.
    width: Option<usize>,
    /// What an eighth, two eighths, … of a character's width look like.
    blocks: &'static [char],
}

impl Chart {
    /// With block characters.
    pub(super) fn fine(width: Option<u16>) -> Self {
        Self {
            width: width.map(usize::from),
            blocks: &['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
        }
    }

    /// With ASCII.
    pub(super) fn plain(width: Option<u16>) -> Self {
        Self {
            width: width.map(usize::from),
            blocks: &['#'],
        }
    }

    /// The whole text, lines ended.
    pub(super) fn draw(&self, volume: &Volume, sections: &[Section], unread: u64) -> String {
        let mut out = head(volume);
        if unread > 0 {
            let pieces = grouped(unread);
            let _ = writeln!(
                out,
                "not read: {pieces} pieces of the input, which are in no number here"
            );
        }
        for section in sections {
            out.push('\n');
            self.section(&mut out, section, volume.all);
        }
        out
    }

    fn bar_width(&self) -> usize {
        (self.width.unwrap_or(USUAL_WIDTH).saturating_sub(NUMBERS) / 3).clamp(8, 32)
    }

    fn section(&self, out: &mut String, section: &Section, all: Count) {
        let room = self.bar_width();
        let values = match section.values {
            1 => "1 value".to_owned(),
            values => format!("{} values", grouped(values as u64)),
        };
        let blank = " ".repeat(room);
        let _ = writeln!(
            out,
            "{:>8} {:>10} {:>11}  {blank}  {} ({values})",
            "share", "bytes", "events", section.name
        );
        let most = section.top.first().map_or(0, |(_, count)| count.bytes);
        let left = self.width.map_or(usize::MAX, |width| {
            width.saturating_sub(NUMBERS + room + 2).max(20)
        });
        let mut line = |count: Count, bar: &str, text: &str| {
            let percent = share(count, all) * 100.0;
            let (bytes, events) = (bytes(count.bytes), grouped(count.events));
            let padding = " ".repeat(room.saturating_sub(bar.chars().count()));
            let text = shortened(text, left);
            let _ = writeln!(
                out,
                "{percent:>6.1} % {bytes:>10} {events:>11}  {bar}{padding}  {text}"
            );
        };
        for (value, count) in &section.top {
            line(*count, &bar(count.bytes, most, room, self.blocks), value);
        }
        let (values, count) = section.rest;
        if values > 0 {
            line(
                count,
                "",
                &format!("({} other values)", grouped(values as u64)),
            );
        }
        if section.beyond.events > 0 {
            let known = grouped(MOST_VALUES as u64);
            line(
                section.beyond,
                "",
                &format!("(other values, not told apart after the first {known})"),
            );
        }
    }
}

fn head(volume: &Volume) -> String {
    let mut out = String::new();
    if let Some((first, last)) = volume.span {
        let time = |millis| Timestamp::from_millis(millis).map(Timestamp::to_seconds_text);
        let [first_text, last_text] = [time(first), time(last)].map(Option::unwrap_or_default);
        let length = length(last.saturating_sub(first));
        let _ = writeln!(out, "{first_text} to {last_text} ({length})");
    }
    let events = grouped(volume.all.events);
    let _ = write!(out, "{events} events, {}", bytes(volume.all.bytes));
    if let Some(rate) = rate(volume) {
        let _ = write!(out, ", {rate:.3} events a second");
    }
    out.push('\n');
    out
}

/// A bar of up to `room` characters, in steps of the blocks; something is never nothing.
#[allow(
    clippy::cast_possible_truncation,
    reason = "no more than room times eight"
)]
fn bar(part: u64, most: u64, room: usize, blocks: &[char]) -> String {
    if part == 0 || most == 0 {
        return String::new();
    }
    let steps = room as u128 * blocks.len() as u128;
    let steps = (u128::from(part.min(most)) * steps).div_ceil(u128::from(most)) as usize;
    let full = blocks.last().copied().unwrap_or('#');
    let mut bar: String = std::iter::repeat_n(full, steps / blocks.len()).collect();
    let over = steps % blocks.len();
    bar.extend(over.checked_sub(1).and_then(|at| blocks.get(at)));
    bar
}

/// `1.2 MB`; a megabyte has 1,000,000 bytes.
#[allow(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn bytes(bytes: u64) -> String {
    let mut number = bytes as f64 / 1000.0;
    for unit in ["kB", "MB", "GB"] {
        if number < 999.95 {
            return if bytes < 1000 {
                format!("{bytes} B")
            } else {
                format!("{number:.1} {unit}")
            };
        }
        number /= 1000.0;
    }
    format!("{number:.1} TB")
}

/// A stretch of time in its two largest units.
fn length(millis: i64) -> String {
    let seconds = millis / 1000;
    let units = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let from = units.iter().position(|(count, _)| *count > 0);
    let shown = units.iter().skip(from.unwrap_or(units.len() - 1)).take(2);
    let shown: Vec<String> = shown
        .filter(|(count, unit)| *count > 0 || *unit == "s" && seconds == 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    shown.join(" ")
}

fn shortened(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(3)).collect();
    format!("{kept}...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share_of_the_largest() {
        let fine = Chart::fine(None).blocks;
        let drawn = |part, most| bar(part, most, 4, fine);
        assert_eq!(drawn(10, 10), "████");
        assert_eq!(drawn(5, 10), "██");
        assert_eq!(drawn(9, 16), "██▎");
        assert_eq!(drawn(1, u64::MAX), "▏");
        assert_eq!(drawn(0, 10), "");
        assert_eq!(drawn(0, 0), "");
        assert_eq!(drawn(u64::MAX, u64::MAX), "████");
        assert_eq!(bar(1, 3, 9, Chart::plain(None).blocks), "###");
    }

    #[test]
    fn bars_never_outgrow_a_narrow_or_a_wide_terminal() {
        for (width, bar) in [(0, 8), (40, 8), (100, 22), (u16::MAX, 32)] {
            assert_eq!(Chart::fine(Some(width)).bar_width(), bar);
        }
    }

    #[test]
    fn bytes_and_times_are_short() {
        let shown = [
            0,
            999,
            1000,
            999_949,
            999_960,
            1_500_000_000,
            2_000_000_000_000,
        ]
        .map(bytes);
        assert_eq!(
            shown,
            [
                "0 B", "999 B", "1.0 kB", "999.9 kB", "1.0 MB", "1.5 GB", "2.0 TB"
            ]
        );
        let shown = [0, 61_000, 3_600_000, 90_061_000, 172_800_000].map(length);
        assert_eq!(shown, ["0 s", "1 min 1 s", "1 h", "1 d 1 h", "2 d"]);
    }
}
