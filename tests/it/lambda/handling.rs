//! A handler whose state, clock or sink misbehaves at a moment of our choosing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use trailhound::alert::Alert;
use trailhound::config::Config;
use trailhound::detect::{Enable, Engine, Loaded};
use trailhound::pipeline::Judge;
use trailhound::pipeline::lambda::{Courier, Failure, Handled, Handler, Intake, Sources, Times};
use trailhound::pipeline::watch::{Alerts, Post};
use trailhound::sink::{Class, Failure as Refusal, Pending, Routes, Sink, Verdict, Waiting};
use trailhound::state::{Cells, Digest, Ledger, MemoryLedger, Shared, Store, StoreError};
use trailhound::telemetry::Clock;

use super::envelope::{exec, kinesis, payload, sequence};

/// What a ledger does at a commit.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    Fine,
    /// Somebody else was faster.
    Beaten,
    /// It can't be reached.
    Gone,
}

/// A ledger in memory with moods, which takes so many alerts at once.
#[derive(Debug)]
struct Moody {
    inner: MemoryLedger,
    moods: Arc<Mutex<VecDeque<Mood>>>,
    most: usize,
    posted: usize,
    given_up: Arc<AtomicU64>,
}

impl Store for Moody {
    fn transact(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Cells) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.inner.transact(work)
    }

    fn evicted(&self) -> Vec<(String, u64)> {
        vec![("exec-any".to_owned(), self.given_up.load(Ordering::Relaxed))]
    }
}

impl Ledger for Moody {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.posted = 0;
        self.inner.begin()
    }

    fn post(
        &mut self,
        alert: Digest,
        now: i64,
        body: &str,
        sinks: &[&str],
    ) -> Result<bool, StoreError> {
        let new = self.inner.post(alert, now, body, sinks)?;
        self.posted += usize::from(new);
        Ok(new)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let mood = self.moods.lock().unwrap().pop_front().unwrap_or(Mood::Fine);
        let refused = match mood {
            Mood::Fine if self.posted > self.most => StoreError::TooLarge,
            Mood::Fine => return self.inner.commit(),
            Mood::Beaten => StoreError::Conflict,
            Mood::Gone => StoreError::Dynamo {
                table: "t".to_owned(),
                operation: "TransactWriteItems",
                reason: "it is gone".to_owned(),
            },
        };
        self.inner.roll_back();
        Err(refused)
    }

    fn roll_back(&mut self) {
        self.inner.roll_back();
    }
}

/// A sink that keeps what it takes, and takes nothing while it is told so.
struct Kept {
    alerts: Arc<Mutex<Vec<Alert>>>,
    refuses: Arc<Mutex<bool>>,
    hangs: Arc<Mutex<bool>>,
}

impl Sink for Kept {
    fn name(&self) -> &str {
        "kept"
    }

    fn most(&self) -> usize {
        7
    }

    fn deliver<'a>(&'a mut self, alerts: &'a [Waiting]) -> Pending<'a, Vec<(i64, Verdict)>> {
        if *self.hangs.lock().unwrap() {
            return Box::pin(std::future::pending());
        }
        let refuses = *self.refuses.lock().unwrap();
        let one = |waiting: &Waiting| {
            if refuses {
                let failure = Refusal::new(Class::Retry, "not now");
                return (waiting.number, Verdict::Failed(failure));
            }
            self.alerts.lock().unwrap().push(waiting.alert.clone());
            (waiting.number, Verdict::Delivered)
        };
        let verdicts = alerts.iter().map(one).collect();
        Box::pin(async move { verdicts })
    }

    fn check(&mut self) -> Pending<'_, Result<String, Refusal>> {
        Box::pin(async { Ok(String::new()) })
    }
}

/// A handler, and the strings it hangs on.
struct Puppet {
    handler: Handler<'static>,
    moods: Arc<Mutex<VecDeque<Mood>>>,
    alerts: Arc<Mutex<Vec<Alert>>>,
    refuses: Arc<Mutex<bool>>,
    hangs: Arc<Mutex<bool>>,
    /// How often the ledger had no room.
    given_up: Arc<AtomicU64>,
    /// How far the clock goes at each look.
    step: Arc<AtomicI64>,
    _runtime: tokio::runtime::Runtime,
}

/// When the clocks begin.
const BEGIN: i64 = 1_778_760_000_000;

