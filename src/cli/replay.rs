//! `trailhound replay`: exported log files to alerts, offline.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
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

/// Room for alerts on their way to standard output.
const BUFFER: usize = 64 << 10;

pub(super) fn run(args: ReplayArgs) -> Result<Exit> {
    let started = Instant::now();
    let settings = setup::settings(args.detectors.config.as_deref())?;
    let engine = setup::engine(&args.detectors, &settings)?;
    let window = setup::window(&args.time)?;
    let inputs = Inputs::find(&args.paths)?;
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
    let out = BufWriter::with_capacity(BUFFER, io::stdout());
    let mut sink = StdoutSink::new(out, format(args.format));
    let mut refused = None;
    let reading = inputs.read(&mut |item| {
        judge.take(item, &mut |alert| match sink.deliver(&alert) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                refused = Some(error);
                ControlFlow::Break(())
            }
        })
    });
    if let Some(error) = refused.or_else(|| sink.flush().err()) {
        return Err(error.into());
    }
    let summary = render(&Run {
        tally: &judge.tally,
        forgotten: judge.forgotten(),
        reading: &reading,
        elapsed: started.elapsed(),
        engine: &engine,
    });
    io::stderr().write_all(summary.as_bytes())?;
    Ok(if reading.interrupted {
        Exit::Interrupted
    } else if !reading.failures.is_empty() {
        Exit::Failed
    } else if args
        .fail_on
        .is_some_and(|least| judge.tally.highest() >= Some(least))
    {
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
