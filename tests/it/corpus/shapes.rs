//! Lines and envelopes of other sorts.

use std::io::Cursor;
use std::ops::ControlFlow;

use serde::Deserialize;
use serde_json::Value;
use trailhound::decode::{Decoded, Item, Reader, line};
use trailhound::record::{LogEvent, Origin, Record};

use super::{folder, lines};

fn event<'a>(text: &'a str, origin: &'a Origin) -> LogEvent<'a> {
    LogEvent::bare(text, origin)
}

#[test]
fn every_line_of_the_authenticator_is_read() {
    let Some(folder) = folder() else { return };
    let origin = Origin::default();
    for file in ["authenticator.log", "authenticator-synthetic.log"] {
        for text in lines(&folder, file) {
            let event = event(&text, &origin);
            let decoded = line::decode(&event);
            assert!(
                matches!(decoded, Decoded::Record(Record::Authenticator(_))),
                "{file}: {text}"
            );
        }
    }
}

/// An envelope with the number of log events in it.
#[derive(Deserialize)]
struct Envelope {
    case: String,
    kind: String,
    expect_records: Option<usize>,
    payload: Option<Value>,
    raw: Option<String>,
}

#[test]
fn envelopes_hold_as_many_events_as_is_said_and_broken_ones_are_counted() {
    let Some(folder) = folder() else { return };
    for text in lines(&folder, "cloudwatch-envelopes.jsonl") {
        let envelope: Envelope = serde_json::from_str(&text).unwrap();
        let bytes = envelope
            .raw
            .clone()
            .unwrap_or_else(|| envelope.payload.as_ref().unwrap().to_string());
        let (events, problems) = read(&bytes, envelope.kind == "log-message");
        if let Some(expected) = envelope.expect_records {
            assert_eq!(events, expected, "{}", envelope.case);
        }
        let is_control = bytes.contains("CONTROL_MESSAGE");
        assert!(
            events > 0 || problems > 0 || is_control,
            "lost in silence: {}",
            envelope.case
        );
    }
}

/// How many events an input holds (`lines`: how many that are records), and how many problems.
fn read(bytes: &str, lines: bool) -> (usize, usize) {
    let (mut events, mut problems) = (0, 0);
    let mut reader = Reader::default();
    let _ = reader.read("-", Cursor::new(bytes), &Origin::default(), &mut |item| {
        match item {
            Item::Event(event) if lines && matches!(line::decode(&event), Decoded::Refused(_)) => {
                problems += 1;
            }
            Item::Event(_) => events += 1,
            Item::Problem(_) => problems += 1,
            Item::Control(_) => {}
        }
        ControlFlow::Continue(())
    });
    (events, problems)
}
