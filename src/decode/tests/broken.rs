//! What is damaged gives all that is left of it, and says so.

use std::io::{self, Read};

use super::{Limits, audit, base64, five, gzip, read, read_with};

#[test]
fn a_cut_audit_line_is_one_log_event_wherever_it_stands() {
    let cut = format!("{}[Truncated...]", &audit(9)[..200]);
    let (first, last) = (audit(1), audit(2));
    assert_eq!(
        read(format!("{cut}\n{first}\n")).messages,
        [cut.as_str(), &first]
    );
    assert_eq!(
        read(format!("{first}\n{cut}\n{last}")).messages,
        [first.as_str(), &cut, &last]
    );
    assert_eq!(
        read(format!("{first}\n{cut}")).messages,
        [first.as_str(), &cut]
    );
    assert_eq!(read(&cut).messages, [&*cut]);
}

#[test]
fn a_cut_is_seen_where_objects_follow_without_a_break() {
    let event = audit(9);
    for at in (30..event.len()).filter(|at| event.is_char_boundary(*at)) {
        let cut = format!("{}[Truncated...]", &event[..at]);
        let all = [audit(1), cut.clone(), audit(2), audit(3), cut, audit(4)];
        let seen = read(all.concat());
        assert!(
            seen.messages.contains(&audit(3)),
            "cut at {at}: {:#?}",
            seen.messages
        );
        assert_eq!(seen.messages[0], all[0]);
        assert!(seen.messages[1].starts_with(&event[..at]), "cut at {at}");
    }
    let cut = format!("{}[Truncated...]", &event[..event.find("doe").unwrap()]);
    let all = [audit(1), cut.clone(), audit(2), cut.clone(), cut, audit(3)];
    assert_eq!(read(all.concat()).messages, all);
}

#[test]
fn a_first_line_cut_at_any_byte_leaves_the_second_alone() {
    let event = audit(1);
    for at in (30..event.len()).filter(|at| event.is_char_boundary(*at)) {
        let seen = read(format!("{}\n{}\n", &event[..at], audit(2)));
        assert_eq!(seen.messages, [&event[..at], &audit(2)], "cut at {at}");
    }
}

#[test]
fn an_envelope_cut_at_any_byte_leaves_the_next_alone() {
    let envelope = |message: &str| {
        serde_json::json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "g",
            "logStream": "s", "logEvents": [{"id": "1", "timestamp": 1, "message": message},
            {"id": "2", "timestamp": 1, "message": "second"}]})
        .to_string()
    };
    let (cut, next) = (envelope("first"), envelope("third"));
    for at in 40..cut.len() {
        let seen = read(format!("{}\n{next}\n{next}\n", &cut[..at]));
        let found = seen
            .messages
            .iter()
            .filter(|message| *message == "third")
            .count();
        // A cut where a value may follow reads on into the next envelope: only one is lost then.
        assert!(
            found == 2 || (found == 1 && cut[..at].ends_with([',', ':', '['])),
            "cut at {at}: {seen:?}"
        );
        assert!(!seen.problems.is_empty(), "cut at {at}");
    }
}

#[test]
fn a_list_cut_at_any_byte_gives_the_events_before() {
    let element = |message: &str| format!("{{\"message\":\"{message}\"}}");
    let list = format!(
        "{{\"events\":[{},{},{}]}}",
        element("a"),
        element("b"),
        element("c")
    );
    for at in 13..list.len() {
        let seen = read(&list[..at]);
        let whole = list[..at].matches("\"}").count();
        assert!(seen.messages.len() >= whole, "cut at {at}: {seen:?}");
        assert!(!seen.problems.is_empty(), "cut at {at}");
    }
}

#[test]
fn gzip_cut_at_any_byte_gives_what_stands_before() {
    let text = five().join("\n");
    let bytes = gzip(&text);
    for at in 4..bytes.len() {
        let seen = read(&bytes[..at]);
        assert_eq!(seen.problems.last(), Some(&"bad-gzip"), "cut at {at}");
        assert!(
            text.starts_with(seen.messages.join("\n").trim_end_matches('\u{fffd}')),
            "cut at {at}"
        );
    }
    let seen = read(&bytes[..bytes.len() - 8]);
    assert_eq!(seen.messages, five(), "only the checksum is missing");
    assert!(
        seen.details[0].contains("ends early"),
        "{}",
        seen.details[0]
    );
}

