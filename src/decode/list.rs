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

/// What is done with the text of one element or value.
type Each<'e> = &'e mut dyn FnMut(&str, &mut Outlet<'_>) -> ControlFlow<()>;

/// Reads an object whose lists are of any length; the window stands at its `{`.
pub(super) fn object(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    window.consume(1);
    while let Some(key) = key(window, out)? {
        let is_list = head::LISTS.iter().any(|list| list.as_bytes() == key);
        let end = match window.skip_blank() {
            Some(b'[') if is_list => array(window, out)?,
            _ => pass_over(window, out)?,
        };
        if end == End::Cut {
            break;
        }
    }
    Continue(())
}

/// Takes the next key of an object, and stands before its value then; `None` where the object ends or
/// goes on in no way that an object does.
pub(super) fn key(
    window: &mut Window<'_>,
    out: &mut Outlet<'_>,
) -> ControlFlow<(), Option<Vec<u8>>> {
    match skip_separators(window) {
        Some(b'}') => {
            window.consume(1);
            return Continue(None);
        }
        Some(b'"') => {}
        _ => {
            cut(window, out)?;
            return Continue(None);
        }
    }
    let Span::Whole(width) = window.value_end(KEY) else {
        cut(window, out)?;
        return Continue(None);
    };
    let key = window.data().get(1..width.saturating_sub(1));
    let key = key.unwrap_or_default().to_vec();
    window.consume(width);
    if window.skip_blank() != Some(b':') {
        cut(window, out)?;
        return Continue(None);
    }
    window.consume(1);
    Continue(Some(key))
}

/// Leaves a value behind that does not matter.
pub(super) fn pass_over(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<(), End> {
    value_of(window, out, &mut |_, _| Continue(()))
}

/// Hands out the text of a value, if it is whole.
pub(super) fn value_of(
    window: &mut Window<'_>,
    out: &mut Outlet<'_>,
    on: Each<'_>,
) -> ControlFlow<(), End> {
    place(window, out);
    match window.value_end(out.limits.envelope) {
        Span::Whole(width) if width > 0 => {
            let text = out.text(window.data().get(..width).unwrap_or_default())?;
            on(&text, out)?;
            window.consume(width);
        }
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
    array_of(window, out, &mut |text, out| envelope::value(text, out, 0))
}

/// Hands out the elements of an array; the window stands at its `[`.
pub(super) fn array_of(
    window: &mut Window<'_>,
    out: &mut Outlet<'_>,
    each: Each<'_>,
) -> ControlFlow<(), End> {
    window.consume(1);
    loop {
        match skip_separators(window) {
            Some(b']') => {
                window.consume(1);
                return Continue(End::Whole);
            }
            Some(_) => {
                if element(window, out, each)? == End::Cut {
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

fn element(window: &mut Window<'_>, out: &mut Outlet<'_>, each: Each<'_>) -> ControlFlow<(), End> {
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
        End::Whole => each(&text, out)?,
        End::Cut => salvage(&text, out, each)?,
    }
    window.consume(width);
    Continue(end)
}

fn salvage(text: &str, out: &mut Outlet<'_>, each: Each<'_>) -> ControlFlow<()> {
    each(text, out)?;
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
