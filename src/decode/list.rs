//! Lists of any length, read element by element: `events`, `items` and `results` of an object, and
//! bare arrays.
//!
//! Only one element is in memory at a time, whatever the size of the file.

use std::ops::ControlFlow::{self, Continue};

use super::outlet::Outlet;
use super::window::{Span, Window};
use super::{Refusal, envelope, head, walk};

/// Longer keys are not ours.
const KEY: usize = 1 << 10;

/// Whether the list or object came to its own end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    Cut,
}

/// Reads an object whose lists are of any length; the window stands at its `{`.
pub(super) fn object(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    window.consume(1);
    loop {
        match skip_separators(window) {
            Some(b'}') => {
                window.consume(1);
                return Continue(());
            }
            Some(b'"') => {
                if entry(window, out)? == End::Cut {
                    return Continue(());
                }
            }
            _ => return cut(window, out),
        }
    }
}

fn entry(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<(), End> {
    let Span::Whole(width) = window.value_end(KEY) else {
        cut(window, out)?;
        return Continue(End::Cut);
    };
    let key = window
        .data()
        .get(1..width.saturating_sub(1))
        .unwrap_or_default();
    let is_list = head::LISTS.iter().any(|list| list.as_bytes() == key);
    window.consume(width);
    if window.skip_blank() != Some(b':') {
        cut(window, out)?;
        return Continue(End::Cut);
    }
    window.consume(1);
    match window.skip_blank() {
        Some(b'[') if is_list => array(window, out),
        _ => pass_over(window, out),
    }
}

/// Leaves a value behind that does not matter.
fn pass_over(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<(), End> {
    place(window, out);
    match window.value_end(out.limits.envelope) {
        Span::Whole(width) if width > 0 => window.consume(width),
        Span::Long => {
            window.skip_value();
            out.too_long_envelope()?;
        }
        Span::Whole(_) => {
            cut(window, out)?;
            return Continue(End::Cut);
        }
        Span::Broken(width) | Span::Cut(width) => {
            window.consume(width);
            cut(window, out)?;
            return Continue(End::Cut);
        }
    }
    Continue(End::Whole)
}

/// Reads an array; the window stands at its `[`.
pub(super) fn array(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<(), End> {
    window.consume(1);
    loop {
        match skip_separators(window) {
            Some(b']') => {
                window.consume(1);
                return Continue(End::Whole);
            }
            Some(_) => {
                if element(window, out)? == End::Cut {
                    return Continue(End::Cut);
                }
            }
            None => {
                cut(window, out)?;
                return Continue(End::Cut);
            }
        }
    }
}

fn element(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<(), End> {
    place(window, out);
    let (width, end) = match window.value_end(out.limits.envelope) {
        Span::Long => {
            window.skip_value();
            out.too_long_envelope()?;
            return Continue(End::Whole);
        }
        Span::Whole(0) => {
            cut(window, out)?;
            return Continue(End::Cut);
        }
        Span::Whole(width) => (width, End::Whole),
        Span::Broken(width) | Span::Cut(width) => (width, End::Cut),
    };
    let text = out.text(window.data().get(..width).unwrap_or_default())?;
    match end {
        End::Whole => envelope::value(&text, out, 0)?,
        End::Cut => salvage(&text, out)?,
    }
    window.consume(width);
    Continue(end)
}

fn salvage(text: &str, out: &mut Outlet<'_>) -> ControlFlow<()> {
    envelope::value(text, out, 0)?;
    if walk::is_whole(text) {
        return Continue(());
    }
    out.problem(Refusal::Cut, "list of events ends inside an element")
}

/// Reports a list that doesn't go on as JSON does. Reading goes on with the next line.
fn cut(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    place(window, out);
    window.skip_line();
    out.problem(
        Refusal::Cut,
        "list of events ends before it is complete, or is not JSON",
    )
}

fn place(window: &Window<'_>, out: &mut Outlet<'_>) {
    out.place(window.offset(), window.line());
}

fn skip_separators(window: &mut Window<'_>) -> Option<u8> {
    loop {
        match window.skip_blank() {
            Some(b',') => window.consume(1),
            other => return other,
        }
    }
}
