//! Limits hold, are named, and cost only what is beyond them.

use std::io::Read;
use std::ops::ControlFlow;

use super::{Limits, Reader, Seen, audit, base64, gzip, read, read_with};
use crate::record::Origin;

fn small() -> Limits {
    Limits {
        event: 1000,
        envelope: 4000,
        payload: 20_000,
        ..Limits::default()
    }
}

#[test]
fn an_event_beyond_the_limit_is_skipped_and_the_rest_is_read() {
    let long = format!("{{\"kind\":\"Event\",\"a\":\"{}\"}}", "x".repeat(5000));
    let seen = read_with(
        small(),
        format!("{}\n{long}\n{}\n", audit(1), audit(2)).as_bytes(),
    );
    assert_eq!(seen.messages, [audit(1), audit(2)]);
    assert_eq!(seen.problems, ["too-large-event"]);
    let at = audit(1).len() + 1;
    let words = format!(
        "file:2 (byte {at}): too-large-event: log event of more than 1000 bytes (limit `event`)"
    );
    assert_eq!(seen.details, [words]);
}

#[test]
fn an_endless_line_takes_no_memory() {
    let limits = Limits {
        event: 10_000,
        envelope: 20_000,
        ..Limits::default()
    };
    let long = std::io::Read::take(std::io::repeat(b'x'), 20 << 20);
    let input = b"{\"kind\":\"Event\","
        .chain(long)
        .chain(b"\nplain\n".as_slice());
    let mut reader = Reader::new(limits);
    let mut seen = Seen::default();
    let _ = reader.read("file", input, &Origin::default(), &mut |item| {
        seen.note(item)
    });
    assert_eq!(seen.messages, ["plain"]);
    assert_eq!(seen.problems, ["too-large-event"]);
}

#[test]
fn an_element_beyond_the_limit_is_skipped_and_the_list_is_read_on() {
    let long = format!("{{\"message\":\"{}\"}}", "x".repeat(5000));
    let list = format!("{{\"events\":[{{\"message\":\"a\"}},{long},{{\"message\":\"b\"}}]}}");
    let seen = read_with(small(), list.as_bytes());
    assert_eq!(seen.messages, ["a", "b"]);
    assert_eq!(seen.problems, ["too-large-envelope"]);
}

#[test]
fn an_envelope_beyond_the_limit_is_skipped_and_the_rest_is_read() {
    let long = format!("{{\"awslogs\":{{\"other\":[{}1]}}}}", "1,".repeat(9000));
    let seen = read_with(
        small(),
        format!("{}\n{long}\n{}", audit(1), audit(2)).as_bytes(),
    );
    assert_eq!(seen.messages, [audit(1), audit(2)]);
    assert_eq!(seen.problems, ["too-large-envelope"]);
}

/// A subscription envelope with these events, and what is after them.
fn envelope(kind: &str, events: &[String], after: &str) -> String {
    let head = r#""owner":"111122223333","logGroup":"/aws/eks/a/cluster","logStream":"s \"1\"""#;
    format!(
        r#"{{"messageType":"{kind}",{head},"subscriptionFilters":["f"],"logEvents":[{}]{after}}}"#,
        events.join(",")
    )
}

