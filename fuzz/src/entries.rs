//! Log lines as entries, and the fixed handful that queries are asked about.

use std::sync::LazyLock;

use trailhound::decode::line;
use trailhound::record::{Cluster, Entry, LogEvent, Origin};

/// The lines that queries are asked about: whole, cut off, and of both kinds of log.
pub const LINES: [&str; 5] = [
    include_str!("../seeds/audit/exec"),
    include_str!("../seeds/audit/pod"),
    include_str!("../seeds/audit/binding"),
    include_str!("../seeds/audit/cut"),
    include_str!("../seeds/authenticator/granted"),
];

static ORIGIN: LazyLock<Origin> = LazyLock::new(|| Origin {
    log_group: Some("/aws/eks/prod/cluster".to_owned()),
    log_stream: None,
    account: Some("111122223333".to_owned()),
    region: Some("eu-west-1".to_owned()),
});

/// Reads a line as a log event of a known cluster and hands out its entry, if it is one.
pub fn with_line(message: &str, f: impl FnOnce(&Entry<'_>)) {
    let event = LogEvent {
        timestamp: Some(1_800_000_000_000),
        ..LogEvent::bare(message, &ORIGIN)
    };
    with_entry(&event, f);
}

/// Reads a log event and hands out its entry, if it is one.
pub fn with_entry(event: &LogEvent<'_>, f: impl FnOnce(&Entry<'_>)) {
    let cluster = Cluster::of(event.origin);
    if let Some(record) = line::record(event) {
        f(&Entry::new(event, &cluster, record));
    }
}
