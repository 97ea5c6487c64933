//! Reads the last minutes of a log as the watch would: whether it may, whether the log is fresh, and how
//! many pages it takes.

use aws_sdk_cloudwatchlogs::Client;

use super::finding::Finding;
use super::group::Group;
use super::refusal::{Call, Refusal};
use super::role::Caller;
use crate::source::cloudwatch::LogKind;

/// How much of a log is looked at, in milliseconds: as long as an audit log is never silent.
pub(crate) const SPAN: i64 = 10 * 60_000;

/// Calls that one look may take; a busier log is measured by what they cover.
const CALLS: u32 = 20;

/// What a look came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// Calls with something in them.
    pub(crate) pages: u32,
    /// The stretch that they cover, in milliseconds.
    pub(crate) span: i64,
    pub(super) newest: Option<i64>,
    pub(super) calls: u32,
}

/// Reads it; `now` in milliseconds since the Unix epoch.
pub(crate) async fn look(
    group: &Group,
    kind: LogKind,
    caller: &Caller,
    now: i64,
) -> (Option<Seen>, Finding) {
    let client = Client::new(&caller.sdk);
    let start = now - SPAN;
    let mut seen = Seen {
        span: SPAN,
        ..Seen::default()
    };
    let mut token = None;
    loop {
        let asked = client
            .filter_log_events()
            .log_group_identifier(group.identifier())
            .log_stream_name_prefix(kind.prefix())
            .start_time(start)
            .end_time(now)
            .set_next_token(token)
            .send()
            .await;
        let answer = match asked {
            Ok(answer) => answer,
            Err(error) => return (None, refused(&Refusal::of(&error), group, caller)),
        };
        let events = answer.events.unwrap_or_default();
        seen.calls += 1;
        seen.pages += u32::from(!events.is_empty());
        seen.newest = seen
            .newest
            .max(events.iter().filter_map(|event| event.timestamp).max());
        token = answer.next_token;
        if token.is_none() {
            break;
        }
        if seen.calls == CALLS {
            seen.span = seen
                .newest
                .map_or(SPAN, |newest| (newest - start).clamp(1, SPAN));
            break;
        }
    }
    (Some(seen), judged(&seen, group, kind, now))
}

fn refused(refusal: &Refusal, group: &Group, caller: &Caller) -> Finding {
    let streams = format!("{}:*", group.arn);
    let call = Call {
        principal: &caller.arn,
        action: "logs:FilterLogEvents",
        resource: &streams,
    };
    refusal.finding("filter", &group.name, call)
}

fn judged(seen: &Seen, group: &Group, kind: LogKind, now: i64) -> Finding {
    let log = kind.as_str();
    let minutes = SPAN / 60_000;
    match (seen.newest, kind) {
        (Some(_), _) if seen.calls == CALLS && seen.span < SPAN => {
            let words = format!("{log} log can be read; {CALLS} calls did not come to the end of {minutes} minutes");
            Finding::ok("fresh", &group.name, words)
        }
        (Some(newest), _) => {
            let age = (now - newest).max(0) / 1000;
            let words = format!("{log} log can be read, its newest event is {age}s old");
            Finding::ok("fresh", &group.name, words)
        }
        (None, LogKind::Audit) => Finding::ok(
            "fresh",
            &group.name,
            format!("audit log can be read and has been silent for {minutes} minutes"),
        )
        .fail("a live cluster's never is: look whether audit logging is still on, and in CloudTrail for UpdateClusterConfig"),
        (None, _) => Finding::ok(
            "fresh",
            &group.name,
            format!("authenticator log can be read, and nobody has logged in for {minutes} minutes"),
        ),
    }
}
