//! The console's form of each detector finds at least what the detector finds.
//!
//! The console is played by our own evaluator over a row that knows what Logs Insights discovers in a
//! line: the leaves of its JSON, names joined by dots, elements of arrays by number, and the system
//! fields. It knows no facts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may fail loudly"
)]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;
use trailhound::decode::line;
use trailhound::detect::console::{Translation, console, translate};
use trailhound::detect::{Enable, Engine, Loaded, Log, Scratch};
use trailhound::query::ast::Query;
use trailhound::query::{FieldId, FieldInfo, FieldType, Program, Row, Schema, Value, check, parse};
use trailhound::record::{Cluster, Entry, LogEvent, Origin};

/// What the console can discover in an audit line.
const ROOTS: [&str; 17] = [
    "kind",
    "apiVersion",
    "level",
    "auditID",
    "stage",
    "requestURI",
    "verb",
    "user",
    "impersonatedUser",
    "sourceIPs",
    "userAgent",
    "objectRef",
    "responseStatus",
    "requestObject",
    "responseObject",
    "requestReceivedTimestamp",
    "annotations",
];

/// Arrays and objects: the console flattens them, so they are no fields themselves.
const CONTAINERS: [&str; 10] = [
    "user",
    "user.groups",
    "user.extra",
    "impersonatedUser",
    "impersonatedUser.groups",
    "sourceIPs",
    "objectRef",
    "requestObject",
    "responseObject",
    "annotations",
];

/// The names the console discovers, and no others.
#[derive(Default)]
struct RawSchema {
    log: Option<Log>,
    names: RefCell<Vec<String>>,
}

impl Schema for RawSchema {
    fn resolve(&mut self, name: &str) -> Result<FieldInfo, Vec<String>> {
        let system = ["@timestamp", "@message", "@logStream"].contains(&name);
        let root = name.split('.').next().unwrap_or_default();
        let discovered =
            self.log == Some(Log::Audit) && ROOTS.contains(&root) && !CONTAINERS.contains(&name);
        if !system && !discovered {
            return Err(Vec::new());
        }
        let mut names = self.names.borrow_mut();
        let place = names
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            });
        let id = FieldId(u32::try_from(place).unwrap());
        let may_be_missing = !system;
        Ok(FieldInfo {
            id,
            kind: FieldType::Any,
            may_be_missing,
        })
    }
}

/// A line as the console sees it.
struct RawRow<'s> {
    schema: &'s RawSchema,
    fields: HashMap<String, Json>,
}

impl<'s> RawRow<'s> {
    fn new(line: &str, log: Log, schema: &'s RawSchema) -> Self {
        let mut fields = HashMap::new();
        if let Ok(json @ Json::Object(_)) = serde_json::from_str::<Json>(line) {
            flatten("", json, &mut fields);
        }
        let stream = match log {
            Log::Audit => "kube-apiserver-audit-0123456789abcdef0123456789abcdef",
            Log::Authenticator => "authenticator-0123456789abcdef0123456789abcdef",
        };
        fields.insert("@message".into(), line.into());
        fields.insert("@logStream".into(), stream.into());
        Self { schema, fields }
    }
}

fn flatten(prefix: &str, json: Json, fields: &mut HashMap<String, Json>) {
    let join = |key: &str| {
        if prefix.is_empty() {
            key.to_owned()
        } else {
            format!("{prefix}.{key}")
        }
    };
    match json {
        Json::Object(members) => {
            for (key, value) in members {
                flatten(&join(&key), value, fields);
            }
        }
        Json::Array(items) => {
            for (at, value) in items.into_iter().enumerate() {
                flatten(&join(&at.to_string()), value, fields);
            }
        }
        Json::Null => {}
        leaf => {
            fields.insert(prefix.to_owned(), leaf);
        }
    }
}

impl Row for RawRow<'_> {
    fn value(&self, field: FieldId) -> Value<'_> {
        let names = self.schema.names.borrow();
        let name = names.get(field.0 as usize);
        match name.and_then(|name| self.fields.get(name)) {
            Some(Json::String(text)) => Value::text(text),
            Some(Json::Number(number)) => number.as_f64().map_or(Value::Missing, Value::Number),
            Some(Json::Bool(flag)) => Value::Bool(*flag),
            _ => Value::Missing,
        }
    }
}

/// Every list that a built-in detector may need.
fn lists() -> BTreeMap<String, Vec<String>> {
    let list = |name: &str, values: &[&str]| {
        (
            name.to_owned(),
            values.iter().map(ToString::to_string).collect(),
        )
    };
    BTreeMap::from([
        list(
            "expected_cidrs",
            &["10.0.0.0/8", "192.0.2.0/24", "fd00::/8"],
        ),
        list("known_accounts", &["111122223333"]),
        list("allowed_images", &["registry.example.com/"]),
        list(
            "known_nodes",
            &["system:node:ip-10-20-43-140.eu-west-1.compute.internal"],
        ),
        list("known_users", &["kubernetes-admin"]),
        list("secret_readers", &["system:serviceaccount:eso:operator"]),
        list("threat_ips", &["203.0.113.77/32", "198.51.100.0/24"]),
        list("tor_exits", &["203.0.113.9/32"]),
    ])
}

/// A detector beside its console form, ready to be asked.
struct Pair {
    engine: Engine,
    /// One for each query: the steps of a sequence have their own.
    forms: Vec<Form>,
    log: Log,
}

/// A query's console form, ready to be asked.
struct Form {
    translation: Translation,
    console: Program,
    schema: RawSchema,
}

