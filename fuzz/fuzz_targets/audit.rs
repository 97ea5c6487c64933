//! One line as an audit event: every field and fact of it, every built-in detector, and what is left
//! of it wherever it is cut.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use trailhound::json::{Object, Raw, Text};
use trailhound::record::AuditRecord;
use trailhound::record::audit::Ending;
use trailhound_fuzz::{Bench, read_all, with_line};

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::new(Bench::built_in());
}

fuzz_target!(|line: &str| {
    with_line(line, |entry| {
        read_all(entry);
        BENCH.with_borrow_mut(|bench| bench.judge(entry));
    });
    let members: Vec<_> = Object::new(line).collect();
    for eighths in 1..8 {
        cut(line, &members, line.len() * eighths / 8);
    }
    cut(line, &members, line.len().saturating_sub(1));
    agrees_with_serde(line, &members);
});

/// What stands before a cut is read as if there was none; in a broken line only without a panic,
/// since a word such as `null` may go on behind the cut as what is none.
fn cut(line: &str, members: &[(Text<'_>, Raw<'_>)], at: usize) {
    let Some(head) = line.get(..at) else { return };
    let left: Vec<_> = Object::new(head).collect();
    if let Some(record) = AuditRecord::read(head) {
        with_line(record.line, read_all);
    }
    if serde_json::from_str::<Value>(line).is_err() {
        return;
    }
    for (place, (key, value)) in left.iter().enumerate() {
        let (whole_key, whole) = members.get(place).expect("a cut adds no member");
        assert_eq!(key.raw(), whole_key.raw());
        if value.is_complete() {
            assert_eq!(value, whole, "what is complete stays");
        } else {
            assert!(whole.as_str().starts_with(value.as_str()));
            assert_eq!(place + 1, left.len(), "only the last may be cut");
        }
    }
}

/// A line that a strict reader takes is whole, and its texts are the same.
fn agrees_with_serde(line: &str, members: &[(Text<'_>, Raw<'_>)]) {
    let Ok(Value::Object(strict)) = serde_json::from_str(line) else {
        return;
    };
    // Keys are compared as they are written, and of twins the last one counts.
    if members.iter().any(|(key, _)| key.raw().contains('\\')) {
        return;
    }
    for (key, value) in &strict {
        let read = members.iter().rev().find(|(name, _)| name.raw() == key);
        let (_, read) = read.expect("every member is read");
        match value {
            Value::String(text) => assert_eq!(read.text().expect("a text").cow(), *text),
            Value::Bool(flag) => assert_eq!(read.boolean(), Some(*flag)),
            Value::Number(number) => assert_eq!(read.number(), number.as_f64()),
            Value::Array(items) => assert_eq!(read.elements().count(), items.len()),
            Value::Object(_) | Value::Null => assert!(read.is_complete()),
        }
    }
    if let Some(record) = AuditRecord::read(line) {
        assert_eq!(record.ending, Ending::Whole);
    }
}