#[test]
fn damage_in_gzip_costs_only_what_follows() {
    let text: String = (0..3000)
        .map(|n: u32| audit(n.wrapping_mul(2_654_435_761)) + "\n")
        .collect();
    let mut bytes = gzip(&text);
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    let seen = read(&bytes);
    assert!(seen.messages.len() > 500, "{}", seen.messages.len());
    assert_eq!(seen.problems.last(), Some(&"bad-gzip"));
}

#[test]
fn text_after_a_member_of_gzip_is_a_problem() {
    let mut bytes = gzip(audit(1) + "\n");
    bytes.extend_from_slice(b"no gzip");
    let seen = read(&bytes);
    assert_eq!(
        (seen.messages, seen.problems),
        (vec![audit(1)], vec!["bad-gzip"])
    );
}

#[test]
fn zstd_that_ends_early_is_named() {
    let bytes = zstd::encode_all(five().join("\n").as_bytes(), 3).unwrap();
    assert_eq!(
        read(&bytes[..bytes.len() - 3]).problems.last(),
        Some(&"bad-zstd")
    );
}

#[test]
fn base64_of_garbage_is_refused_and_the_rest_is_read() {
    let record = |data: &str| format!("{{\"kinesis\":{{\"data\":\"{data}\"}}}}");
    let good = base64(gzip(audit(1)));
    let records = [
        record("SGVsbG8gV29ybGQ="),
        record("not-base64"),
        record("AAECAwQFBgcICQ=="),
        record(&good),
    ];
    let seen = read(format!("{{\"Records\":[{}]}}", records.join(",")));
    assert_eq!(
        seen.problems,
        ["unknown-shape", "bad-base64", "unknown-shape"]
    );
    assert_eq!(seen.messages, [audit(1)]);
    assert_eq!(
        read(r#"{"awslogs":{"data":"not-base64"}}"#).problems,
        ["bad-base64"]
    );
    assert_eq!(read(r#"{"awslogs":{}}"#).problems, ["unknown-shape"]);
}

#[test]
fn bytes_that_are_not_utf8_are_replaced_and_counted() {
    let line = [
        b"{\"kind\":\"Event\",\"a\":\"".as_slice(),
        &[0xff, 0xc3],
        b"\"}",
    ]
    .concat();
    let seen = read([line.as_slice(), b"\n", audit(1).as_bytes()].concat());
    assert_eq!(
        seen.messages,
        ["{\"kind\":\"Event\",\"a\":\"\u{fffd}\u{fffd}\"}", &audit(1)]
    );
    assert_eq!(seen.problems, ["not-utf8"]);
}

#[test]
fn formats_that_cannot_be_read_are_refused_by_name() {
    let utf16: Vec<u8> = audit(1).encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&utf16).problems, ["utf16"]);
    assert_eq!(
        read([&[0xff, 0xfe], utf16.as_slice()].concat()).problems,
        ["utf16"]
    );
    for (bytes, word) in [
        (b"PK\x03\x04xlsx".as_slice(), "zip"),
        (b"BZh91AY", "bzip2"),
        (b"\x1b[32m2026-05-01", "--color off"),
        (b"\x7fELF\0\0\0", "binary"),
    ] {
        let seen = read(bytes);
        assert_eq!(
            (seen.messages.len(), seen.problems.as_slice()),
            (0, ["unsupported-format"].as_slice())
        );
        assert!(seen.details[0].contains(word), "{}", seen.details[0]);
    }
}

#[test]
fn a_query_without_the_message_is_named() {
    let rows = r#"{"results":[[{"field":"count","value":"3"}]],"status":"Complete"}"#;
    assert_eq!(read(rows).problems, ["no-message"]);
}

#[test]
fn nothing_gives_nothing() {
    for bytes in [b"".as_slice(), b"\n \r\n", b"\xef\xbb\xbf", &gzip("")] {
        assert_eq!(read(bytes), super::Seen::default());
    }
}

#[test]
fn an_error_of_the_system_keeps_what_was_read() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::new(
                io::ErrorKind::StaleNetworkFileHandle,
                "stale",
            ))
        }
    }
    let line = audit(1) + "\n";
    let seen = read_with(Limits::default(), line.as_bytes().chain(Fails));
    assert_eq!(
        (seen.messages, seen.problems),
        (vec![audit(1)], vec!["read-failed"])
    );
    let bytes = gzip(&line);
    let seen = read_with(Limits::default(), bytes[..bytes.len() - 8].chain(Fails));
    assert_eq!(
        (seen.messages, seen.problems),
        (vec![audit(1)], vec!["read-failed"])
    );
}

