//! `trailhound explain`: why a detector alerts on an event, or doesn't.

mod asker;
mod case;
mod nearest;
mod print;

use std::io::{self, BufWriter};
use std::ops::ControlFlow;

use anyhow::Result;

use super::Exit;
use super::args::ExplainArgs;
use super::entries::{Entries, Taken, complain};
use super::inputs::Inputs;
use super::{replay, setup};
use crate::record::Entry;
use asker::Asker;
use case::Case;
use nearest::Nearest;
use print::Printer;

/// How many events are explained when nobody says.
const USUAL_LIMIT: usize = 20;

pub(super) fn run(args: &ExplainArgs) -> Result<Exit> {
    let settings = setup::settings(args.config.as_deref())?;
    let window = setup::window(&args.time)?;
    let asker = Asker::prepare(args, &settings)?;
    let inputs = Inputs::find(&args.paths)?;
    let out = BufWriter::new(io::stdout());
    let mut work = Work {
        args,
        asker,
        nearest: Nearest::new(args.limit.unwrap_or(USUAL_LIMIT)),
        printer: Printer::new(out, replay::format(args.format)),
        shown: 0,
        failed: None,
    };
    let mut entries = Entries::new(&settings, args.cluster.as_deref(), window);
    let reading = inputs.read(&mut |item| {
        entries.take(item, &mut |taken| match taken {
            Taken::Entry(entry) => work.take(entry),
            Taken::Foreign(..) => ControlFlow::Continue(()),
        })
    });
    let found = work.finish()?;
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
    printer: Printer<W>,
    shown: usize,
    failed: Option<io::Error>,
}

impl<W: io::Write> Work<'_, W> {
    fn take(&mut self, entry: &Entry<'_>) -> ControlFlow<()> {
        if !self.asker.is_asked(entry) {
            return ControlFlow::Continue(());
        }
        let truths = self.asker.truths(entry);
        let verdict = self.asker.verdict(entry);
        let asker = &self.asker;
        match &self.args.event {
            Some(id) if !is_named(entry, id) => {
                self.nearest.count(&truths, &verdict);
                ControlFlow::Continue(())
            }
            None if !self.args.all => {
                self.nearest
                    .add(&truths, &verdict, || asker.case(entry, &verdict));
                ControlFlow::Continue(())
            }
            _ => {
                self.nearest.count(&truths, &verdict);
                let case = asker.case(entry, &verdict);
                self.print(&case)
            }
        }
    }

    /// Prints a case at once; with `--event` and `--all` there is no order to wait for.
    fn print(&mut self, case: &Case) -> ControlFlow<()> {
        if self.args.limit.is_some_and(|limit| self.shown >= limit) {
            return ControlFlow::Continue(());
        }
        self.shown += 1;
        match self.printer.print(case) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Prints what was waited for, and the counts. Whether the event asked for was there.
    fn finish(mut self) -> Result<bool> {
        let summary = self.nearest.summary();
        let cases = self.nearest.finish();
        for case in &cases {
            self.printer.print(case)?;
        }
        self.shown += cases.len();
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        self.printer.flush()?;
        let log = self.asker.log_name();
        anstream::eprintln!("{log}: {summary}; {} explained", self.shown);
        if let Some(note) = self.asker.note() {
            anstream::eprintln!("{note}");
        }
        match &self.args.event {
            Some(id) if self.shown == 0 && self.args.limit != Some(0) => {
                anstream::eprintln!("none of them has the audit id or event id {id:?}");
                Ok(false)
            }
            _ => Ok(true),
        }
    }
}

/// Whether this is the event's audit id, or CloudWatch's id of it.
fn is_named(entry: &Entry<'_>, id: &str) -> bool {
    let audit_id = entry.audit().and_then(|facts| facts.record.audit_id);
    audit_id.is_some_and(|audit_id| audit_id.is(id)) || entry.event.event_id.as_deref() == Some(id)
}
