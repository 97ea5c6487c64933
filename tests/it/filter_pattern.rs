//! No filter pattern hides what a detector needs: neither of the samples and the detectors' own tests, nor
//! of events put together from them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use trailhound::decode::{Decoded, Item, Limits, Reader, line};
use trailhound::detect::{Enable, Engine, Finding, Loaded, Scratch};
use trailhound::pattern::{CUT, MOST_CHARS, Needs, Pattern, shorten, terms};
use trailhound::record::{Cluster, Entry, LogEvent, Record};

use crate::court::origin;
use crate::program::{feed, run, write};

/// The five that the tool is first of all for.
const FIVE: &str = "default-admin-user,unexpected-source-ip,secret-sweep,aws-auth-changed,exec-any";

const SETTINGS: &str = "[lists]\nexpected_cidrs = [\"10.0.0.0/8\", \"198.51.100.0/24\"]\n";

/// What is put from one event into another, or taken away.
const PARTS: [&str; 22] = [
    "/stage",
    "/verb",
    "/requestURI",
    "/user",
    "/user/username",
    "/user/uid",
    "/user/groups",
    "/user/extra",
    "/impersonatedUser",
    "/sourceIPs",
    "/userAgent",
    "/objectRef",
    "/objectRef/resource",
    "/objectRef/namespace",
    "/objectRef/name",
    "/objectRef/apiGroup",
    "/objectRef/subresource",
    "/responseStatus",
    "/responseStatus/code",
    "/requestObject",
    "/responseObject",
    "/annotations",
];

struct World {
    loaded: BTreeMap<String, Needs>,
    engine: Engine,
    /// Lines of samples and tests, each once.
    lines: Vec<String>,
    /// For each detector its JSON pattern and its terms.
    patterns: BTreeMap<String, (Pattern, Pattern)>,
}

static WORLD: LazyLock<World> = LazyLock::new(World::new);

fn lists() -> BTreeMap<String, Vec<String>> {
    [
        (
            "expected_cidrs",
            "10.0.0.0/8,192.0.2.0/22,fd00::/8,172.16.0.0/14",
        ),
        ("known_accounts", "111122223333"),
        ("allowed_images", "registry.example.com/"),
        (
            "known_nodes",
            "system:node:ip-10-20-43-140.eu-west-1.compute.internal",
        ),
        ("known_users", "kubernetes-admin"),
        ("secret_readers", "system:serviceaccount:eso:operator"),
        ("threat_ips", "203.0.113.77/32,198.51.100.0/24"),
        ("tor_exits", "203.0.113.9/32"),
    ]
    .map(|(name, values)| {
        let values = values.split(',').map(str::to_owned).collect();
        (name.to_owned(), values)
    })
    .into()
}

