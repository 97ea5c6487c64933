//! An outbox in memory, a sink with a script, and a clock that follows tokio's.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::alert::{Alert, trial};
use crate::sink::drain::{Drain, DrainSettings, SharedOutbox, Signals};
use crate::sink::{
    Class, DeadLetters, Failure, Fate, Observer, Outbox, Pending, Sink, Verdict, Waiting,
};
use crate::state::StoreError;
use crate::telemetry::Clock;

/// When the tests begin, in milliseconds since the Unix epoch.
pub(super) const START: i64 = 1_800_000_000_000;

pub(super) const MINUTE: i64 = 60_000;

/// Alerts by sink and number, each with the time it may be tried.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) waiting: BTreeMap<(String, i64), (Waiting, i64)>,
    pub(super) fates: Vec<(i64, Fate)>,
    /// How many of the next notes fail.
    pub(super) broken: u32,
}

impl Outbox for Memory {
    fn due(&mut self, sink: &str, now: i64, most: usize) -> Result<Vec<Waiting>, StoreError> {
        let of_sink = self.waiting.iter().filter(|((name, _), _)| name == sink);
        let due = of_sink.filter(|(_, (_, at))| *at <= now);
        Ok(due
            .map(|(_, (waiting, _))| waiting.clone())
            .take(most)
            .collect())
    }

    fn next(&mut self, sink: &str) -> Result<Option<i64>, StoreError> {
        let of_sink = self.waiting.iter().filter(|((name, _), _)| name == sink);
        Ok(of_sink.map(|(_, (_, at))| *at).min())
    }

    fn note(&mut self, sink: &str, fates: &[(i64, Fate)]) -> Result<(), StoreError> {
        if self.broken > 0 {
            self.broken -= 1;
            return Err(StoreError::Sqlite {
                path: "memory".to_owned(),
                reason: rusqlite::Error::InvalidQuery,
            });
        }
        for (number, fate) in fates {
            let key = (sink.to_owned(), *number);
            match fate {
                Fate::Later { at: until, .. } => {
                    let (waiting, at) = self.waiting.get_mut(&key).expect("it waits");
                    waiting.attempts += 1;
                    *at = *until;
                }
                Fate::Delivered | Fate::Refused { .. } => {
                    self.waiting.remove(&key).expect("it waits");
                }
            }
            self.fates.push((*number, fate.clone()));
        }
        Ok(())
    }

    fn waiting(&mut self, sink: &str) -> Result<(u64, Option<i64>), StoreError> {
        let of_sink = self.waiting.iter().filter(|((name, _), _)| name == sink);
        let since: Vec<_> = of_sink.map(|(_, (waiting, _))| waiting.since).collect();
        Ok((since.len() as u64, since.iter().min().copied()))
    }
}

/// What a sink says of an alert that is tried at a time.
pub(super) type Script = Box<dyn FnMut(&Waiting, i64) -> Verdict + Send>;

pub(super) struct Scripted {
    pub(super) name: &'static str,
    pub(super) script: Script,
    pub(super) ordered: bool,
    /// How long each call takes.
    pub(super) slow: Duration,
    pub(super) seen: watch::Sender<Seen>,
    pub(super) clock: Clock,
}

/// What a sink has seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// When it was called.
    pub(super) calls: Vec<i64>,
    /// The numbers it accepted, in order.
    pub(super) accepted: Vec<i64>,
    /// The numbers it was given, in order.
    pub(super) tried: Vec<i64>,
}

impl Sink for Scripted {
    fn name(&self) -> &str {
        self.name
    }

    fn most(&self) -> usize {
        10
    }

    fn is_ordered(&self) -> bool {
        self.ordered
    }

    fn group(&self, alert: &Alert) -> String {
        alert.cluster.name.clone().unwrap_or_default()
    }

    fn deliver<'a>(&'a mut self, alerts: &'a [Waiting]) -> Pending<'a, Vec<(i64, Verdict)>> {
        Box::pin(async move {
            tokio::time::sleep(self.slow).await;
            let now = self.clock.now();
            let judged = alerts.iter().map(|w| (w.number, (self.script)(w, now)));
            let verdicts: Vec<_> = judged.collect();
            self.seen.send_modify(|seen| {
                seen.calls.push(now);
                seen.tried.extend(alerts.iter().map(|w| w.number));
                let accepted = verdicts.iter().filter(|(_, v)| *v == Verdict::Delivered);
                seen.accepted.extend(accepted.map(|(number, _)| *number));
            });
            verdicts
        })
    }

