//! Lines and JSON values one after another: bare audit events, lines of other logs, envelopes,
//! lists, base64, mixed as they come.
//!
//! The fastest way through the program: a line that begins as an audit event does goes out as it
//! lies in the window, without being copied or parsed.

use std::ops::ControlFlow::{self, Continue};

use memchr::memchr;

use super::head::{self, Head};
use super::outlet::Outlet;
use super::window::{Line, Span, Window};
use super::{Refusal, envelope, list, payload, subscription};

/// How bare objects are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Each stands on its line; a line that is cut is still one log line.
    Lines,
    /// Each ends where its brackets close: pretty-printed, or one after another without a break.
    Values,
}

/// Reads to the end of the input.
pub(super) fn read(window: &mut Window<'_>, out: &mut Outlet<'_>, mode: Mode) -> ControlFlow<()> {
    loop {
        if mode == Mode::Lines {
            audit_lines(window, out)?;
        }
        let Some(byte) = skip_blank(window) else {
            return Continue(());
        };
        window.want(head::LOOK);
        out.place(window.offset(), window.line());
        match byte {
            b'{' => object(window, out, mode)?,
            b'[' if opens_list(window.data()) => {
                let _ = list::array(window, out)?;
            }
            _ => line(window, out)?,
        }
    }
}

/// The hot path: all whole lines in the window that begin as an audit event does.
fn audit_lines(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    let (mut offset, mut number) = (window.offset(), window.line());
    let (mut rest, mut flow) = (window.data(), Continue(()));
    while flow.is_continue() && rest.starts_with(head::AUDIT) {
        let Some(end) = memchr(b'\n', rest) else {
            break;
        };
        if end > out.limits.event {
            break;
        }
        let (line, after) = rest.split_at_checked(end + 1).unwrap_or_default();
        out.place(offset, number);
        flow = out.line(without_end(line));
        offset += line.len() as u64;
        number += 1;
        rest = after;
    }
    let (bytes, lines) = (offset - window.offset(), number - window.line());
    window.consume_lines(usize::try_from(bytes).unwrap_or(usize::MAX), lines);
    flow
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Passes blanks, and byte order marks where files were joined.
fn skip_blank(window: &mut Window<'_>) -> Option<u8> {
    loop {
        let byte = window.skip_blank()?;
        window.want(3);
        if !window.data().starts_with(b"\xef\xbb\xbf") {
            return Some(byte);
        }
        window.consume(3);
    }
}

/// Whether a `[` begins a JSON array and not a line of text.
fn opens_list(data: &[u8]) -> bool {
    let next = data
        .iter()
        .take(head::LOOK)
        .skip(1)
        .find(|byte| !byte.is_ascii_whitespace());
    matches!(next, Some(b'{' | b'[' | b']'))
}

/// Whether a `{` stands alone on its line, as no log line does: a pretty-printed object.
fn opens_alone(data: &[u8]) -> bool {
    let next = data
        .iter()
        .take(head::LOOK)
        .skip(1)
        .find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    next == Some(&b'\n')
}

fn object(window: &mut Window<'_>, out: &mut Outlet<'_>, mode: Mode) -> ControlFlow<()> {
    let mode = if opens_alone(window.data()) {
        Mode::Values
    } else {
        mode
    };
    match (head::look_at(window.data()), mode) {
        (Head::List, _) => list::object(window, out),
        (Head::Line, Mode::Lines) => line(window, out),
        (Head::Undecided, Mode::Lines) => undecided(window, out),
        _ => value(window, out),
    }
}

/// An object whose first keys say nothing: the whole line is looked at.
fn undecided(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    let Line::Whole { len, .. } = window.line_end(out.limits.event) else {
        return line(window, out);
    };
    let bytes = window.data().get(..len).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes);
    match head::look(&text) {
        Head::Line | Head::Undecided => line(window, out),
        Head::List => list::object(window, out),
        _ => value(window, out),
    }
}

/// The width of the mark of a cut line that stands `at` bytes on.
fn cut_mark(window: &mut Window<'_>, at: usize) -> usize {
    const MARK: &[u8] = b"[Truncated...]";
    window.want(at + MARK.len());
    let marked = window
        .data()
        .get(at..)
        .is_some_and(|rest| rest.starts_with(MARK));
    if marked { MARK.len() } else { 0 }
}

/// A JSON value of any number of lines.
fn value(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    let (width, whole) = match window.value_end(out.limits.envelope) {
        Span::Whole(width) => (width, true),
        Span::Broken(width) => (width + cut_mark(window, width), false),
        Span::Cut(width) => (width, false),
        Span::Long if head::look_at(window.data()) == Head::Subscription => {
            return subscription::read(window, out);
        }
        Span::Long => {
            window.skip_value();
            return out.too_long_envelope();
        }
    };
    let text = out.text(window.data().get(..width).unwrap_or_default())?;
    let read = if whole {
        envelope::value
    } else {
        envelope::partial
    };
    read(&text, out, 0)?;
    window.consume(width);
    Continue(())
}

/// A line that is one log event, or base64.
fn line(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    match window.line_end(out.limits.event) {
        Line::Whole { len, width } => {
            let line = without_end(window.data().get(..len).unwrap_or_default());
            let flow = whole_line(line, out);
            window.consume_lines(width, 1);
            flow
        }
        Line::Long if window.data().starts_with(b"H4sI") => long_base64(window, out),
        Line::Long => {
            window.skip_line();
            out.too_long()
        }
        // Never at the beginning of a line, where a byte was seen.
        Line::End => Continue(()),
    }
}

fn whole_line(line: &[u8], out: &mut Outlet<'_>) -> ControlFlow<()> {
    match line.first() {
        Some(b'H' | b'K') if payload::is_packed_line(line.trim_ascii()) => packed(line, out),
        // What is left of a value that was cut or refused.
        Some(b'}' | b']' | b'"' | b',') => out.problem(
            Refusal::NotJson,
            "a line that begins in the midst of a JSON value",
        ),
        _ => out.line(line),
    }
}

fn packed(line: &[u8], out: &mut Outlet<'_>) -> ControlFlow<()> {
    let base64 = out.text(line)?;
    envelope::packed(&base64, out, 0)
}

/// Base64 in one line may be as long as an envelope.
fn long_base64(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    let Line::Whole { len, width } = window.line_end(out.limits.envelope) else {
        window.skip_line();
        return out.too_long_envelope();
    };
    let line = without_end(window.data().get(..len).unwrap_or_default());
    let flow = if payload::is_packed_line(line) {
        packed(line, out)
    } else {
        out.too_long()
    };
    window.consume_lines(width, 1);
    flow
}
