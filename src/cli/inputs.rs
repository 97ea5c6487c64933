//! Reads the inputs a user names, one after another, with a progress bar and a way to stop.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;

use super::Exit;
use super::buckets::Buckets;
use super::exit::UsageError;
use super::progress::Bar;
use crate::decode::{self, Ahead, Item, Limits, Reader, Waiting};
use crate::source::{Counted, Listing, Progress, find};

/// How many threads are kept busy unless more are asked for: what one thread reads and decompresses
/// keeps no more than these busy with judging, and each takes a few megabytes.
const ENOUGH: usize = 4;

/// Inputs that were found, and how to stop reading them.
pub(super) struct Inputs {
    listing: Listing,
    /// Prefixes in S3, which are listed while they are read.
    buckets: Option<Buckets>,
    stop: Arc<AtomicBool>,
    /// How many threads the program may keep busy: as many as there are cores, up to what one reader
    /// can feed.
    pub(super) threads: usize,
    /// Whether what is compressed is read ahead on one more.
    ahead: bool,
}

/// How the reading went.
#[derive(Default)]
pub(super) struct Reading {
    /// How many inputs were read, whole or in part.
    pub(super) inputs: usize,
    /// Inputs that could not be read at all, in words.
    pub(super) failures: Vec<String>,
    /// What was left out on purpose, in words.
    pub(super) skipped: Vec<String>,
    /// Whether Ctrl-C ended it.
    pub(super) interrupted: bool,
}

impl Reading {
    /// How a command ends that did nothing but read.
    pub(super) const fn exit(&self) -> Exit {
        if self.interrupted {
            Exit::Interrupted
        } else if self.failures.is_empty() {
            Exit::Done
        } else {
            Exit::Failed
        }
    }
}

impl Inputs {
    /// Finds the inputs; an error when there is nothing to read. From here on Ctrl-C stops the
    /// reading, and a second one the program.
    pub(super) fn find(paths: &[String]) -> Result<Self> {
        let (addresses, paths): (Vec<&String>, Vec<&String>) =
            paths.iter().partition(|path| Buckets::is_address(path));
        let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
        let listing = find(&paths);
        let buckets = Buckets::open(&addresses)?;
        if listing.inputs.is_empty() && buckets.is_none() {
            let failures: Vec<String> = listing.failures.iter().map(ToString::to_string).collect();
            let text = if failures.is_empty() {
                "nothing to read: the paths hold no files".to_owned()
            } else {
                failures.join("\n")
            };
            return Err(UsageError(text).into());
        }
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::Relaxed) {
                hard_stop();
            }
        })?;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self {
            listing,
            buckets,
            stop,
            threads: cores.min(ENOUGH),
            ahead: cores > 1,
        })
    }

    /// Says that several threads judge what is read: as many as asked for, or as there are cores. Where
    /// two judge on two cores, reading ahead on one more costs more than it gains.
    pub(super) fn judged_by(&mut self, threads: Option<usize>) {
        self.threads = threads.unwrap_or(self.threads);
        self.ahead = self.threads > 2;
    }

    /// Reads everything; `on` gets each item and may end it.
    pub(super) fn read(&self, on: &mut dyn FnMut(Item<'_>) -> ControlFlow<()>) -> Reading {
        self.follow(on, &|| ControlFlow::Continue(()))
    }

    /// The same; `idle` is called when an input gives nothing for a while, and may end it too.
    pub(super) fn follow(
        &self,
        on: &mut dyn FnMut(Item<'_>) -> ControlFlow<()>,
        idle: &dyn Fn() -> ControlFlow<()>,
    ) -> Reading {
        let progress = Progress::default();
        let known = self.listing.total_size().filter(|_| self.buckets.is_none());
        let bar = Bar::start(&progress, known);
        let mut reading = Reading {
            failures: self
                .listing
                .failures
                .iter()
                .map(ToString::to_string)
                .collect(),
            skipped: self.skipped(),
            ..Reading::default()
        };
        let limits = Limits::default();
        let mut reader = Reader::new(limits);
        let stopped = || self.stop.load(Ordering::Relaxed);
        let mut guarded = |item: Item<'_>| {
            if stopped() {
                ControlFlow::Break(())
            } else {
                on(item)
            }
        };
        let never = || ControlFlow::Continue(());
        for input in &self.listing.inputs {
            let waiting = Waiting {
                stop: Arc::clone(&self.stop),
                // What lies on a disk is slow at times, and never waits for somebody to write it.
                idle: if input.size.is_none() { idle } else { &never },
            };
            let opened = input.open(&progress).map_err(|failure| failure.to_string());
            let opened = opened.and_then(|bytes| {
                decode::open(bytes, self.ahead(input.size), limits, &waiting)
                    .map_err(|error| format!("{}: {error}", input.name))
            });
            match opened {
                Ok(bytes) => {
                    reading.inputs += 1;
                    if reader
                        .read(&input.name, bytes, &input.origin, &mut guarded)
                        .is_break()
                    {
                        break;
                    }
                }
                Err(failure) => reading.failures.push(failure),
            }
            if stopped() {
                break;
            }
        }
        if let Some(buckets) = &self.buckets
            && !stopped()
        {
            buckets.each(&mut reading, &mut |object, body, origin, reading| {
                if stopped() {
                    return ControlFlow::Break(());
                }
                let waiting = Waiting {
                    stop: Arc::clone(&self.stop),
                    idle: &never,
                };
                let bytes = Counted::new(body, &progress);
                // A network may keep one waiting, and Ctrl-C must be heard.
                match decode::open(bytes, Ahead::Always, limits, &waiting) {
                    Ok(bytes) => {
                        reading.inputs += 1;
                        reader.read(object, bytes, &origin, &mut guarded)
                    }
                    Err(error) => {
                        reading.failures.push(format!("{object}: {error}"));
                        ControlFlow::Continue(())
                    }
                }
            });
        }
        bar.finish();
        reading.interrupted = stopped();
        reading
    }

    /// Whether an input of so many bytes is read ahead: only what lies on a disk has a size.
    fn ahead(&self, size: Option<u64>) -> Ahead {
        match size {
            None => Ahead::Always,
            Some(_) if self.ahead => Ahead::Packed,
            Some(_) => Ahead::Never,
        }
    }

    fn skipped(&self) -> Vec<String> {
        let skipped = self.listing.skipped;
        [
            (
                skipped.export_probes,
                "aws-logs-write-test objects of export tasks",
            ),
            (
                skipped.not_files,
                "pipes, sockets or devices inside folders",
            ),
            (skipped.loops, "links that lead back to a folder above them"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect()
    }
}

/// The second Ctrl-C: whoever presses it twice means it.
#[allow(
    clippy::exit,
    reason = "the user asks for the end twice, and the first way is stuck"
)]
fn hard_stop() {
    std::process::exit(130);
}
