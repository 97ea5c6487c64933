//! A subscription envelope too large to be held: read event by event.
//!
//! CloudWatch Logs writes whose the events are before the events. What comes after them in an envelope
//! of this size is passed over.

use std::borrow::Cow;
use std::ops::ControlFlow::{self, Continue};

use super::list::{End, array_of, key, pass_over, value_of};
use super::outlet::{Outlet, Owner};
use super::row::Row;
use super::walk;
use super::window::Window;

/// What stands before the events.
#[derive(Default)]
struct Opening {
    owner: Owner<'static>,
    control: bool,
}

impl Opening {
    fn note(&mut self, key: &[u8], value: &str) {
        let text = || walk::string(value).map(|text| Cow::Owned(text.into_owned()));
        match key {
            b"messageType" => self.control = value == "\"CONTROL_MESSAGE\"",
            b"owner" => self.owner.account = text(),
            b"logGroup" => self.owner.log_group = text(),
            b"logStream" => self.owner.log_stream = text(),
            _ => {}
        }
    }
}

/// Reads an envelope of any length; the window stands at its `{`.
pub(super) fn read(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    let mut opening = Opening::default();
    window.consume(1);
    while let Some(name) = key(window, out)? {
        let end = match (name.as_slice(), window.skip_blank()) {
            (b"logEvents", Some(b'[')) if opening.control => {
                out.control()?;
                pass_over(window, out)?
            }
            (b"logEvents", Some(b'[')) => {
                let owner = &opening.owner;
                let mut event = |text: &str, out: &mut Outlet<'_>| {
                    Row::from_object(text, owner.clone()).emit(out)
                };
                array_of(window, out, &mut event)?
            }
            (name, _) => {
                let mut note = |value: &str, _: &mut Outlet<'_>| {
                    opening.note(name, value);
                    Continue(())
                };
                value_of(window, out, &mut note)?
            }
        };
        if end == End::Cut {
            break;
        }
    }
    Continue(())
}
