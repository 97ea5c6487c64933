//! The same five events in every shape.

use serde_json::{Value, json};

use super::{audit, base64, five, gzip, pretty, read};

const STREAM: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";
const GROUP: &str = "/aws/eks/prod/cluster";
const TIME: i64 = 1_777_638_896_789; // 2026-05-01T12:34:56.789Z

fn lines() -> String {
    five().join("\n") + "\n"
}

fn subscription(messages: &[String]) -> Value {
    let events: Vec<Value> = messages
        .iter()
        .enumerate()
        .map(|(n, message)| {
            json!({"id": format!("{n:056}"), "timestamp": TIME, "message": message, "extra": [1]})
        })
        .collect();
    json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": GROUP,
        "logStream": STREAM, "subscriptionFilters": ["f"], "logEvents": events})
}

/// Each of the five in an envelope of its own.
fn envelopes() -> Vec<String> {
    five()
        .into_iter()
        .map(|message| subscription(&[message]).to_string())
        .collect()
}

fn filtered() -> Value {
    let events: Vec<Value> = five()
        .into_iter()
        .map(|message| {
            json!({"logStreamName": STREAM, "timestamp": TIME, "message": message,
                "ingestionTime": TIME + 9, "eventId": "7".repeat(56)})
        })
        .collect();
    json!({"events": events, "searchedLogStreams": [], "nextToken": "x"})
}

fn packed(text: &str) -> String {
    base64(gzip(text))
}

fn stamped(stamp: &str) -> String {
    five()
        .iter()
        .map(|message| format!("{stamp} {message}\n"))
        .collect()
}

fn rows() -> Vec<Value> {
    five()
        .iter()
        .map(|message| {
            json!([{"field": "@timestamp", "value": "2026-05-01 12:34:56.789"},
                {"field": "@message", "value": message}, {"field": "@ptr", "value": "p"},
                {"field": "@log", "value": format!("111122223333:{GROUP}")}])
        })
        .collect()
}

fn csv_of(messages: &[String]) -> String {
    let quoted = messages.iter().map(|message| message.replace('"', "\"\""));
    let rows = quoted.map(|m| format!("2026-05-01 12:34:56.789,\"{m}\",{STREAM}\n"));
    "@timestamp,@message,@logStream\n".to_owned() + &rows.collect::<String>()
}