fn puppet(most: usize, lasting: bool) -> Puppet {
    let config: &'static Config = Box::leak(Box::default());
    let loaded = Loaded::built_in(&config.lists);
    let (engine, _) = loaded
        .engine(&Enable::default(), Vec::new(), "", "")
        .unwrap();
    let engine: &'static Engine = Box::leak(Box::new(engine));
    let routes = Routes::compile("", "", &[], &["kept".to_owned()]).unwrap();
    let post: &'static Post = Box::leak(Box::new(Post::new(routes)));
    let inner = MemoryLedger::default();
    let outbox = Alerts::new(inner.outbox());
    let moods: Arc<Mutex<VecDeque<Mood>>> = Arc::default();
    let given_up: Arc<AtomicU64> = Arc::default();
    let ledger = Moody {
        given_up: Arc::clone(&given_up),
        inner,
        moods: Arc::clone(&moods),
        most,
        posted: 0,
    };
    let (alerts, refuses, hangs) = (Arc::default(), Arc::default(), Arc::default());
    let sink = Kept {
        alerts: Arc::clone(&alerts),
        refuses: Arc::clone(&refuses),
        hangs: Arc::clone(&hangs),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (step, at): (Arc<AtomicI64>, _) = (Arc::default(), AtomicI64::new(BEGIN));
    let steps = Arc::clone(&step);
    let clock = Clock::new(move || at.fetch_add(steps.load(Ordering::Relaxed), Ordering::Relaxed));
    let keep = Duration::from_secs(1_000_000_000);
    let handler = Handler::new(
        Intake::new(
            Judge::new(engine, config),
            Shared::new(Box::new(ledger)),
            post,
        ),
        Sources::new(None, None),
        Courier::new(
            vec![Box::new(sink)],
            outbox,
            keep,
            lasting,
            runtime.handle().clone(),
        ),
        Times {
            lateness: Duration::ZERO,
            margin: Duration::ZERO,
        },
        clock,
    );
    Puppet {
        handler,
        moods,
        alerts,
        refuses,
        hangs,
        given_up,
        step,
        _runtime: runtime,
    }
}

impl Puppet {
    fn handle(&mut self, event: &Value) -> Result<Handled, Failure> {
        self.handler
            .handle(&event.to_string(), Some(BEGIN + 60_000))
    }

    /// The ids of the execs that were delivered, in order.
    fn execs(&self) -> Vec<String> {
        let alerts = self.alerts.lock().unwrap();
        let execs = alerts
            .iter()
            .filter(|alert| alert.detector.id == "exec-any");
        let mut ids: Vec<String> = execs.map(|alert| alert.id.to_string()).collect();
        ids.sort();
        ids
    }
}

/// A batch of so many records with an exec each, each large enough for a commit of its own.
fn heavy(count: usize) -> Value {
    let filler = |number: usize| {
        // An event that raises nothing and is long.
        let text = exec(1000 + number).replace("command=ls", &"x".repeat(600_000));
        text.replace("\"exec\"", "\"status\"")
    };
    let record =
        |number: usize| payload(&[exec(number), filler(2 * number), filler(2 * number + 1)]);
    kinesis(0, &(0..count).map(record).collect::<Vec<_>>())
}

fn failed(place: usize) -> Value {
    json!({"batchItemFailures": [{"itemIdentifier": sequence(place)}]})
}

fn none() -> Value {
    json!({"batchItemFailures": []})
}

#[test]
fn a_batch_that_others_overtook_is_judged_again_and_raises_each_alert_once() {
    let mut puppet = puppet(usize::MAX, true);
    puppet
        .moods
        .lock()
        .unwrap()
        .extend([Mood::Beaten, Mood::Beaten]);
    let handled = puppet
        .handle(&kinesis(0, &[payload(&[exec(1), exec(2), exec(2)])]))
        .unwrap();
    assert_eq!(handled.answer, none());
    assert_eq!((handled.outcome.conflicts, handled.outcome.events), (2, 3));
    assert_eq!(puppet.execs().len(), 2);
}

#[test]
fn what_there_was_no_room_for_is_counted_once() {
    let mut puppet = puppet(usize::MAX, true);
    let mut given_up = |all: u64| {
        puppet.given_up.store(all, Ordering::Relaxed);
        let event = kinesis(0, &[payload(&[exec(1)])]);
        puppet.handle(&event).unwrap().outcome.given_up
    };
    assert_eq!(
        [given_up(0), given_up(3), given_up(3), given_up(4)],
        [0, 3, 0, 1]
    );
}

#[test]
fn a_batch_that_is_too_much_is_judged_in_parts() {
    let mut puppet = puppet(12, true);
    let lines: Vec<String> = (0..20).map(exec).collect();
    let handled = puppet.handle(&kinesis(0, &[payload(&lines)])).unwrap();
    assert_eq!(handled.answer, none());
    assert_eq!(handled.outcome.events, 20);
    assert_eq!(puppet.execs().len(), 20);
}

#[test]
fn a_state_that_fails_in_the_middle_fails_from_the_record_that_was_not_committed_on() {
    let mut puppet = puppet(usize::MAX, true);
    puppet
        .moods
        .lock()
        .unwrap()
        .extend([Mood::Fine, Mood::Gone]);
    let handled = puppet.handle(&heavy(4)).unwrap();
    assert_eq!(handled.answer, failed(1));
    assert_eq!(handled.outcome.failed, 3);
    assert_eq!(puppet.execs().len(), 1, "what was committed is delivered");
    // Everything comes again, and the rest of it is raised.
    assert_eq!(puppet.handle(&heavy(4)).unwrap().answer, none());
    let ids = puppet.execs();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), unique.len()), (4, 4));
}

