//! `aws logs filter-log-events` and `get-log-events` with `--output text`: columns between tabs.
//!
//! Best effort: the CLI does not escape tabs and line ends of a message. Columns are told by what
//! they hold: the CLI sorts them by name and leaves out those that no event has.

use std::borrow::Cow;
use std::ops::ControlFlow::{self, Continue};

use super::outlet::{Label, Outlet, Owner};
use super::stream::StreamKind;
use super::window::{Line, Window};

/// What each line of an event begins with.
pub(super) const MARK: &[u8] = b"EVENTS\t";

/// Reads to the end of the input.
pub(super) fn read(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    while window.skip_blank().is_some() {
        out.place(window.offset(), window.line());
        match window.line_end(out.limits.event) {
            Line::Whole { len, width } => {
                let line = window
                    .data()
                    .get(..len)
                    .unwrap_or_default()
                    .trim_ascii_end();
                if let Some(columns) = line.strip_prefix(MARK) {
                    let columns = out.text(columns)?;
                    event(&columns, out)?;
                }
                window.consume_lines(width, 1);
            }
            Line::Long => {
                window.skip_line();
                out.too_long()?;
            }
            Line::End => break,
        }
    }
    Continue(())
}

/// Takes what labels the event off both ends; what is left is the message.
fn event(columns: &str, out: &mut Outlet<'_>) -> ControlFlow<()> {
    let (mut label, mut times) = (Label::default(), Vec::new());
    let mut message = columns;
    while let Some((column, rest)) = message.split_once('\t') {
        if !take(column, &mut label, &mut times) {
            break;
        }
        message = rest;
    }
    while let Some((rest, column)) = message.rsplit_once('\t') {
        if !take(column, &mut label, &mut times) {
            break;
        }
        message = rest;
    }
    // An event is ingested after it happened.
    label.timestamp = times.iter().copied().min();
    label.ingestion_time = times.iter().copied().max().filter(|_| times.len() > 1);
    out.event(Cow::Borrowed(message), label)
}

/// Whether a column belongs to the label.
fn take<'a>(column: &'a str, label: &mut Label<'a>, times: &mut Vec<i64>) -> bool {
    let number = !column.is_empty() && column.bytes().all(|byte| byte.is_ascii_digit());
    match column.len() {
        13 if number => times.extend(column.parse::<i64>()),
        30.. if number => label.event_id = Some(Cow::Borrowed(column)),
        _ if StreamKind::of_name(column) != StreamKind::Unknown => {
            label.owner = Owner {
                log_stream: Some(Cow::Borrowed(column)),
                ..Owner::default()
            };
        }
        _ => return false,
    }
    true
}
