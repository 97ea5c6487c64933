//! A worker in a process of its own, which can be killed: this binary of tests once more, with one test that
//! does nothing unless it is told to work.
//!
//! It says `.` before each call, reads the number of a batch, and says it again when that is committed.

use std::io::{BufRead, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use trailhound::state::{DynamoStore, Shared};
use trailhound::telemetry::Clock;

use super::{NOW, dynamo_settings, runtime, take, until_committed};
use crate::memory::day::Line;

/// Where the table is, in the environment of a worker.
const TABLE_AT: &str = "TRAILHOUND_TEST_TABLE";
/// The file with the batches.
const BATCHES: &str = "TRAILHOUND_TEST_BATCHES";

/// Tells of every call before it is made.
#[derive(Debug)]
struct Tell;

impl Intercept for Tell {
    fn name(&self) -> &'static str {
        "tell"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        say(".");
        Ok(())
    }
}

fn say(text: &str) {
    // Whoever listened may have gone; then nobody wants the answer.
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{text}").and_then(|()| out.flush()).ok();
}

/// Batches as they are in the file: time, cluster and text of each line.
type Written = Vec<Vec<(i64, usize, String)>>;

/// Writes batches for workers.
pub(super) fn write(path: &Path, batches: &[Vec<Line>]) {
    let line = |line: &Line| (line.time, line.cluster, line.text.clone());
    let batch = |batch: &Vec<Line>| batch.iter().map(line).collect();
    let written: Written = batches.iter().map(batch).collect();
    std::fs::write(path, serde_json::to_vec(&written).unwrap()).unwrap();
}

fn read(path: &str) -> Vec<Vec<Line>> {
    let written: Written = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let line = |(time, cluster, text)| Line {
        time,
        cluster,
        text,
    };
    let batch = |batch: Vec<_>| batch.into_iter().map(line).collect();
    written.into_iter().map(batch).collect()
}

#[test]
fn works_when_it_is_told_to() {
    let (Ok(url), Ok(batches)) = (std::env::var(TABLE_AT), std::env::var(BATCHES)) else {
        return;
    };
    let runtime = runtime();
    let settings = dynamo_settings(&url).intercepted(Tell);
    let clock = Clock::new(|| NOW);
    let store = DynamoStore::new(settings, runtime.handle().clone(), clock);
    let store = Shared::new(store);
    let batches = read(&batches);
    for line in std::io::stdin().lines() {
        let number: usize = line.unwrap().parse().unwrap();
        until_committed(|| take(&store, &batches[number]));
        say(&format!("done {number}"));
    }
}

/// A worker that runs.
pub(super) struct Worker {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    pub(super) fn start(url: &str, batches: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "dynamo::worker::works_when_it_is_told_to",
                "--exact",
                "--nocapture",
            ])
            .env(TABLE_AT, url)
            .env(BATCHES, batches)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, said }
    }

    /// Lets it take a batch; it is killed when it makes its `last` next call. Whether it has taken it.
    pub(super) fn take(&mut self, number: usize, last: Option<usize>) -> bool {
        let mut orders = self.child.stdin.as_ref().unwrap();
        writeln!(orders, "{number}").unwrap();
        let mut calls = 0;
        for line in self.said.by_ref() {
            let line = line.unwrap();
            calls += usize::from(line == ".");
            if last.is_some_and(|last| calls >= last) {
                self.child.kill().unwrap();
                self.child.wait().unwrap();
                return false;
            }
            if line == format!("done {number}") {
                return true;
            }
        }
        panic!("a worker ended before it had taken its batch");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