fn shapes() -> Vec<(&'static str, Vec<u8>)> {
    let text = |name, text: String| (name, text.into_bytes());
    let events = five();
    let joined = events.join(",");
    let list = |body: &str| {
        format!(
            r#"{{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{{}},"items":[{body}]}}"#
        )
    };
    let envelope = subscription(&events).to_string();
    let kinesis: Vec<Value> = envelopes()
        .iter()
        .map(|envelope| json!({"kinesis": {"sequenceNumber": "1", "data": packed(envelope)}}))
        .collect();
    let firehose: Vec<Value> = envelopes()
        .iter()
        .map(|e| json!({"recordId": "1", "data": packed(e)}))
        .collect();
    let taken: Vec<Value> = envelopes()
        .iter()
        .map(|e| json!({"SequenceNumber": "1", "Data": packed(e)}))
        .collect();
    let console: Vec<Value> = events
        .iter()
        .map(|m| json!({"@timestamp": "2026-05-01 12:34:56.789", "@message": m}))
        .collect();
    let objects: Vec<String> = events
        .iter()
        .map(|m| format!(r#"{{"@timestamp":"2026-05-01 12:34:56.789","@message":{m}}}"#))
        .collect();
    let bulk: String = events
        .iter()
        .map(|m| {
            let document = json!({"@id": "7".repeat(56), "@timestamp": "2026-05-01T12:34:56.789Z",
                "@message": m, "@owner": "111122223333", "@log_group": GROUP, "@log_stream": STREAM});
            format!("{{\"index\":{{\"_index\":\"cwl\"}}}}\n{document}\n")
        })
        .collect();
    let columns: String = events
        .iter()
        .map(|m| {
            format!(
                "EVENTS\t{}\t{}\t{STREAM}\t{m}\t{TIME}\n",
                "7".repeat(56),
                TIME + 9
            )
        })
        .collect();
    let members: Vec<u8> = envelopes().iter().flat_map(gzip).collect();
    let tail = "2026-05-01T12:34:56.789000+00:00";
    let tail_json: String = events
        .iter()
        .map(|m| format!("{tail} {STREAM} \n{}\n", pretty(m, "    ")))
        .collect();
    let wrapped = packed(&lines())
        .as_bytes()
        .chunks(76)
        .map(<[u8]>::to_vec)
        .collect::<Vec<_>>();
    vec![
        text("lines", lines()),
        text("lines without a last line end", events.join("\n")),
        text("lines with CRLF", lines().replace('\n', "\r\n")),
        text(
            "lines between blank ones",
            format!("\n \n{}\n\n", events.join("\n\n  \n")),
        ),
        text(
            "lines after a byte order mark",
            format!("\u{feff}{}", lines()),
        ),
        text("files joined, each with a byte order mark", {
            events.iter().map(|m| format!("\u{feff}{m}\n")).collect()
        }),
        text("objects without a break", events.concat()),
        text(
            "pretty-printed objects",
            events.iter().map(|m| pretty(m, "  ") + "\n").collect(),
        ),
        text("pretty-printed after plain", {
            let rest: String = events
                .iter()
                .skip(1)
                .map(|m| pretty(m, "\t") + "\n")
                .collect();
            format!("{}\n{rest}", events[0])
        }),
        text("EventList", list(&joined)),
        text("EventList over lines", list(&events.join(",\n"))),
        text("EventList pretty-printed", pretty(&list(&joined), "  ")),
        text("EventLists as lines", {
            events.iter().map(|m| list(m) + "\n").collect()
        }),
        text("array of events", format!("[{joined}]")),
        text(
            "array of events pretty-printed",
            pretty(&format!("[{joined}]"), "  "),
        ),
        text("filter-log-events", pretty(&filtered().to_string(), "    ")),
        text("filter-log-events in one line", filtered().to_string()),
        text("elements of filter-log-events as lines", {
            filtered()["events"]
                .as_array()
                .unwrap()
                .iter()
                .map(|e| format!("{e}\n"))
                .collect()
        }),
        text("get-log-events", {
            let events: Vec<Value> = events
                .iter()
                .map(|m| json!({"timestamp": TIME, "message": m, "ingestionTime": TIME}))
                .collect();
            pretty(
                &json!({"events": events, "nextForwardToken": "f/1"}).to_string(),
                "    ",
            )
        }),
        text("output text", columns + "NEXTTOKEN\tx\n"),
        text("tail detailed", stamped(&format!("{tail} {STREAM}"))),
        text("tail short", stamped("2026-05-01T12:34:56")),
        text("tail json", tail_json),
        text("export task", stamped("2026-05-01T12:34:56.789Z")),
        text("get-query-results", {
            pretty(
                &json!({"results": rows(), "statistics": {}, "status": "Complete"}).to_string(),
                " ",
            )
        }),
        text("get-query-results, status first", {
            format!(
                r#"{{"status":"Complete","results":{}}}"#,
                Value::from(rows())
            )
        }),
        text(
            "console JSON with strings",
            Value::from(console).to_string(),
        ),
        text(
            "console JSON with objects",
            format!("[{}]", objects.join(",")),
        ),
        text(
            "console JSON pretty-printed",
            pretty(&format!("[{}]", objects.join(",")), "  "),
        ),
        text("console CSV", csv_of(&events)),
        text("console CSV with CRLF and quoted header", {
            csv_of(&events)
                .replace('\n', "\r\n")
                .replacen("@message", "\"@message\"", 1)
        }),
        text("envelope", envelope.clone()),
        text("envelope pretty-printed", pretty(&envelope, "  ")),
        text("envelopes as lines", envelopes().join("\n")),
        text("envelopes without a break", envelopes().concat()),
        text("envelopes in base64 as lines", {
            envelopes().iter().map(|e| packed(e) + "\n").collect()
        }),
        text("envelope in base64", packed(&envelope)),
        text("envelope in base64, not compressed", base64(&envelope)),
        ("envelope in gzip", gzip(&envelope)),
        ("envelopes in members of gzip", members.clone()),
        ("members in gzip", gzip(&members)),
        (
            "lines in zstd",
            zstd::encode_all(lines().as_bytes(), 3).unwrap(),
        ),
        (
            "gzip in zstd",
            zstd::encode_all(gzip(lines()).as_slice(), 3).unwrap(),
        ),
        text("wrapped base64 of gzip", {
            wrapped
                .iter()
                .map(|l| format!("{}\n", str::from_utf8(l).unwrap()))
                .collect()
        }),
        text(
            "awslogs",
            json!({"awslogs": {"data": packed(&envelope), "more": 1}}).to_string(),
        ),
        text("awslogs pretty-printed", {
            pretty(
                &json!({"awslogs": {"data": packed(&envelope)}}).to_string(),
                "  ",
            )
        }),
        text("Kinesis", json!({"Records": kinesis}).to_string()),
        text(
            "Kinesis records",
            json!({"Records": taken, "MillisBehindLatest": 0}).to_string(),
        ),
        text("Firehose", {
            json!({"invocationId": "i", "region": "us-east-1", "records": firehose}).to_string()
        }),
        text("OpenSearch bulk", bulk),
        text("all kinds of lines", {
            format!(
                "{}\n{}\n{}\n{}\n{}\n",
                events[0],
                envelopes()[1],
                packed(&envelopes()[2]),
                json!({"awslogs": {"data": packed(&envelopes()[3])}}),
                list(&audit(5)),
            )
        }),
    ]
}

#[test]
fn the_same_five_events_come_out_of_every_shape() {
    for (name, bytes) in shapes() {
        let seen = read(&bytes);
        assert_eq!(
            seen.problems,
            Vec::<&str>::new(),
            "{name}: {:?}",
            seen.details
        );
        assert_eq!(seen.messages, five(), "{name}");
    }
}

#[test]
fn every_shape_may_be_compressed() {
    for (name, bytes) in shapes() {
        assert_eq!(read(gzip(&bytes)).messages, five(), "{name}");
    }
}

#[test]
fn items_do_not_depend_on_the_size_of_reads() {
    for (name, bytes) in shapes() {
        let whole = read(&bytes);
        for size in [1, 2, 7, 76, 511] {
            let pieces = super::sizes::Pieces::new(&bytes, vec![size]);
            assert_eq!(
                super::read_with(super::Limits::default(), pieces),
                whole,
                "{name}, {size}"
            );
        }
    }
}

#[test]
fn envelopes_tell_whose_an_event_is_and_when_it_came() {
    let seen = read(subscription(&five()).to_string());
    let label = &seen.labels[3];
    assert_eq!(label.time, Some(TIME));
    assert_eq!(label.id.as_deref(), Some(format!("{:056}", 3).as_str()));
    assert_eq!(label.stream.as_deref(), Some(STREAM));
    assert_eq!(label.group.as_deref(), Some(GROUP));
    assert_eq!(label.account.as_deref(), Some("111122223333"));
    let seen = read(filtered().to_string());
    assert_eq!(seen.labels[4].time, Some(TIME));
    assert_eq!(seen.labels[4].ingested, Some(TIME + 9));
    assert_eq!(seen.labels[4].id, Some("7".repeat(56)));
    let seen = read(json!({"results": rows()}).to_string());
    assert_eq!(seen.labels[0].time, Some(TIME));
    assert_eq!(seen.labels[0].group.as_deref(), Some(GROUP));
    assert_eq!(seen.labels[0].account.as_deref(), Some("111122223333"));
}

#[test]
fn timestamps_before_messages_are_read_with_their_zone() {
    assert_eq!(
        read("2026-05-01T12:34:56.789Z x").labels[0].time,
        Some(TIME)
    );
    assert_eq!(
        read("2026-05-01T12:34:56 x").labels[0].time,
        Some(TIME - 789)
    );
    let seen = read(format!("2026-05-01T14:34:56.789000+02:00 {STREAM} x"));
    assert_eq!(seen.labels[0].time, Some(TIME));
    assert_eq!(seen.labels[0].stream.as_deref(), Some(STREAM));
    assert_eq!(seen.messages, ["x"]);
}

#[test]
fn text_columns_tell_times_and_stream() {
    let seen = read(format!("EVENTS\t{}\tx\ty\t{TIME}\n", TIME + 9));
    assert_eq!(seen.messages, ["x\ty"]);
    assert_eq!(
        (seen.labels[0].time, seen.labels[0].ingested),
        (Some(TIME), Some(TIME + 9))
    );
}

#[test]
fn a_message_goes_on_until_the_next_timestamp_of_the_same_form() {
    let text =
        "2026-05-01T12:34:56.789Z a\n2026-05-01T12:34:56 b\n  c\n\n2026-05-01T12:34:57.000Z d\n";
    assert_eq!(read(text).messages, ["a\n2026-05-01T12:34:56 b\n  c", "d"]);
}

#[test]
fn positions_count_lines_and_bytes_of_the_text() {
    let event = audit(1);
    let seen = read(format!("\n{event}\nI0601 12:00:00.000000 x\n\n{event}\n"));
    let step = event.len() as u64 + 1;
    assert_eq!(seen.places, [(1, 2), (1 + step, 3), (1 + step + 25, 5)]);
    let list = "{\n\"events\": [\n{\"message\": \"a\"},\n{\"message\": \"b\"}\n]}";
    assert_eq!(read(list).places, [(14, 3), (32, 4)]);
    let csv = csv_of(&["a\nb".to_owned(), "c".to_owned()]);
    let lines: Vec<u64> = read(csv).places.iter().map(|place| place.1).collect();
    assert_eq!(lines, [2, 4]);
}

#[test]
fn lines_of_other_logs_come_out_as_they_are() {
    let lines = [
        r#"time="2026-05-01T12:00:00Z" level=info msg="access granted" username=x"#,
        "I0601 12:34:56.789012      10 controller.go:1] message, with @signs",
        r#"{"ts":1.5,"caller":"a.go:1","msg":"message","v":4}"#,
        r#"{"level":"info","msg":"access granted","time":"2026-05-01T12:00:00Z"}"#,
        "[restful] 2026/05/01 12:00:00 log.go:33: message",
        "plain",
    ];
    assert_eq!(read(lines.join("\n")).messages, lines);
    for line in lines {
        assert_eq!(read(line).messages, [line]);
    }
}

#[test]
fn a_probe_is_counted_and_not_a_log_line() {
    let mut probe = subscription(&["CWL CONTROL MESSAGE".to_owned()]);
    probe["messageType"] = "CONTROL_MESSAGE".into();
    let seen = read(probe.to_string());
    assert_eq!(
        (seen.controls, seen.messages.len(), seen.problems.len()),
        (1, 0, 0)
    );
}