    fn check(&mut self) -> Pending<'_, Result<String, Failure>> {
        Box::pin(async { Ok(String::new()) })
    }
}

/// Counts what it is told.
#[derive(Default)]
pub(super) struct Counted(pub(super) Mutex<BTreeMap<String, u64>>);

impl Counted {
    fn add(&self, what: String, count: u64) {
        *self.0.lock().unwrap().entry(what).or_default() += count;
    }

    pub(super) fn of(&self, what: &str) -> u64 {
        self.0
            .lock()
            .unwrap()
            .get(what)
            .copied()
            .unwrap_or_default()
    }
}

impl Observer for Counted {
    fn delivered(&self, sink: &str, _waited: i64) {
        self.add(format!("{sink} delivered"), 1);
    }

    fn failed(&self, sink: &str, class: Class, alerts: u64) {
        self.add(format!("{sink} {}", class.as_str()), alerts);
    }

    fn refused(&self, sink: &str, alerts: u64) {
        self.add(format!("{sink} given up"), alerts);
    }
}

/// Everything a drain needs.
pub(super) struct Stage {
    pub(super) outbox: Arc<Mutex<Memory>>,
    pub(super) clock: Clock,
    pub(super) committed: watch::Sender<u64>,
    pub(super) stop: watch::Sender<bool>,
    pub(super) counted: Arc<Counted>,
    pub(super) folder: tempfile::TempDir,
    pub(super) dead: PathBuf,
}

impl Stage {
    pub(super) fn new() -> Self {
        let began = tokio::time::Instant::now();
        let folder = tempfile::tempdir().unwrap();
        Self {
            outbox: Arc::default(),
            clock: Clock::new(move || START + i64::try_from(began.elapsed().as_millis()).unwrap()),
            committed: watch::channel(0).0,
            stop: watch::channel(false).0,
            counted: Arc::default(),
            dead: folder.path().join("dead.jsonl"),
            folder,
        }
    }

    /// Puts an alert into the outbox, as if committed.
    pub(super) fn put(&self, sink: &str, number: i64, cluster: &str) {
        let since = self.clock.now();
        let mut alert = trial(since + number);
        alert.cluster.name = Some(cluster.to_owned());
        let waiting = Waiting {
            number,
            attempts: 0,
            since,
            alert,
        };
        let mut outbox = self.outbox.lock().unwrap();
        outbox
            .waiting
            .insert((sink.to_owned(), number), (waiting, 0));
        drop(outbox);
        self.committed.send_modify(|count| *count += 1);
    }

    pub(super) fn sink(
        &self,
        name: &'static str,
        script: impl FnMut(&Waiting, i64) -> Verdict + Send + 'static,
    ) -> (Scripted, watch::Receiver<Seen>) {
        let (seen, watched) = watch::channel(Seen::default());
        let sink = Scripted {
            name,
            script: Box::new(script),
            ordered: false,
            slow: Duration::ZERO,
            seen,
            clock: self.clock.clone(),
        };
        (sink, watched)
    }

    pub(super) fn run(&self, sink: Scripted) -> JoinHandle<()> {
        let outbox: SharedOutbox = self.outbox.clone();
        let signals = Signals {
            committed: self.committed.subscribe(),
            stop: self.stop.subscribe(),
        };
        let settings = DrainSettings::new(DeadLetters::at(self.dead.clone()));
        let (clock, observer) = (self.clock.clone(), self.counted.clone());
        let drain = Drain::new(Box::new(sink), outbox, settings, signals, clock, observer);
        tokio::spawn(drain.run())
    }

    /// Asks the drain to end and waits until it has.
    pub(super) async fn end(&self, drain: JoinHandle<()>) {
        self.stop.send_replace(true);
        drain.await.unwrap();
    }

    pub(super) fn left(&self) -> usize {
        self.outbox.lock().unwrap().waiting.len()
    }
}

/// Waits until the sink has accepted so many.
pub(super) async fn accepted(seen: &mut watch::Receiver<Seen>, count: usize) {
    seen.wait_for(|seen| seen.accepted.len() >= count)
        .await
        .unwrap();
}

pub(super) fn failed(class: Class) -> Verdict {
    Verdict::Failed(Failure::new(class, "no"))
}