impl Form {
    fn new(id: &str, query: &Query, log: Log) -> Self {
        let translation = translate(query, log);
        let mut schema = RawSchema {
            log: Some(log),
            ..RawSchema::default()
        };
        let console = compile(id, &translation.text, &mut schema);
        Self {
            translation,
            console,
            schema,
        }
    }
}

impl Pair {
    /// The detector of that id alone, with these lists.
    fn new(id: &str, library: &Loaded, lists: &BTreeMap<String, Vec<String>>) -> Self {
        let mut loaded = Loaded::default();
        loaded.add(&library.detectors[id].file, &library.texts[id], lists);
        let detector = &loaded.detectors[id];
        assert!(
            detector.unset_lists.is_empty(),
            "{id} needs {:?}",
            detector.unset_lists
        );
        let log = detector.log;
        let queries = detector.probes.iter().map(|probe| &probe.query);
        let forms = queries.map(|query| Form::new(id, query, log)).collect();
        // What is shown, with what counts: a query for each step.
        let mut schema = RawSchema {
            log: Some(log),
            ..RawSchema::default()
        };
        for shown in console(detector).split("\n# Step ") {
            compile(id, &format!("# {shown}"), &mut schema);
        }
        let enable = Enable {
            all: true,
            ids: Vec::new(),
        };
        let (engine, _) = loaded.engine(&enable, Vec::new(), "", "").unwrap();
        Self { engine, forms, log }
    }

    fn detector_matches(&self, text: &str) -> bool {
        let origin = Origin {
            account: Some("111122223333".to_owned()),
            ..Origin::default()
        };
        let cluster = Cluster::of(&origin);
        let event = event(text, &origin);
        let Some(record) = line::record(&event) else {
            return false;
        };
        let entry = Entry::new(&event, &cluster, record);
        let mut hits = 0;
        self.engine
            .judge(&entry, &mut Scratch::default(), |_| hits += 1);
        hits > 0
    }

    fn console_matches(&self, text: &str) -> bool {
        self.forms.iter().any(|form| {
            form.console
                .matches(&RawRow::new(text, self.log, &form.schema))
        })
    }

    fn said(&self) -> String {
        let texts = self.forms.iter().map(|form| form.translation.text.as_str());
        texts.collect::<Vec<_>>().join("\n\n")
    }

    fn exact(&self) -> bool {
        self.forms.iter().all(|form| form.translation.exact)
    }
}

fn compile(id: &str, text: &str, schema: &mut RawSchema) -> Program {
    let query =
        parse(text).unwrap_or_else(|found| panic!("{id} can't be read back: {found:?}\n{text}"));
    let checked = check(&query, schema);
    assert!(
        !checked.diagnostics.has_errors(),
        "{id}: {:?}\n{text}",
        checked.diagnostics
    );
    Program::compile(&query, schema)
        .unwrap_or_else(|error| panic!("{id}: {}\n{text}", error.message))
}

fn event<'a>(text: &'a str, origin: &'a Origin) -> LogEvent<'a> {
    LogEvent::bare(text, origin)
}

/// Whether a line may stand in a log group: whole, or cut off the way CloudWatch Logs does it.
fn is_of_cloudwatch(text: &str, log: Log) -> bool {
    log == Log::Authenticator
        || text.trim_end().ends_with("[Truncated...]")
        || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn is_cut(text: &str) -> bool {
    text.trim_end().ends_with("[Truncated...]")
}

#[test]
fn console_text_of_every_detector_needs_nothing_but_raw_fields() {
    let library = Loaded::built_in(&lists());
    for id in library.detectors.keys() {
        Pair::new(id, &library, &lists());
    }
}

#[test]
fn console_text_never_finds_less_than_the_detector() {
    let library = Loaded::built_in(&lists());
    let mut fired = 0;
    for (id, detector) in &library.detectors {
        for test in &detector.tests {
            let mut lists = lists();
            lists.extend(test.lists.clone());
            let pair = Pair::new(id, &library, &lists);
            for text in test
                .events
                .iter()
                .filter(|text| is_of_cloudwatch(text, pair.log))
            {
                if pair.detector_matches(text) {
                    fired += 1;
                    let said = pair.said();
                    assert!(
                        pair.console_matches(text),
                        "{id}: {}\n{said}\n{text}",
                        test.name
                    );
                }
            }
        }
    }
    assert!(
        fired > 300,
        "only {fired} events fired: the test shows nothing"
    );
}

#[test]
fn console_text_of_any_detector_holds_for_the_events_of_all() {
    let library = Loaded::built_in(&lists());
    let (mut asked, mut found, mut more, mut exact) = (0, 0, 0, Vec::new());
    for (id, detector) in &library.detectors {
        let pair = Pair::new(id, &library, &lists());
        if pair.exact() {
            exact.push(id.as_str());
        }
        let others = library
            .detectors
            .values()
            .filter(|other| other.log == detector.log);
        for text in others
            .flat_map(|other| &other.tests)
            .flat_map(|test| &test.events)
        {
            if !is_of_cloudwatch(text, pair.log) {
                continue;
            }
            let (ours, theirs) = (pair.detector_matches(text), pair.console_matches(text));
            asked += 1;
            found += usize::from(ours);
            more += usize::from(theirs && !ours);
            let said = pair.said();
            assert!(
                theirs || !ours,
                "{id} finds this and its console text does not:\n{said}\n{text}"
            );
            if pair.exact() && !is_cut(text) {
                assert!(
                    ours || !theirs,
                    "{id} is called exact and finds more:\n{said}\n{text}"
                );
            }
        }
    }
    println!(
        "{} detectors: {asked} questions, {found} found, {more} more",
        library.detectors.len()
    );
    println!("exact: {}", exact.join(" "));
    assert!(!exact.is_empty());
}
