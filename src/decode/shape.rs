//! Tells what shape a text has by its first bytes.
//!
//! Looks, never consumes more than a byte order mark and blanks. What it decides does not depend on
//! the size of reads.

use super::lines::Mode;
use super::payload::BASE64;
use super::scan::{Scan, Step};
use super::window::{Line, Window};
use super::{Limits, columns, head, payload, stamped, table};
use crate::record::stamp::Zone;
use base64::Engine;

/// The shape of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing but blanks.
    Empty,
    /// Lines, envelopes and lists.
    Text(Mode),
    /// A timestamp before each message.
    Stamped(Zone),
    /// CSV.
    Table,
    /// Columns between tabs.
    Columns,
    /// The whole text is base64.
    Base64,
    /// UTF-16.
    Utf16,
    /// Not a text of log events, and what to do about it.
    Foreign(&'static str),
}

/// As far as a header or the first line of base64 is looked for.
const PEEK: usize = 8 << 10;

/// Tells the shape of the text in the window.
pub(super) fn sniff(window: &mut Window<'_>, limits: &Limits) -> Shape {
    window.want(head::LOOK);
    if let Some(shape) = foreign(window.data()) {
        return shape;
    }
    if window.data().starts_with(b"\xef\xbb\xbf") {
        window.consume(3);
    }
    let Some(first) = window.skip_blank() else {
        return Shape::Empty;
    };
    window.want(head::LOOK);
    if first == b'{' {
        return Shape::Text(mode(window, limits));
    }
    if let Some(stamp) = stamped::begins(window.data()) {
        return Shape::Stamped(stamp.zone);
    }
    if window.data().starts_with(columns::MARK) {
        return Shape::Columns;
    }
    let line = match window.line_end(PEEK) {
        Line::Whole { len, .. } => window.data().get(..len).unwrap_or_default(),
        Line::Long | Line::End => window.data().get(..PEEK).unwrap_or(window.data()),
    };
    if table::is_header(line) {
        return Shape::Table;
    }
    let first = line.len();
    if is_base64(line.trim_ascii()) && goes_on_in_base64(window, first) {
        return Shape::Base64;
    }
    Shape::Text(Mode::Lines)
}

/// Formats that cannot be read, by name.
fn foreign(data: &[u8]) -> Option<Shape> {
    let zip = "a zip archive or spreadsheet: unpack it, or export CSV or JSON instead";
    match data {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(Shape::Utf16),
        [b'{' | b'[' | b'2', 0, ..] | [0, b'{' | b'[' | b'2', ..] => Some(Shape::Utf16),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Some(Shape::Foreign(zip)),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Shape::Foreign("bzip2: unpack it first")),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Some(Shape::Foreign("xz: unpack it first")),
        [b'P', b'A', b'R', b'1', ..] => Some(Shape::Foreign("Parquet: export JSON instead")),
        [0x1b, b'[', ..] => Some(Shape::Foreign(
            "colour codes: run the tool with `--color off`",
        )),
        _ if data.iter().take(head::LOOK).any(|byte| *byte == 0) => {
            Some(Shape::Foreign("binary data, not a text of log events"))
        }
        _ => None,
    }
}

/// Whether the first object of a text ends on its line, as all others will then.
fn mode(window: &mut Window<'_>, limits: &Limits) -> Mode {
    // Objects without a break between them make one endless line.
    let (len, width) = match window.line_end(limits.event) {
        Line::Whole { len, width } => (len, width),
        Line::Long | Line::End => (limits.event, limits.event),
    };
    window.want(width + 32);
    let line = window.data().get(..len).unwrap_or_default();
    let mut scan = Scan::default();
    match scan.feed(line) {
        Step::Done(end) => {
            let after = line.get(end..).unwrap_or_default().trim_ascii_start();
            if after.first() == Some(&b'{') {
                Mode::Values
            } else {
                Mode::Lines
            }
        }
        Step::More if !scan.in_string() && goes_on(line, window.data().get(width..)) => {
            Mode::Values
        }
        Step::More | Step::Broken(_) => Mode::Lines,
    }
}

/// Whether an object that doesn't end on its line is pretty-printed, and not cut: it breaks where
/// a printer breaks it, and the next line does not begin a log line of its own.
fn goes_on(line: &[u8], next: Option<&[u8]>) -> bool {
    let next = next.unwrap_or_default();
    let breaks = matches!(
        line.trim_ascii_end().last(),
        Some(b'{' | b'[' | b',' | b':')
    );
    breaks && !next.is_empty() && !next.starts_with(b"{\"")
}

/// Whether a text begins with base64 of something we could read.
fn is_base64(line: &[u8]) -> bool {
    if !payload::is_base64(line) {
        return false;
    }
    let head = BASE64
        .decode(line.get(..16).unwrap_or_default())
        .unwrap_or_default();
    match head.as_slice() {
        [0x1f, 0x8b, 8, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => true,
        [b'{' | b'[', next, ..] => next.is_ascii_whitespace() || b"\"{[".contains(next),
        _ => false,
    }
}

/// Whether what follows the first line is more of the same base64, and neither a text of its own
/// nor anything else.
fn goes_on_in_base64(window: &mut Window<'_>, first: usize) -> bool {
    window.want(first + 64);
    let after = window.data().get(first..).unwrap_or_default();
    let after = after.get(..64).unwrap_or(after).trim_ascii_start();
    let line = after
        .split(u8::is_ascii_whitespace)
        .next()
        .unwrap_or_default();
    line.is_empty() || (!line.starts_with(b"H4sI") && line.iter().all(|b| payload::is_letter(*b)))
}