impl World {
    fn new() -> Self {
        let loaded = Loaded::built_in(&lists());
        let mut lines: BTreeSet<String> = loaded
            .detectors
            .values()
            .flat_map(|detector| &detector.tests)
            .flat_map(|test| test.rounds().take(2).collect::<Vec<_>>())
            .flat_map(|round| round.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        for sample in [
            "samples/attack/exportedlogs",
            "samples/attack",
            "samples/quiet-day",
        ] {
            lines.extend(lines_of(sample));
        }
        let needs: BTreeMap<String, Needs> = loaded
            .detectors
            .iter()
            .map(|(id, detector)| (id.clone(), Needs::of([detector])))
            .collect();
        let patterns = needs
            .iter()
            .map(|(id, needs)| (id.clone(), patterns(needs)))
            .collect();
        let all = Enable {
            all: true,
            ids: Vec::new(),
        };
        Self {
            loaded: needs,
            engine: loaded.engine(&all, Vec::new(), "", "").unwrap().0,
            lines: lines.into_iter().collect(),
            patterns,
        }
    }

    /// The detectors that find something in a line, and whether the line is JSON.
    fn finders(&self, text: &str) -> (BTreeSet<String>, bool) {
        let (cluster, origin) = (Cluster::default(), origin());
        let event = LogEvent {
            timestamp: Some(1_778_662_800_000),
            ..LogEvent::bare(text, &origin)
        };
        let mut ids = BTreeSet::new();
        let (Decoded::Record(record) | Decoded::Salvaged(record)) = line::decode(&event) else {
            return (ids, false);
        };
        let whole = matches!(&record, Record::Audit(facts) if !facts.record.is_cut());
        let entry = Entry::new(&event, &cluster, record);
        self.engine
            .judge(&entry, &mut Scratch::default(), |finding| {
                ids.insert(match finding {
                    Finding::Hit(hit) => hit.detector.id.clone(),
                    Finding::Contribution(detector, _) => detector.id.clone(),
                });
            });
        (ids, whole)
    }

    /// Fails where a pattern of a detector alone hides what it finds; how many did find something.
    #[track_caller]
    fn hides_nothing(&self, text: &str) -> usize {
        let (ids, whole) = self.finders(text);
        let ids = if is_written_by_a_server(text) {
            ids
        } else {
            BTreeSet::new()
        };
        for id in &ids {
            let (json, terms) = &self.patterns[id];
            assert!(!whole || json.passes(text), "{id}: {json:?} hides {text}");
            let by_cloudwatch = whole || text.trim_end().ends_with(CUT) || !text.starts_with('{');
            assert!(
                !by_cloudwatch || terms.passes(text),
                "{id}: {terms:?} hides {text}"
            );
        }
        ids.len()
    }
}

/// Whether an API server may have written a line: it leaves out what is empty, and never writes `null`
/// outside of bodies.
fn is_written_by_a_server(text: &str) -> bool {
    let Ok(event) = serde_json::from_str::<Value>(text) else {
        return true;
    };
    let empty = |value: &Value| value.is_null() || value == "";
    !PARTS
        .iter()
        .any(|part| event.pointer(part).is_some_and(empty))
}

/// The JSON form and the terms, as they are read back from their texts.
fn patterns(needs: &Needs) -> (Pattern, Pattern) {
    let json = shorten(&needs.audit).text();
    let terms = terms(needs).text();
    assert!(json.chars().count() <= MOST_CHARS && terms.chars().count() <= MOST_CHARS);
    (
        Pattern::read(&json).unwrap(),
        Pattern::read(&terms).unwrap(),
    )
}

/// The log lines of a sample.
fn lines_of(path: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for file in walkdir::WalkDir::new(path).sort_by_file_name() {
        let file = file.unwrap();
        if !file.file_type().is_file() {
            continue;
        }
        let bytes = std::fs::File::open(file.path()).unwrap();
        let name = file.path().to_str().unwrap();
        let bytes: Box<dyn std::io::Read> = if name.ends_with(".gz") {
            Box::new(flate2::read::MultiGzDecoder::new(bytes))
        } else {
            Box::new(bytes)
        };
        let _ = Reader::new(Limits::default()).read(name, bytes, &origin(), &mut |item| {
            if let Item::Event(event) = item {
                lines.push(event.message.trim_end().to_owned());
            }
            ControlFlow::Continue(())
        });
    }
    lines
}

#[test]
fn no_pattern_hides_what_its_detector_finds_in_samples_and_tests() {
    let mut found = 0;
    for text in &WORLD.lines {
        found += WORLD.hides_nothing(text);
    }
    assert!(found > 3_000, "{found} of {} lines", WORLD.lines.len());
}

#[test]
fn most_detectors_do_with_less_than_everything() {
    let everything = |(id, needs): (&String, &Needs)| {
        let audit = !needs.audit.is_empty();
        (audit && shorten(&needs.audit).text().is_empty()).then(|| id.clone())
    };
    let all: Vec<String> = WORLD.loaded.iter().filter_map(everything).collect();
    assert!(all.len() * 5 < WORLD.loaded.len(), "{all:?}");
}

#[test]
fn five_detectors_need_less_than_a_twentieth_of_a_quiet_day() {
    let folder = tempfile::tempdir().unwrap();
    let settings = write(folder.path(), "trailhound.toml", SETTINGS);
    let args = ["filter-pattern", "--only", FIVE, "--config", &settings];
    let check = ["--check", "samples/quiet-day"];
    let ran = run(&[&args[..], &check].concat()).exits(0);
    assert!(ran.out.trim_end().len() <= MOST_CHARS, "{}", ran.out);
    let bytes = ran.err.split("bytes (").nth(1).expect(&ran.err);
    let share: f64 = bytes.split(' ').next().unwrap().parse().unwrap();
    assert!(share < 5.05, "{}", ran.err);
    assert!(ran.err.contains("hides nothing that"), "{}", ran.err);
    assert!(ran.err.contains("that CloudWatch cut off"), "{}", ran.err);
    // What the pattern passes is what its text says.
    let pattern = Pattern::read(&ran.out).unwrap();
    let day = lines_of("samples/quiet-day");
    let size = |lines: &mut dyn Iterator<Item = &String>| lines.map(String::len).sum::<usize>();
    let passed = size(&mut day.iter().filter(|text| pattern.passes(text)));
    assert!(passed * 20 < size(&mut day.iter()), "{passed}");
}

#[test]
fn a_detector_that_needs_everything_is_named() {
    let ran = run(&["filter-pattern", "--only", "cut-record,exec-any"]).exits(0);
    assert_eq!(ran.out, "\n");
    assert!(ran.err.contains("need everything"), "{}", ran.err);
    assert!(ran.err.contains("--without): cut-record"), "{}", ran.err);
    let without = [
        "filter-pattern",
        "--only",
        "cut-record,exec-any",
        "--without",
        "cut-record",
    ];
    let ran = run(&without).exits(0);
    assert!(ran.out.contains("$.objectRef.subresource=\"exec\""));
    run(&["filter-pattern", "--only", "exec-ani"]).exits(2);
}

#[test]
fn cut_off_lines_that_are_needed_are_told() {
    let args = ["filter-pattern", "--only", "exec-any", "--check"];
    let line = serde_json::json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": "1", "verb": "get",
        "objectRef": { "resource": "pods", "subresource": "exec" }, "stage": "ResponseStarted",
    });
    let cut = format!("{},{CUT}\n", line.to_string().trim_end_matches('}'));
    let cut = cut.replace("\"exec\",", "\"exec\"},");
    let json = feed(&[&args[..], &["-"]].concat(), cut.as_bytes()).exits(0);
    let terms = [&args[..], &["-", "--form", "terms"]].concat();
    let terms = feed(&terms, cut.as_bytes()).exits(0);
    assert!(
        json.err.contains("hides what exec-any needs") && json.err.contains("cut-off lines"),
        "{}",
        json.err
    );
    assert_eq!(terms.out, "?\"[Truncated...]\" ?\"exec\"\n");
}

