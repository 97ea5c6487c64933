//! Tells what a JSON object is by its first keys, without parsing it.
//!
//! A bare audit event is told by its very first key. Only objects with unusual first keys are
//! looked at further.

use super::walk;

/// What kind of thing a JSON object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// A log line: an audit event, or a JSON line of another component.
    Line,
    /// `EventList`, `filter-log-events`, `get-query-results`: a list of any length under this key.
    List,
    /// A subscription envelope.
    Subscription,
    /// A Lambda event with `awslogs.data`.
    Lambda,
    /// `Records` (Kinesis) or `records` (Firehose) with base64 in each.
    Records,
    /// One log event or one row of a query result.
    Row,
    /// The action line of an OpenSearch bulk request.
    Action,
    /// The keys seen so far don't tell.
    Undecided,
}

/// The beginning of every audit event that an API server writes.
pub(super) const AUDIT: &[u8] = b"{\"kind\":\"Event\",";
/// As many bytes as a first look needs.
pub(super) const LOOK: usize = 512;

/// Looks at an object, whole or only its beginning.
pub(super) fn look(object: &str) -> Head {
    if object.as_bytes().starts_with(AUDIT) {
        return Head::Line;
    }
    let mut kinds = walk::entries(object).map(|(key, value)| of_entry(key, value));
    kinds
        .find(|kind| *kind != Head::Undecided)
        .unwrap_or(Head::Undecided)
}

/// [`look`] at bytes of which the last character may be cut.
pub(super) fn look_at(bytes: &[u8]) -> Head {
    let bytes = bytes.get(..LOOK).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => look(text),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(valid).map_or(Head::Undecided, look)
        }
    }
}

/// Keys of lists that are read element by element.
pub(super) const LISTS: [&str; 3] = ["events", "items", "results"];

/// What one entry tells. A value may be cut.
fn of_entry(key: &str, value: &str) -> Head {
    let (object, array) = (value.starts_with('{'), value.starts_with('['));
    match key {
        "kind" if value.starts_with("\"EventList\"") => Head::List,
        "kind" if value == "\"Event\"" => Head::Line,
        // The keys of an audit event, then those of klog's and logrus' JSON.
        "auditID"
        | "stage"
        | "requestURI"
        | "verb"
        | "user"
        | "impersonatedUser"
        | "sourceIPs"
        | "userAgent"
        | "objectRef"
        | "responseStatus"
        | "requestObject"
        | "responseObject"
        | "requestReceivedTimestamp"
        | "stageTimestamp"
        | "annotations"
        | "level"
        | "ts"
        | "time"
        | "msg"
        | "caller"
        | "v" => Head::Line,
        "messageType" | "logEvents" | "subscriptionFilters" | "policyLevel" => Head::Subscription,
        "awslogs" if object => Head::Lambda,
        "Records" | "records" if array => Head::Records,
        "kinesis" if object => Head::Records,
        "invocationId" | "deliveryStreamArn" => Head::Records,
        "events" | "items" | "results" if array => Head::List,
        "searchedLogStreams" | "nextForwardToken" | "nextBackwardToken" | "queryLanguage" => {
            Head::List
        }
        "statistics" if object => Head::List,
        "@message" | "@timestamp" | "@ptr" | "@logStream" | "@id" | "logStreamName" | "eventId"
        | "ingestionTime" => Head::Row,
        "message" if value.starts_with('"') => Head::Row,
        "index" | "create" if object => Head::Action,
        _ => Head::Undecided,
    }
}
