//! `trailhound replay`: exported log files to alerts, offline.

use std::cell::RefCell;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::mem::ManuallyDrop;
use std::ops::ControlFlow;
use std::time::Instant;

use anyhow::Result;

use super::Exit;
use super::args::{AlertFormat, ReplayArgs};
use super::inputs::Inputs;
use super::setup;
use super::summary::{Run, render};
use crate::alert::RawEvent;
use crate::alert::pretty::Paint;
use crate::pipeline::Judge;
use crate::sink::{Format, StdoutSink};
use crate::state::{Bounds, SqliteStore};

/// Room for alerts on their way to standard output.
const BUFFER: usize = 16 << 10;

pub(super) fn run(args: ReplayArgs) -> Result<Exit> {
    let started = Instant::now();
    let settings = setup::settings(args.detectors.config.as_deref())?;
    // The process ends soon after: giving its memory back piece by piece would only take time.
    let engine = ManuallyDrop::new(setup::engine(&args.detectors, &settings)?);
    let window = setup::window(&args.time)?;
    let mut inputs = Inputs::find(&args.paths)?;
    inputs.judged_by(args.threads.map(usize::from));
    let raw = if args.include_event {
        RawEvent::Included
    } else {
        RawEvent::LeftOut
    };
    let mut judge = Judge::new(&engine, &settings.config)
        .cluster(args.cluster.as_deref())
        .window(window)
        .least(args.min_severity)
        .raw(raw);
    if let Some(path) = &args.state {
        judge = judge.store(Box::new(SqliteStore::open(path, Bounds::default())?));
    }
    let out = BufWriter::with_capacity(BUFFER, io::stdout());
    let sink = RefCell::new(StdoutSink::new(out, format(args.format)));
    let refused = RefCell::new(None);
    let checked = |delivered: io::Result<()>| match delivered {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            refused.replace(Some(error));
            ControlFlow::Break(())
        }
    };
    let mut deliver = |alert| checked(sink.borrow_mut().deliver(&alert));
    let reading = judge.run(inputs.threads, &mut deliver, |feed| {
        let feed = RefCell::new(feed);
        // Whoever follows a live log sees each alert as soon as the log falls silent.
        let pause = || {
            feed.borrow_mut().pause()?;
            checked(sink.borrow_mut().flush())
        };
        let reading = inputs.follow(&mut |item| feed.borrow_mut().take(item), &pause);
        if refused.borrow().is_none() {
            let _ = pause();
        }
        reading
    });
    if refused.borrow().is_none() && judge.finish(&mut deliver).is_continue() {
        let _ = checked(sink.borrow_mut().flush());
    }
    if let Some(failure) = judge.failure() {
        return Err(failure.into());
    }
    if let Some(error) = refused.into_inner() {
        return Err(error.into());
    }
    let summary = render(&Run {
        tally: judge.tally(),
        forgotten: judge.forgotten(),
        forgotten_logins: judge.forgotten_logins(),
        evicted: judge.evicted(),
        today: chrono::Utc::now().date_naive(),
        reading: &reading,
        elapsed: started.elapsed(),
        engine: &engine,
    });
    io::stderr().write_all(summary.as_bytes())?;
    let highest = judge.tally().highest();
    if args.state.is_none() {
        // As the engine: all that was remembered ends with the process.
        std::mem::forget(judge);
    }
    Ok(if reading.interrupted {
        Exit::Interrupted
    } else if !reading.failures.is_empty() {
        Exit::Failed
    } else if args.fail_on.is_some_and(|least| highest >= Some(least)) {
        Exit::Alerted
    } else {
        Exit::Done
    })
}

/// The form asked for, or what suits standard output.
pub(super) fn format(asked: Option<AlertFormat>) -> Format {
    let terminal = io::stdout().is_terminal();
    let colour = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
    let paint = if terminal && colour {
        Paint::Coloured
    } else {
        Paint::Plain
    };
    match asked {
        Some(AlertFormat::Json) => Format::Json,
        Some(AlertFormat::Pretty) => Format::Pretty(paint),
        None if terminal => Format::Pretty(paint),
        None => Format::Json,
    }
}
