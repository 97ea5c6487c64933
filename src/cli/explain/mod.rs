//! `trailhound explain`: why a detector alerts on an event, or doesn't.

mod asker;
mod case;
mod memory;
mod nearest;
mod print;
mod state;

use std::io::{self, BufWriter};
use std::ops::ControlFlow;

use anyhow::Result;

use super::Exit;
use super::args::ExplainArgs;
use super::entries::{Entries, Taken, complain};
use super::inputs::Inputs;
use super::{replay, setup};
use crate::alert::Alert;
use crate::record::Entry;
use asker::Asker;
use case::Case;
use nearest::Nearest;
use print::Printer;

/// How many events are explained when nobody says.
const USUAL_LIMIT: usize = 20;
/// How many cases wait at most for the end of the input, where alerts are decided there.
const MOST_WAITING: usize = 20_000;

pub(super) fn run(args: &ExplainArgs) -> Result<Exit> {
    let settings = setup::settings(args.config.as_deref())?;
    let window = setup::window(&args.time)?;
    let asker = Asker::prepare(args, &settings)?;
    let inputs = Inputs::find(&args.paths)?;
    let out = BufWriter::new(io::stdout());
    let printer = Printer::new(out, replay::format(args.format));
    let mut work = Work::new(args, asker, printer);
    let mut entries = Entries::new(&settings, args.cluster.as_deref(), window);
    let reading = inputs.read(&mut |item| {
        entries.take(item, &mut |taken| match taken {
            Taken::Entry(entry) => work.take(entry),
            Taken::Foreign(..) => ControlFlow::Continue(()),
        })
    });
    let summary = work.finish()?;
    let found = work.say(&summary);
    complain(&reading, entries.unread);
    Ok(match reading.exit() {
        Exit::Done if !found => Exit::Failed,
        exit => exit,
    })
}

struct Work<'w, W: io::Write> {
    args: &'w ExplainArgs,
    asker: Asker,
    nearest: Nearest<Case>,
    /// With `--event` and `--all`: cases that wait for the end of the input.
    waiting: Vec<Case>,
    /// How many did not find room there.
    left_out: u64,
    printer: Printer<W>,
    shown: usize,
    failed: Option<anyhow::Error>,
}

impl<'w, W: io::Write> Work<'w, W> {
    fn new(args: &'w ExplainArgs, asker: Asker, printer: Printer<W>) -> Self {
        Self {
            args,
            asker,
            nearest: Nearest::new(args.limit.unwrap_or(USUAL_LIMIT)),
            waiting: Vec::new(),
            left_out: 0,
            printer,
            shown: 0,
            failed: None,
        }
    }

    fn take(&mut self, entry: &Entry<'_>) -> ControlFlow<()> {
        match self.explain(entry) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn explain(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.asker.notice(entry)?;
        if !self.asker.is_asked(entry) {
            return Ok(());
        }
        let truths = self.asker.truths(entry);
        let judged = self.asker.judge(entry)?;
        let asker = &self.asker;
        match &self.args.event {
            Some(id) if !is_named(entry, id) => self.nearest.count(&truths, &judged),
            None if !self.args.all => {
                self.nearest
                    .add(&truths, &judged, || asker.case(entry, &judged));
            }
            _ => {
                self.nearest.count(&truths, &judged);
                let case = asker.case(entry, &judged);
                if !asker.is_decided_late() {
                    return self.print(&case);
                }
                let room = self.args.limit.unwrap_or(MOST_WAITING).min(MOST_WAITING);
                if self.waiting.len() < room {
                    self.waiting.push(case);
                } else {
                    self.left_out += 1;
                }
            }
        }
        Ok(())
    }

    /// Prints a case at once; with `--event` and `--all` there is no order to wait for.
    fn print(&mut self, case: &Case) -> Result<()> {
        if self.args.limit.is_some_and(|limit| self.shown >= limit) {
            return Ok(());
        }
        self.shown += 1;
        self.printer.print(case, self.asker.detector())?;
        Ok(())
    }

    /// Decides what waited for the end of the input. The alerts that no case tells of.
    fn settle(&mut self) -> Result<Vec<Alert>> {
        let alerts = self.asker.finish()?;
        self.nearest.count_late(alerts.len());
        let mut told = vec![false; alerts.len()];
        let late = self.asker.is_decided_late();
        let asker = &mut self.asker;
        let mut decide = |case: &mut Case| -> Result<bool> {
            let own = asker.decide(case, &alerts)?;
            if let Some(told) = own.and_then(|place| told.get_mut(place)) {
                *told = true;
            }
            Ok(own.is_some())
        };
        if late {
            for case in &mut self.waiting {
                decide(case)?;
            }
            self.nearest.settle(decide)?;
        }
        let left = alerts.into_iter().zip(told).filter(|(_, told)| !told);
        Ok(left.map(|(alert, _)| alert).collect())
    }

    /// Prints what was waited for. What there was, in words.
    fn finish(&mut self) -> Result<String> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let left = self.settle()?;
        let summary = self.nearest.summary();
        for case in std::mem::take(&mut self.waiting) {
            self.print(&case)?;
        }
        let nearest = std::mem::replace(&mut self.nearest, Nearest::new(0));
        for case in nearest.finish() {
            self.print(&case)?;
        }
        if self.args.event.is_none() {
            let most = if self.args.all {
                usize::MAX
            } else {
                USUAL_LIMIT
            };
            for alert in left.iter().take(self.args.limit.unwrap_or(most)) {
                self.print(&Case::at_end(alert))?;
            }
        }
        self.printer.flush()?;
        Ok(summary)
    }

    /// Tells the counts on standard error. Whether the event asked for was there.
    fn say(&self, summary: &str) -> bool {
        let log = self.asker.log_name();
        anstream::eprintln!("{log}: {summary}; {} explained", self.shown);
        if self.left_out > 0 && self.args.limit.is_none() {
            let left_out = self.left_out;
            anstream::eprintln!("{left_out} more were left out: name one with --event");
        }
        if let Some(note) = self.asker.note() {
            anstream::eprintln!("{note}");
        }
        match &self.args.event {
            Some(id) if self.shown == 0 && self.args.limit != Some(0) => {
                anstream::eprintln!("none of them has the audit id or event id {id:?}");
                false
            }
            _ => true,
        }
    }
}

/// Whether this is the event's audit id, or CloudWatch's id of it.
fn is_named(entry: &Entry<'_>, id: &str) -> bool {
    let audit_id = entry.audit().and_then(|facts| facts.record.audit_id);
    audit_id.is_some_and(|audit_id| audit_id.is(id)) || entry.event.event_id.as_deref() == Some(id)
}

#[cfg(test)]
#[path = "agreement_tests.rs"]
mod tests;
