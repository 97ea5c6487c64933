//! Detectors at work on an entry: what the index picks, what each would say alone, and the alert.

use trailhound::alert::pretty::{self, Paint};
use trailhound::alert::{Cause, RawEvent, raise};
use trailhound::detect::{
    Contribution, Detector, Enable, Engine, Finding, Kind, Lateness, Lists, Loaded, Log, Scratch,
};
use trailhound::query::Program;
use trailhound::record::field::{EntryRow, FieldSchema, LogKind};
use trailhound::record::{Entry, Record};
use trailhound::state::MemoryStore;

/// Detectors in an engine, and each of them compiled once more by itself.
pub struct Bench {
    engine: Engine,
    alone: Vec<Alone>,
    scratch: Scratch,
    state: MemoryStore,
}

struct Alone {
    id: String,
    log: Log,
    program: Program,
}

impl Bench {
    /// All built-in detectors, those that are off by default included.
    #[must_use]
    pub fn built_in() -> Self {
        let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        let lists = Lists::from([
            ("expected_cidrs".to_owned(), list(&["10.0.0.0/8"])),
            ("known_accounts".to_owned(), list(&["444455556666"])),
        ]);
        Self::of(Loaded::built_in(&lists))
    }

    /// Loaded detectors, all of them.
    #[must_use]
    pub fn of(mut loaded: Loaded) -> Self {
        let schema = &mut loaded.schema;
        let detectors = loaded.detectors.values();
        let alone = detectors.filter_map(|one| alone(one, schema)).collect();
        let enable = Enable {
            all: true,
            ids: Vec::new(),
        };
        let engine = loaded.engine(&enable, Vec::new(), "", "");
        let (engine, _) = engine.unwrap_or_else(|_| unreachable!("there are no exceptions"));
        Self {
            engine,
            alone,
            scratch: Scratch::default(),
            state: MemoryStore::default(),
        }
    }

    /// Judges an entry and raises the alerts in every form.
    ///
    /// # Panics
    /// When the engine finds other detectors than ask for themselves, and when anything panics.
    pub fn judge(&mut self, entry: &Entry<'_>) {
        let schema = self.engine.schema();
        let row = EntryRow::new(entry, schema);
        let log = match entry.record {
            Record::Audit(_) => Log::Audit,
            Record::Authenticator(_) => Log::Authenticator,
        };
        let mut hits = Vec::new();
        let mut contributions = Vec::new();
        self.engine.judge(entry, &mut self.scratch, |finding| {
            let hit = match finding {
                Finding::Hit(hit) => hit,
                Finding::Contribution(_, contribution) => {
                    contributions.push(contribution);
                    return;
                }
            };
            let cause = hit.folded.as_ref().map_or(Cause::Match, Cause::Folded);
            let alert = raise(hit.detector, entry, cause, schema, RawEvent::Included);
            let json = alert.to_json().expect("an alert is JSON");
            assert!(!json.contains('\n'), "an alert is one line");
            let form = pretty::render(&alert, Paint::Plain);
            let hidden = |c: char| c != '\n' && c.is_control();
            assert!(!form.contains(hidden), "nothing escapes: {form:?}");
            hits.push(hit.detector.id.clone());
        });
        let mut expected: Vec<&str> = Vec::new();
        for one in self.alone.iter().filter(|one| one.log == log) {
            if one.program.matches(&row) {
                expected.push(&one.id);
            }
        }
        hits.sort_unstable();
        expected.sort_unstable();
        assert_eq!(hits, expected, "the index and the queries agree");
        for contribution in &contributions {
            self.merge(contribution, entry);
        }
    }

    /// Merges what is remembered, and raises what it comes to.
    fn merge(&mut self, contribution: &Contribution, entry: &Entry<'_>) {
        let engine = &self.engine;
        let mut raised = Vec::new();
        let mut seed = || "a seed".into();
        engine
            .merge(
                contribution,
                Lateness::default(),
                &mut self.state,
                &mut seed,
                &mut |one| {
                    raised.push(one);
                },
            )
            .expect("memory does not fail");
        let detector = &engine.detectors()[contribution.detector];
        for one in &raised {
            let group = engine.group(contribution, entry);
            let cause = Cause::Group(&group, one);
            let alert = raise(detector, entry, cause, engine.schema(), RawEvent::LeftOut);
            alert.to_json().expect("an alert is JSON");
        }
    }
}

fn alone(detector: &Detector, schema: &mut FieldSchema) -> Option<Alone> {
    schema.set_log(match detector.log {
        Log::Audit => LogKind::Audit,
        Log::Authenticator => LogKind::Authenticator,
    });
    if !matches!(detector.kind, Kind::Match) {
        return None;
    }
    let query = detector.query()?;
    let program = Program::compile(query, schema).expect("it was compiled before");
    Some(Alone {
        id: detector.id.clone(),
        log: detector.log,
        program,
    })
}
