//! The alert that tries out whether a sink can be reached.

use super::{Alert, AlertId, Detector, Severity, Timestamp};

/// An alert about nothing, made at `now` (milliseconds since the Unix epoch): its detector is `trial`,
/// its severity info.
#[must_use]
pub fn trial(now: i64) -> Alert {
    let time = Timestamp::from_millis(now);
    let detector = Detector {
        id: "trial".to_owned(),
        title: "A trial".to_owned(),
    };
    Alert {
        id: AlertId::of(&["trial", &now.to_string()]),
        time,
        summary: "trailhound can send alerts here: this one was asked for and tells of no event"
            .to_owned(),
        first: time,
        last: time,
        runbook: Some("Nothing is to be done.".to_owned()),
        ..Alert::blank(detector, Severity::Info)
    }
}
