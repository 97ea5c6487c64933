//! One whole JSON value in memory to log events: envelopes, rows, and log lines as they are.
//!
//! Never looks into a message. What is in an envelope may be an envelope again, up to the limit
//! `nesting`.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::head::{self, Head};
use super::outlet::{Label, Outlet, Owner};
use super::row::Row;
use super::stream::StreamKind;
use super::{Refusal, payload, walk};

/// Reads a JSON value. `depth` counts the envelopes around it.
pub(super) fn value(text: &str, out: &mut Outlet<'_>, depth: u8) -> ControlFlow<()> {
    if depth > out.limits.nesting {
        return out.problem(
            Refusal::Nesting,
            "too many envelopes in one another (limit `nesting`)",
        );
    }
    match text.trim_start().as_bytes().first() {
        Some(b'{') => object(text, out, depth),
        Some(b'[') if is_row(text) => Row::from_fields(text).emit(out),
        Some(b'[') => each(walk::elements(text), out, depth),
        _ => out.problem(
            Refusal::UnknownShape,
            "a bare JSON value where an object was expected",
        ),
    }
}

fn each<'t>(
    values: impl Iterator<Item = &'t str>,
    out: &mut Outlet<'_>,
    depth: u8,
) -> ControlFlow<()> {
    for element in values {
        value(element, out, depth + 1)?;
    }
    ControlFlow::Continue(())
}

/// Reads a value that may be cut. A cut log line is still a log line; a cut envelope gives what
/// stands before the cut, and is a problem.
pub(super) fn partial(text: &str, out: &mut Outlet<'_>, depth: u8) -> ControlFlow<()> {
    value(text, out, depth)?;
    let line = matches!(head::look(text), Head::Line | Head::Undecided);
    if (line && text.trim_start().starts_with('{')) || walk::is_whole(text) {
        return ControlFlow::Continue(());
    }
    out.problem(Refusal::Cut, "envelope ends before it is complete")
}

/// Whether an array is a row of `get-query-results`.
fn is_row(array: &str) -> bool {
    let first = walk::elements(array).next().unwrap_or_default();
    walk::entries(first).any(|(key, _)| key == "field")
}

fn object(text: &str, out: &mut Outlet<'_>, depth: u8) -> ControlFlow<()> {
    match head::look(text) {
        Head::Line | Head::Undecided => out.event(walk::compact(text), Label::default()),
        Head::List => {
            let mut lists = walk::entries(text).filter(|(key, _)| head::LISTS.contains(key));
            lists.try_for_each(|(_, list)| each(walk::elements(list), out, depth))
        }
        Head::Subscription => subscription(text, out),
        Head::Lambda => lambda(text, out, depth),
        Head::Records => records(text, out, depth),
        Head::Row => Row::from_object(text, Owner::default()).emit(out),
        Head::Action => ControlFlow::Continue(()),
    }
}

fn subscription(text: &str, out: &mut Outlet<'_>) -> ControlFlow<()> {
    let (mut owner, mut events, mut control) = (Owner::default(), None, false);
    for (key, value) in walk::entries(text) {
        match key {
            "messageType" => control = value == "\"CONTROL_MESSAGE\"",
            "owner" => owner.account = walk::string(value),
            "logGroup" => owner.log_group = walk::string(value),
            "logStream" => owner.log_stream = walk::string(value),
            "logEvents" => events = Some(value),
            _ => {}
        }
    }
    if control {
        return out.control();
    }
    let Some(events) = events else {
        return out.problem(
            Refusal::UnknownShape,
            "subscription envelope without `logEvents`",
        );
    };
    if !events.starts_with('[') {
        let detail = "subscription envelope whose `logEvents` is no list";
        return out.problem(Refusal::UnknownShape, detail);
    }
    for event in walk::elements(events) {
        Row::from_object(event, owner.clone()).emit(out)?;
    }
    ControlFlow::Continue(())
}

fn lambda(text: &str, out: &mut Outlet<'_>, depth: u8) -> ControlFlow<()> {
    for (_, awslogs) in walk::entries(text).filter(|(key, _)| *key == "awslogs") {
        carrier(awslogs, out, depth)?;
    }
    ControlFlow::Continue(())
}

/// Kinesis: `Records[].kinesis.data`, or `Records[].Data` of GetRecords. Firehose: `records[].data`.
/// One record alone is read too.
fn records(text: &str, out: &mut Outlet<'_>, depth: u8) -> ControlFlow<()> {
    for (key, value) in walk::entries(text) {
        match key {
            "Records" | "records" => {
                for record in walk::elements(value) {
                    let inner = walk::entries(record).find(|(key, _)| *key == "kinesis");
                    carrier(inner.map_or(record, |(_, kinesis)| kinesis), out, depth)?;
                }
            }
            "kinesis" => carrier(value, out, depth)?,
            _ => {}
        }
    }
    ControlFlow::Continue(())
}

/// An object that carries a payload under `data` or `Data`.
fn carrier(object: &str, out: &mut Outlet<'_>, depth: u8) -> ControlFlow<()> {
    let data = walk::entries(object).find(|(key, _)| matches!(*key, "data" | "Data"));
    let Some(base64) = data.and_then(|(_, value)| walk::string(value)) else {
        let cut = !walk::is_whole(object);
        let reason = if cut {
            Refusal::Cut
        } else {
            Refusal::UnknownShape
        };
        return out.problem(reason, "record without a text under `data`");
    };
    packed(&base64, out, depth)
}

/// A payload in base64.
pub(super) fn packed(base64: &str, out: &mut Outlet<'_>, depth: u8) -> ControlFlow<()> {
    let payload = payload::unpack(base64, out.limits);
    let text = out.text(&payload.bytes)?;
    if payload.fault.is_none() || !text.trim().is_empty() {
        contents(&text, out, depth)?;
    }
    match payload.fault {
        Some(fault) => out.problem(fault.refusal, fault.detail),
        None => ControlFlow::Continue(()),
    }
}

/// What is in a payload: envelopes and events one after another, with or without something between
/// them, or log lines.
fn contents(text: &str, out: &mut Outlet<'_>, depth: u8) -> ControlFlow<()> {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | '\u{feff}');
    let mut rest = text.trim_matches(between);
    if !rest.starts_with(['{', '[']) {
        return lines(rest, out);
    }
    while !rest.is_empty() {
        rest = match walk::split_value(rest).filter(|_| rest.starts_with(['{', '['])) {
            Some((front, after)) => {
                partial(front, out, depth + 1)?;
                after
            }
            None => {
                let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
                stray(line.trim_end(), out)?;
                after
            }
        }
        .trim_start_matches(between);
    }
    ControlFlow::Continue(())
}

/// A line of a payload that stands between JSON values: of another log, or left of a value.
fn stray(line: &str, out: &mut Outlet<'_>) -> ControlFlow<()> {
    if StreamKind::of_content(line) == StreamKind::Unknown {
        let detail = "something that is no JSON stands between the events of a payload";
        return out.problem(Refusal::NotJson, detail);
    }
    out.event(Cow::Borrowed(line), Label::default())
}

fn lines(text: &str, out: &mut Outlet<'_>) -> ControlFlow<()> {
    if StreamKind::of_content(text) == StreamKind::Unknown {
        let detail = format!(
            "payload of {} bytes is neither an envelope nor log lines",
            text.len()
        );
        return out.problem(Refusal::UnknownShape, detail);
    }
    for line in text.lines() {
        out.event(Cow::Borrowed(line), Label::default())?;
    }
    ControlFlow::Continue(())
}