#[test]
fn refusals_have_names_of_their_own() {
    let names: std::collections::BTreeSet<&str> = super::super::Refusal::ALL
        .iter()
        .map(|refusal| refusal.as_str())
        .collect();
    assert_eq!(names.len(), super::super::Refusal::ALL.len());
}

#[test]
fn a_value_that_breaks_right_where_it_begins_is_passed() {
    for text in ["{\n\"a\": [\n{\"\n", "[{\"\n", "[{\"\n{\"\n"] {
        let seen = read(format!("{text}{}\n", audit(1)));
        assert_eq!(seen.messages.last(), Some(&audit(1)), "{text:?}");
    }
}

#[test]
fn a_payload_gives_all_its_events_whatever_stands_between_them() {
    let (first, second) = (audit(1), audit(2));
    let authenticator = r#"time="2026-05-01T00:00:00Z" level=info msg="access granted""#;
    for (between, problems) in [
        ("", 0),
        ("\n", 0),
        (",\n", 0),
        (" , ", 0),
        ("\u{feff}", 0),
        ("}\n", 1),
        ("]\r\n", 1),
    ] {
        let payload = format!("\u{feff}{first}{between}{second}{between}");
        let data = base64(gzip(&payload));
        let seen = read(format!(
            r#"{{"Records":[{{"kinesis":{{"data":"{data}"}}}}]}}"#
        ));
        assert_eq!(seen.messages, [first.as_str(), &second], "{between:?}");
        assert!(seen.problems.iter().all(|problem| *problem == "not-json"));
        assert_eq!(seen.problems.len(), problems * 2, "{between:?}: {seen:?}");
    }
    let data = base64(gzip(format!("{first}\n{authenticator}\n{second}\n")));
    let seen = read(format!(r#"{{"awslogs":{{"data":"{data}"}}}}"#));
    assert_eq!(seen.messages, [first.as_str(), authenticator, &second]);
    assert!(seen.problems.is_empty());
}

#[test]
fn a_subscription_without_a_list_of_events_is_told() {
    for events in ["null", "{}", "7"] {
        let text = format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":{events}}}"#
        );
        assert_eq!(read(text).problems, ["unknown-shape"], "{events}");
    }
}

#[test]
fn a_message_that_is_no_text_is_told_as_that() {
    let text = r#"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":[{"id":"1","timestamp":1,"message":"a\ud800b"}]}"#;
    assert_eq!(read(text).problems, ["not-json"]);
}

#[test]
fn a_table_that_is_too_wide_is_told() {
    let wide = |first: &str| format!("{first}{}\n", ",x".repeat(5_000));
    let header = read(format!("{}{}", wide("@message"), wide("y")));
    assert_eq!(header.problems, ["too-large-envelope"]);
    assert!(header.details[0].contains("4096 columns"), "{header:?}");
    let row = read(format!(
        "@timestamp,@message\n{}2026-05-01 00:00:00.000,{}\n",
        wide("y"),
        "z"
    ));
    assert_eq!(row.problems, ["too-large-envelope"]);
    assert_eq!(row.messages, ["z"]);
}