#[test]
fn a_subscription_envelope_beyond_the_limit_is_read_as_a_small_one_is() {
    let event = |n: u32| {
        let message = serde_json::to_string(&audit(n)).unwrap();
        format!(
            r#"{{"id":"{n}","timestamp":{n},"message":{message},"extractedFields":{{"a":"]"}}}}"#
        )
    };
    let events: Vec<String> = (0..200).map(event).collect();
    let text = envelope("DATA_MESSAGE", &events, ",\"more\":{\"x\":[]}");
    let (whole, streamed) = (read(&text), read_with(small(), text.as_bytes()));
    assert_eq!(whole.messages.len(), 200);
    assert_eq!(whole.labels, streamed.labels);
    assert_eq!(whole.messages, streamed.messages);
    assert!(streamed.problems.is_empty(), "{:?}", streamed.details);
    // One event that is too large costs itself alone, and a cut what is behind it.
    let huge = format!(r#"{{"id":"x","message":"{}"}}"#, "y".repeat(9000));
    let with_huge = [&events[..2], &[huge], &events[2..]].concat();
    let seen = read_with(small(), envelope("DATA_MESSAGE", &with_huge, "").as_bytes());
    assert_eq!(seen.messages, whole.messages);
    assert_eq!(seen.problems, ["too-large-envelope"]);
    let cut = &text[..text.len() / 2];
    let seen = read_with(small(), cut.as_bytes());
    assert!(seen.messages.len() > 90, "{}", seen.messages.len());
    assert!(seen.problems.contains(&"cut"), "{:?}", seen.problems);
    // A probe is none the less one.
    let seen = read_with(small(), envelope("CONTROL_MESSAGE", &events, "").as_bytes());
    assert!(seen.messages.is_empty());
}

#[test]
fn what_is_known_to_be_base64_is_read_so_whatever_is_in_it() {
    let read = |text: &str| {
        let mut seen = Seen::default();
        let mut reader = Reader::new(Limits::default());
        let input = text.as_bytes();
        let _ = reader.read_base64("file", input, &Origin::default(), &mut |item| {
            seen.note(item)
        });
        seen
    };
    let lines = format!("{}\n{}\n", audit(1), audit(2));
    for text in [
        base64(&lines),
        base64(gzip(&lines)),
        base64(gzip(gzip(&lines))),
    ] {
        let seen = read(&text);
        assert_eq!(seen.messages, [audit(1), audit(2)]);
        assert!(seen.problems.is_empty());
    }
    assert_eq!(
        read(&base64("time=\"1\" level=info msg=x")).messages.len(),
        1
    );
    assert_eq!(read("not-base64").problems, ["bad-base64"]);
    assert!(read("").messages.is_empty());
}

#[test]
fn a_row_or_message_beyond_the_limit_is_skipped() {
    let table = format!("@message\na\n\"{}\"\nb\n", "x\n".repeat(40_000));
    let seen = read_with(small(), table.as_bytes());
    assert_eq!(
        (seen.messages, seen.problems),
        (vec!["a".into(), "b".into()], vec!["too-large-envelope"])
    );
    let stamp = "2026-05-01T12:34:56.789Z";
    let export = format!("{stamp} a\n{stamp} {}\n{stamp} b\n", "x\n".repeat(4000));
    let seen = read_with(small(), export.as_bytes());
    assert_eq!(
        (seen.messages, seen.problems),
        (vec!["a".into(), "b".into()], vec!["too-large-envelope"])
    );
}

#[test]
fn a_gzip_bomb_is_stopped_by_its_ratio() {
    let limits = Limits {
        ratio_after: 1 << 20,
        ..Limits::default()
    };
    let read = |bytes: &[u8]| read_with(limits, bytes);
    let bomb = gzip(vec![b'\n'; 2 << 20]);
    let seen = read(&bomb);
    assert_eq!(seen.problems, ["ratio"]);
    assert!(
        seen.details[0].contains("400 to 1 (limit `gzip ratio`)"),
        "{}",
        seen.details[0]
    );
    // Packed again it is smaller still, and is measured by what was really taken in.
    assert_eq!(read(&gzip(&bomb)).problems, ["ratio"]);
    let text = format!(
        "{{\"awslogs\":{{\"data\":\"{}\"}}}}\n{}",
        base64(&bomb),
        audit(1)
    );
    let seen = read(text.as_bytes());
    assert_eq!(seen.problems, ["ratio"]);
    assert_eq!(seen.messages, [audit(1)]);
}

#[test]
fn a_payload_is_read_up_to_its_limit() {
    let lines: String = (0..100).map(|n| audit(n) + "\n").collect();
    let seen = read_with(
        small(),
        format!("{{\"awslogs\":{{\"data\":\"{}\"}}}}", base64(gzip(&lines))).as_bytes(),
    );
    assert!(
        seen.messages.len() > 20 && seen.messages.len() < 60,
        "{}",
        seen.messages.len()
    );
    assert_eq!(seen.problems, ["too-large-payload"]);
}

#[test]
fn an_input_is_read_up_to_its_limit() {
    let lines: String = (0..100).map(|n| audit(n) + "\n").collect();
    let exact = Limits {
        file: lines.len() as u64,
        ..Limits::default()
    };
    assert_eq!(
        read_with(exact, gzip(&lines).as_slice()).problems,
        Vec::<&str>::new()
    );
    let less = Limits {
        file: lines.len() as u64 - 1,
        ..Limits::default()
    };
    let seen = read_with(less, gzip(&lines).as_slice());
    assert_eq!(seen.problems, ["too-large-file"]);
    assert_eq!(seen.messages.len(), 100);
}

#[test]
fn layers_are_taken_off_up_to_the_limit() {
    let layers = |count| (0..count).fold(audit(1).into_bytes(), |bytes, _| gzip(bytes));
    assert_eq!(read(layers(4)).messages, [audit(1)]);
    assert_eq!(read(layers(5)).problems, ["nesting"]);
    let nested = |count| {
        (0..count).fold(audit(1), |text, _| {
            format!("{{\"awslogs\":{{\"data\":\"{}\"}}}}", base64(text))
        })
    };
    assert_eq!(read(nested(4)).messages, [audit(1)]);
    assert_eq!(read(nested(6)).problems, ["nesting"]);
    assert_eq!(read("[".repeat(100_000)).messages.len(), 0);
}

#[test]
fn reading_stops_when_the_receiver_breaks() {
    for text in [
        format!("{0}\n{0}\n{0}\n", audit(1)),
        format!("[{0},{0},{0}]", audit(1)),
    ] {
        let mut count = 0;
        let flow = Reader::default().read("file", text.as_bytes(), &Origin::default(), &mut |_| {
            count += 1;
            if count == 2 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!((flow, count), (ControlFlow::Break(()), 2));
    }
}
