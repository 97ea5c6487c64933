//! Events whose source alerts only after many of them: repeated as a caller would who goes on, each time
//! with another request, another second, and another object.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailhound::detect::Enable;
use trailhound::pipeline::Judge;
use trailhound::record::Origin;

use super::labelled::cases;
use super::{engine, folder, raised_by};

/// The detectors that count what a source counts.
const COUNTING: [(&str, &str); 3] = [
    ("multiple-403-public-ip", "forbidden-public-ip"),
    ("secret-access-denied", "secret-denied-burst"),
    ("secret-enumeration", "secret-get-burst"),
];

/// Cases that come out against their label, and the reason.
const EXCEPTIONS: [(&str, &str); 1] = [(
    "panther/Kubernetes.Secret.AccessDenied/List secrets operation (not get)",
    "a refused list is as much of a search as a refused read",
)];

/// So many events like this one.
pub(super) fn repeated(event: &str, times: u64) -> Vec<String> {
    let first: Value = serde_json::from_str(event).unwrap();
    (0..times)
        .map(|round| again(&first, round).to_string())
        .collect()
}

fn again(first: &Value, round: u64) -> Value {
    let mut event = first.clone();
    event["auditID"] = json!(format!("00000000-0000-4000-8000-{round:012}"));
    let time = format!("2026-05-01T10:{:02}:{:02}.000000Z", round / 60, round % 60);
    for key in ["requestReceivedTimestamp", "stageTimestamp"] {
        event[key] = json!(time);
    }
    for key in ["name", "namespace"] {
        let Some(old) = first["objectRef"][key].as_str() else {
            continue;
        };
        let new = format!("{old}-{round}");
        if let Some(uri) = event["requestURI"].as_str() {
            event["requestURI"] = json!(uri.replace(&format!("/{old}"), &format!("/{new}")));
        }
        event["objectRef"][key] = json!(new);
    }
    event
}

#[test]
fn events_repeated_up_to_their_threshold_are_found_by_a_detector_that_counts() {
    let Some(folder) = folder() else { return };
    let all = Enable {
        all: true,
        ids: Vec::new(),
    };
    let (engine, config) = engine(&all, "");
    let (mut wrong, mut excused) = (Vec::new(), BTreeSet::new());
    let mut counted = 0;
    for case in cases(&folder) {
        let technique = case.technique.as_deref().unwrap_or_default();
        let counting = COUNTING.iter().find(|(name, _)| *name == technique);
        let (Some((_, detector)), Some(verdict)) = (counting, case.verdict()) else {
            continue;
        };
        let Some(threshold) = case.threshold else {
            continue;
        };
        counted += 1;
        let raises = |lines: &[String]| {
            let mut judge = Judge::new(&engine, &config);
            raised_by(&mut judge, &Origin::default(), lines)
                .iter()
                .any(|(id, _)| id == detector)
        };
        let once = raises(&[case.event.get().to_owned()]);
        assert!(!once, "one event is no burst: {}", case.case);
        assert!(threshold > 1, "{}", case.case);
        if raises(&case.lines()) == verdict {
            continue;
        }
        if EXCEPTIONS.iter().any(|(name, _)| *name == case.case) {
            excused.insert(case.case);
        } else {
            wrong.push(case.case);
        }
    }
    assert!(counted > 0);
    assert!(wrong.is_empty(), "{wrong:?}");
    for (name, reason) in EXCEPTIONS {
        assert!(
            excused.contains(name),
            "an exception without use: {name}: {reason}"
        );
    }
}
