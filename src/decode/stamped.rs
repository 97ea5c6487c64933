//! Texts with a timestamp before each message: objects of an export task, and what `aws logs tail`
//! prints in its formats detailed, short and json.
//!
//! A message may go on over several lines; it ends before the next line that begins with a
//! timestamp of the same form.

use std::borrow::Cow;
use std::ops::ControlFlow::{self, Continue};

use memchr::memchr;

use super::outlet::{Label, Outlet, Owner};
use super::walk;
use super::window::{Line, Window};
use crate::record::stamp::{Stamp, WIDTH, Zone, stamp};

/// The timestamp at the beginning of a line, if a message follows it.
pub(super) fn begins(line: &[u8]) -> Option<Stamp> {
    let stamp = stamp(line)?;
    let followed = matches!(line.get(stamp.width), Some(b' ' | b'\t'));
    // `T` sets these apart from lines of text that begin with a date of another tool.
    (followed && line.get(10) == Some(&b'T')).then_some(stamp)
}

/// Reads to the end of the input. `zone` is that of its first line.
pub(super) fn read(window: &mut Window<'_>, out: &mut Outlet<'_>, zone: Zone) -> ControlFlow<()> {
    while window.skip_blank().is_some() {
        out.place(window.offset(), window.line());
        match record_end(window, out.limits.envelope, zone) {
            Line::Whole { len, width } => {
                let record = out.text(window.data().get(..len).unwrap_or_default())?;
                message(&record, out)?;
                window.consume(width);
            }
            Line::Long => {
                skip_record(window, zone);
                out.too_long_envelope()?;
            }
            Line::End => break,
        }
    }
    Continue(())
}

fn starts_record(data: &[u8], zone: Zone) -> bool {
    begins(data).is_some_and(|stamp| stamp.zone == zone)
}

/// Looks for the end of the record at the front of the window.
fn record_end(window: &mut Window<'_>, limit: usize, zone: Zone) -> Line {
    let mut seen = 0;
    loop {
        let data = window.data();
        let Some(at) = memchr(b'\n', data.get(seen..).unwrap_or_default()) else {
            seen = data.len();
            match seen {
                _ if seen > limit => return Line::Long,
                _ if window.fill() => continue,
                0 => return Line::End,
                _ => {
                    return Line::Whole {
                        len: seen,
                        width: seen,
                    };
                }
            }
        };
        let next = seen + at + 1;
        if next > limit {
            return Line::Long;
        }
        window.want(next + WIDTH + 1);
        let after = window.data().get(next..).unwrap_or_default();
        if after.is_empty() || starts_record(after, zone) {
            return Line::Whole {
                len: next - 1,
                width: next,
            };
        }
        seen = next;
    }
}

fn skip_record(window: &mut Window<'_>, zone: Zone) {
    loop {
        window.skip_line();
        window.want(WIDTH + 1);
        if window.data().is_empty() || starts_record(window.data(), zone) {
            return;
        }
    }
}

fn message(record: &str, out: &mut Outlet<'_>) -> ControlFlow<()> {
    let Some(stamp) = begins(record.as_bytes()) else {
        // The first record after one that was skipped may lack its beginning.
        return out.event(Cow::Borrowed(record), Label::default());
    };
    let mut text = record.get(stamp.width + 1..).unwrap_or_default();
    let mut log_stream = None;
    if stamp.zone == Zone::Offset {
        let (stream, rest) = text.split_once([' ', '\n']).unwrap_or((text, ""));
        (log_stream, text) = (Some(Cow::Borrowed(stream)), rest);
    }
    let owner = Owner {
        log_stream,
        ..Owner::default()
    };
    let label = Label {
        timestamp: Some(stamp.millis),
        owner,
        ..Label::default()
    };
    out.event(unfolded(text.trim_end()), label)
}

/// A message that was pretty-printed over several lines becomes one line again.
fn unfolded(text: &str) -> Cow<'_, str> {
    if text.contains('\n') && text.trim_start().starts_with('{') && walk::is_whole(text) {
        return walk::compact(text);
    }
    Cow::Borrowed(text)
}
