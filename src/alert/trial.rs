//! The alert that tries out whether a sink can be reached.

use std::collections::BTreeMap;

use super::{
    Actor, Alert, AlertId, Cluster, Console, DetectedBy, Detector, Outcome, SchemaTag, Severity,
    Source, Target, Timestamp,
};

/// An alert about nothing, made at `now` (milliseconds since the Unix epoch): its detector is `trial`,
/// its severity info.
#[must_use]
pub fn trial(now: i64) -> Alert {
    let time = Timestamp::from_millis(now);
    Alert {
        schema: SchemaTag::V1,
        id: AlertId::of(&["trial", &now.to_string()]),
        time,
        detector: Detector {
            id: "trial".to_owned(),
            title: "A trial".to_owned(),
        },
        severity: Severity::Info,
        summary: "trailhound can send alerts here: this one was asked for and tells of no event"
            .to_owned(),
        attack: Vec::new(),
        cluster: Cluster::default(),
        actor: Actor::default(),
        source: Source::default(),
        target: Target::default(),
        outcome: Outcome::default(),
        count: 0,
        first: time,
        last: time,
        group: BTreeMap::new(),
        measured: BTreeMap::new(),
        events: Vec::new(),
        console: Console::default(),
        runbook: Some("Nothing is to be done.".to_owned()),
        truncated: false,
        closes: None,
        detected_by: DetectedBy::default(),
        event: None,
    }
}
