//! Evaluators on threads of their own. The thread that reads deals batches of items out in turn,
//! takes them back in the same turn, and merges: so everything stays in order without being sorted.
//!
//! What lies between is bounded: a worker holds at most [`DEPTH`] batches. Where all hold so many,
//! reading waits for the oldest.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, Scope};

use super::batch::Batch;
use super::evaluate::Evaluator;
use super::judge::Feed;
use super::merge::{Found, Merger};
use super::tally::Tally;
use crate::alert::Alert;
use crate::decode::Item;

/// Batches that one worker holds at most: one to work on, others that wait or are done.
const DEPTH: usize = 3;

/// A batch on its way to a worker and back.
#[derive(Debug, Default)]
struct Task {
    batch: Batch,
    /// What was found, each with the place of its item in the batch, in order.
    findings: Found,
    /// What was counted in this batch alone.
    tally: Tally,
}

/// A thread that evaluates. It ends when the crew goes.
pub(super) struct Worker {
    tasks: SyncSender<Task>,
    done: Receiver<Task>,
}

/// Starts so many workers, each with a clone of `evaluator`; fewer where the system gives no more
/// threads.
pub(super) fn start<'scope, 'c: 'scope>(
    scope: &'scope Scope<'scope, '_>,
    threads: usize,
    evaluator: &Evaluator<'c>,
) -> Vec<Worker> {
    let worker = |_| {
        let (tasks, given) = sync_channel(DEPTH);
        let (finished, done) = sync_channel(DEPTH);
        let evaluator = evaluator.clone();
        Builder::new()
            .name("evaluate".to_owned())
            .spawn_scoped(scope, move || work(evaluator, &given, &finished))
            .ok()?;
        Some(Worker { tasks, done })
    };
    (0..threads).map_while(worker).collect()
}

fn work(mut evaluator: Evaluator<'_>, given: &Receiver<Task>, finished: &SyncSender<Task>) {
    let mut found = Vec::new();
    while let Ok(mut task) = given.recv() {
        let Task {
            batch,
            findings,
            tally,
        } = &mut task;
        for at in 0..batch.len() {
            if let Some(item) = batch.get(at) {
                evaluator.evaluate(&item, tally, &mut found);
                findings.extend(found.drain(..).map(|finding| (at, finding)));
            }
        }
        if finished.send(task).is_err() {
            return;
        }
    }
}

/// The workers, and the batch that is being filled.
pub(super) struct Crew<'j, 'c> {
    workers: Vec<Worker>,
    merger: &'j mut Merger<'c>,
    on: &'j mut dyn FnMut(Alert) -> ControlFlow<()>,
    filling: Task,
    spare: Vec<Task>,
    /// How many batches were dealt out, and how many of them came back.
    sent: usize,
    taken: usize,
}

impl<'j, 'c> Crew<'j, 'c> {
    /// A crew of these workers that hands its alerts to `on`.
    pub(super) fn new(
        workers: Vec<Worker>,
        merger: &'j mut Merger<'c>,
        on: &'j mut dyn FnMut(Alert) -> ControlFlow<()>,
    ) -> Self {
        Self {
            workers,
            merger,
            on,
            filling: Task::default(),
            spare: Vec::new(),
            sent: 0,
            taken: 0,
        }
    }

    /// Hands the batch to the worker whose turn it is.
    fn deal(&mut self) -> ControlFlow<()> {
        if self.sent - self.taken >= self.workers.len() * DEPTH {
            self.collect(Receiver::recv)?;
        }
        let empty = self.spare.pop().unwrap_or_default();
        let task = std::mem::replace(&mut self.filling, empty);
        let Some(worker) = self.workers.get(self.sent % self.workers.len()) else {
            return ControlFlow::Break(());
        };
        if worker.tasks.send(task).is_err() {
            // It panicked outside of any record, and the scope of the threads passes that on.
            return ControlFlow::Break(());
        }
        self.sent += 1;
        while self.taken < self.sent && self.collect(Receiver::try_recv)? {}
        ControlFlow::Continue(())
    }

    /// Merges the oldest batch that is not merged yet, if `receive` gets it. Says whether it did.
    fn collect<E>(
        &mut self,
        receive: impl Fn(&Receiver<Task>) -> Result<Task, E>,
    ) -> ControlFlow<(), bool> {
        let worker = self.workers.get(self.taken % self.workers.len());
        let Some(Ok(mut task)) = worker.map(|worker| receive(&worker.done)) else {
            return ControlFlow::Continue(false);
        };
        self.taken += 1;
        self.merger.tally.merge(&mut task.tally);
        let batch = &task.batch;
        self.merger
            .take(&mut task.findings, &|at| batch.get(at), self.on)?;
        task.batch.clear();
        self.spare.push(task);
        ControlFlow::Continue(true)
    }
}

impl Feed for Crew<'_, '_> {
    #[inline]
    fn take(&mut self, item: Item<'_>) -> ControlFlow<()> {
        self.filling.batch.push(&item);
        if self.filling.batch.is_full() {
            self.deal()?;
        }
        ControlFlow::Continue(())
    }

    fn pause(&mut self) -> ControlFlow<()> {
        if !self.filling.batch.is_empty() {
            self.deal()?;
        }
        while self.taken < self.sent && self.collect(Receiver::recv)? {}
        self.merger.release(self.on)
    }
}