/// An event with parts of another one, or without them.
fn mixed(base: &str, donor: &str, parts: &[(Index, bool)]) -> Option<String> {
    let mut event: Value = serde_json::from_str(base).ok()?;
    let donor: Value = serde_json::from_str(donor).ok()?;
    for (part, taken) in parts {
        let path = part.get(&PARTS);
        let (parent, key) = path.rsplit_once('/')?;
        let Some(Value::Object(parent)) = event.pointer_mut(parent) else {
            continue;
        };
        match donor.pointer(path).filter(|_| *taken) {
            Some(value) => drop(parent.insert(key.to_owned(), value.clone())),
            None => drop(parent.remove(key)),
        }
    }
    Some(event.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn no_pattern_hides_what_its_detector_finds_in_events_put_together(
        base: Index, donor: Index,
        parts in prop::collection::vec((any::<Index>(), prop::bool::weighted(0.8)), 0..6),
        forwarded: bool, cut: Index,
    ) {
        let lines = &WORLD.lines;
        let [base, donor] = [base, donor].map(|one| one.get(lines).as_str());
        if let Some(mut text) = mixed(base, donor, &parts) {
            if forwarded {
                text = text.replace("\"sourceIPs\":[", "\"sourceIPs\":[\"10.0.0.1\",");
            }
            WORLD.hides_nothing(&text);
            let end = text.floor_char_boundary(cut.index(text.len()));
            WORLD.hides_nothing(&format!("{}{CUT}", &text[..end]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn no_pattern_of_several_detectors_hides_what_one_of_them_finds(
        chosen in prop::collection::vec(any::<Index>(), 1..12),
        lines in prop::collection::vec(any::<Index>(), 200),
    ) {
        let ids: Vec<&String> = WORLD.loaded.keys().collect();
        let chosen: BTreeSet<&String> = chosen.iter().map(|one| *one.get(&ids)).collect();
        let mut needs = Needs::default();
        for id in &chosen {
            needs.audit.extend(WORLD.loaded[*id].audit.clone());
            needs.authenticator.extend(WORLD.loaded[*id].authenticator.clone());
        }
        let (json, terms) = patterns(&needs);
        for text in lines.iter().map(|line| line.get(&WORLD.lines)) {
            let (found, whole) = WORLD.finders(text);
            if let Some(id) = found.iter().filter(|_| is_written_by_a_server(text)).find(|id| chosen.contains(id)) {
                prop_assert!(!whole || json.passes(text), "{id}: {json:?} hides {text}");
                let whole = whole || !text.starts_with('{');
                prop_assert!(!whole || terms.passes(text), "{id}: {terms:?} hides {text}");
            }
        }
    }
}
