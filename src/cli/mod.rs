//! The command line: one file for each command.

mod args;
mod buckets;
mod completions;
mod coverage;
mod detectors;
mod doctor;
mod entries;
mod exit;
mod explain;
mod fields;
mod filter_pattern;
mod inputs;
mod lambda;
mod probe;
mod progress;
mod query;
mod replay;
mod setup;
mod stats;
mod summary;
mod table;
mod watch;

use std::process::ExitCode;

use clap::Parser as _;

pub use args::Args;
pub use exit::Exit;

/// Reads the command line, runs the command, and says how it went.
#[must_use]
pub fn run() -> ExitCode {
    let args = match Args::try_parse_from(crate::telemetry::arguments("lambda")) {
        Ok(args) => args,
        Err(error) => {
            let asked = !error.use_stderr();
            // Help that nobody reads any more is no failure.
            let _ = error.print();
            return if asked {
                Exit::Done.into()
            } else {
                Exit::Usage.into()
            };
        }
    };
    if let Err(error) = crate::telemetry::init(args.speaks()) {
        return exit::complain(&error.into()).into();
    }
    let done = match args.command {
        args::Command::Replay(args) => replay::run(args),
        args::Command::Watch(args) => watch::run(&args),
        args::Command::Lambda(args) => lambda::run(args),
        args::Command::Query(args) => query::run(args),
        args::Command::Explain(args) => explain::run(&args),
        args::Command::Stats(args) => stats::run(&args),
        args::Command::Doctor(args) => doctor::run(&args),
        args::Command::Detectors(args) => detectors::run(args),
        args::Command::Fields(args) => fields::run(&args),
        args::Command::FilterPattern(args) => filter_pattern::run(&args),
        args::Command::Probe(args) => probe::run(&args),
        args::Command::Completions(args) => completions::run(&args),
    };
    done.unwrap_or_else(|error| exit::complain(&error)).into()
}
