//! Reads one input: opens what is compressed, tells its shape, and hands it to the room for that
//! shape.
//!
//! Total: every input ends in items; nothing here fails, panics or grows with the input.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::base64_text::Base64Text;
use super::compress;
use super::fault::fault;
use super::item::Item;
use super::layer::Bounds;
use super::outlet::Outlet;
use super::shape::{self, Shape};
use super::window::Window;
use super::{Limits, Refusal, columns, lines, stamped, table};
use crate::record::Origin;

/// Reads inputs one after another, with one buffer.
#[derive(Debug, Default)]
pub struct Reader {
    limits: Limits,
    buffer: Vec<u8>,
}

impl Reader {
    /// A reader with these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            buffer: Vec::new(),
        }
    }

    /// Lets `read` read with it. What makes the program panic ends that reading alone: one poisonous
    /// record ends nothing else, and the reader is as new then.
    ///
    /// # Errors
    /// What it panicked with.
    pub fn contain<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> std::thread::Result<T> {
        let done = catch_unwind(AssertUnwindSafe(|| read(self)));
        if done.is_err() {
            *self = Self::new(self.limits);
        }
        done
    }

    /// Reads `input` to its end, or until `on` breaks; says whether it broke.
    ///
    /// `name` is what positions call the input; `hint` is what is known of it beforehand (its path
    /// may tell the log stream), and holds where an envelope does not say otherwise.
    ///
    /// Items come in the order of the input. They do not depend on the size of reads, but for how
    /// much is kept before damage in compressed data.
    pub fn read(
        &mut self,
        name: &str,
        input: impl Read,
        hint: &Origin,
        on: &mut dyn FnMut(Item<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut out = Outlet::new(name, hint, self.limits, on);
        let opened = compress::open(input, Bounds::file(self.limits));
        let buffer = std::mem::take(&mut self.buffer);
        let (flow, buffer) = text(opened, buffer, &mut out, 0);
        self.buffer = buffer;
        flow
    }

    /// The same for an input of which it is known that it is base64, as what an envelope carries.
    pub fn read_base64(
        &mut self,
        name: &str,
        input: impl Read,
        hint: &Origin,
        on: &mut dyn FnMut(Item<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut out = Outlet::new(name, hint, self.limits, on);
        let mut letters = Window::new(Box::new(input), Vec::new());
        let opened = compress::open(Base64Text::new(&mut letters), Bounds::file(self.limits));
        let buffer = std::mem::take(&mut self.buffer);
        let (flow, buffer) = text(opened, buffer, &mut out, 1);
        self.buffer = buffer;
        flow
    }
}

/// Reads a text. `depth` counts the layers of base64 around it.
fn text(
    opened: io::Result<Box<dyn Read + '_>>,
    buffer: Vec<u8>,
    out: &mut Outlet<'_>,
    depth: u8,
) -> (ControlFlow<()>, Vec<u8>) {
    let input = match opened {
        Ok(input) => input,
        Err(error) => return (failed(&error, out), buffer),
    };
    let mut window = Window::new(input, buffer);
    let shape = shape::sniff(&mut window, &out.limits);
    out.place(window.offset(), window.line());
    let flow = match shape {
        Shape::Base64 => whole_base64(&mut window, out, depth),
        shape => by_shape(shape, &mut window, out),
    };
    let flow = match window.take_failure() {
        Some(error) if flow.is_continue() => {
            out.place(window.offset(), window.line());
            failed(&error, out)
        }
        _ => flow,
    };
    (flow, window.into_buffer())
}

fn by_shape(shape: Shape, window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    match shape {
        Shape::Empty | Shape::Base64 => ControlFlow::Continue(()),
        Shape::Text(mode) => lines::read(window, out, mode),
        Shape::Stamped(zone) => stamped::read(window, out, zone),
        Shape::Table => table::read(window, out),
        Shape::Columns => columns::read(window, out),
        Shape::Utf16 => out.problem(Refusal::Utf16, "the text is UTF-16: convert it to UTF-8"),
        Shape::Foreign(what) => out.problem(Refusal::Unsupported, what),
    }
}

/// A text that is base64 from end to end, in one line or wrapped.
fn whole_base64(window: &mut Window<'_>, out: &mut Outlet<'_>, depth: u8) -> ControlFlow<()> {
    if depth >= out.limits.nesting {
        return out.problem(
            Refusal::Nesting,
            "base64 inside base64 too often (limit `nesting`)",
        );
    }
    let opened = compress::open(Base64Text::new(window), Bounds::file(out.limits));
    text(opened, Vec::new(), out, depth + 1).0
}

fn failed(error: &io::Error, out: &mut Outlet<'_>) -> ControlFlow<()> {
    let fault = fault(error);
    out.problem(fault.refusal, Cow::Owned(fault.detail))
}