#[test]
fn a_schedule_that_fails_is_counted_and_left_to_the_next() {
    let mut puppet = puppet(usize::MAX, true);
    puppet.moods.lock().unwrap().extend([Mood::Gone]);
    let schedule = super::envelope::schedule("2026-05-14T12:00:00Z");
    let handled = puppet.handle(&schedule).unwrap();
    assert_eq!(
        (handled.outcome.failed, &handled.answer["kind"]),
        (1, &json!("schedule"))
    );
    assert!(
        handled.outcome.settled > 10,
        "the others are decided all the same"
    );
    assert_eq!(puppet.handle(&schedule).unwrap().outcome.failed, 0);
}

#[test]
fn a_state_that_is_always_overtaken_gives_up_and_fails() {
    let mut puppet = puppet(usize::MAX, true);
    puppet.moods.lock().unwrap().extend([Mood::Beaten; 12]);
    let handled = puppet.handle(&kinesis(0, &[payload(&[exec(1)])])).unwrap();
    assert_eq!(handled.answer, failed(0));
    assert!(puppet.execs().is_empty());
}

#[test]
fn when_time_runs_out_what_was_not_read_comes_again() {
    let mut puppet = puppet(usize::MAX, true);
    // A minute is over after a few looks at the clock, of which each record takes some.
    puppet.step.store(6_000, Ordering::Relaxed);
    let handled = puppet.handle(&heavy(8)).unwrap();
    let first = handled.answer["batchItemFailures"][0]["itemIdentifier"]
        .as_str()
        .unwrap();
    let place = (1..8)
        .find(|place| sequence(*place) == first)
        .expect("some were read, and some not");
    assert_eq!(handled.outcome.failed, 8 - place as u64);
    // What was committed is delivered when there is time.
    let later = super::envelope::schedule("2026-05-14T12:00:00Z").to_string();
    puppet.handler.handle(&later, None).unwrap();
    assert!(puppet.execs().len() >= place);
}

#[test]
fn alerts_wait_in_an_outbox_that_lasts_and_fail_the_invocation_otherwise() {
    for lasting in [true, false] {
        let mut puppet = puppet(usize::MAX, lasting);
        *puppet.refuses.lock().unwrap() = true;
        let event = kinesis(0, &[payload(&[exec(1)])]);
        match (lasting, puppet.handle(&event)) {
            (true, Ok(handled)) => {
                assert_eq!(handled.answer, none());
                let outcome = handled.outcome;
                assert!(outcome.alerts > 0 && outcome.delivered == 0);
                assert_eq!(outcome.undelivered, outcome.alerts);
            }
            (false, Err(Failure::Stranded(alerts))) => assert!(alerts > 0),
            (_, other) => panic!("{other:?}"),
        }
        *puppet.refuses.lock().unwrap() = false;
        // The first wait is over by then.
        puppet.step.store(1_000, Ordering::Relaxed);
        puppet
            .handle(&super::envelope::schedule("2026-05-14T12:00:00Z"))
            .unwrap();
        puppet.handle(&kinesis(0, &[])).unwrap();
        assert_eq!(puppet.execs().len(), 1, "lasting: {lasting}");
    }
}

#[test]
fn a_sink_that_hangs_is_given_up_before_the_time_is_over() {
    let mut puppet = puppet(usize::MAX, false);
    *puppet.hangs.lock().unwrap() = true;
    let event = kinesis(0, &[payload(&[exec(1)])]).to_string();
    let handled = puppet.handler.handle(&event, Some(BEGIN + 50));
    assert!(matches!(handled, Err(Failure::Stranded(_))), "{handled:?}");
    *puppet.hangs.lock().unwrap() = false;
    puppet.handler.handle(&event, None).unwrap();
    assert_eq!(puppet.execs().len(), 1);
}
