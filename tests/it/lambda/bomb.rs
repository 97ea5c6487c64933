//! Payloads that become hundreds of times what they are: memory stays flat, and what is refused is said.

use serde_json::json;

use super::envelope::{base64, exec, gzip, logs, payload};
use super::function::Function;

/// The memory that `docs/guide/lambda.md` names, in KiB.
const MEMORY: u64 = 256 << 10;

/// The largest payload of an invocation by a subscription, in bytes of base64.
const PAYLOAD: usize = 6_000_000;

/// Base64 of gzip members: a beginning, as many of the same middle as fit, and an end.
fn members(begin: &str, middle: &str, end: &str) -> String {
    let (begin, middle, end) = (
        gzip(begin.as_bytes()),
        gzip(middle.as_bytes()),
        gzip(end.as_bytes()),
    );
    let times = (PAYLOAD / 4 * 3 - begin.len() - end.len()) / middle.len();
    base64(&[begin, middle.repeat(times), end].concat())
}

#[test]
fn a_payload_that_is_a_bomb_is_refused_in_words_within_the_memory_that_the_manual_names() {
    // Mostly lines of another log: a build without optimisation has little to judge then.
    let other = format!(
        "I0514 12:00:00.000000       1 x.go:1] {}",
        "l".repeat(200_000)
    );
    let event = |line: &str| {
        let event = json!({"id": "1", "timestamp": 1_778_760_000_000_u64, "message": line});
        event.to_string()
    };
    let middle = format!("{},", event(&other)).repeat(40);
    let head = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/eks/prod/cluster","logStream":"kube-apiserver-audit-1","subscriptionFilters":["f"],"logEvents":["#;
    let begin = format!("{head}{},", event(&exec(1)));
    let in_envelope = members(&begin, &middle, &format!("{}]}}", event(&other)));
    let begin = format!("{}\n", exec(2));
    let bare = members(&begin, &format!("{other}\n").repeat(40), "");
    let function = Function::start("");
    let idle = function.peak();
    for bomb in [in_envelope, bare] {
        assert!(bomb.len() > PAYLOAD / 10 * 9 && bomb.len() <= PAYLOAD);
        let answer = function.invoke(&logs(&bomb)).ok();
        assert_eq!(
            (answer["set_aside"].as_u64(), answer["over_limit"].as_u64()),
            (Some(1), Some(1)),
            "{answer}"
        );
        assert_eq!(answer["events"], 1, "what came before is judged");
        assert!(answer["alerts"].as_u64().unwrap() > 0, "{answer}");
    }
    let peak = function.peak();
    eprintln!("idle {idle} KiB, peak {peak} KiB");
    assert!(peak < MEMORY, "{peak} KiB");
    // It goes on with the next.
    assert_eq!(
        function.invoke(&logs(&payload(&[exec(3)]))).ok()["events"],
        1
    );
    let written = function.stop();
    for line in written.lines("set aside") {
        assert_eq!(line["level"], "ERROR");
        assert_eq!(
            (line["reason"].as_str(), line["over_limit"].as_bool()),
            (Some("ratio"), Some(true))
        );
        assert!(
            line["detail"]
                .as_str()
                .unwrap()
                .contains("limit `gzip ratio`"),
            "{line}"
        );
    }
}
