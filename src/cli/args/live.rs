//! Options of the commands that watch live clusters.

use std::path::PathBuf;

use clap::Args as Arguments;

use super::{AlertFormat, DetectorSetArgs, severity};
use crate::detect::Severity;

/// Options of `watch`.
#[derive(Clone, Debug, Arguments)]
pub struct WatchArgs {
    /// Where a log begins that has never been read: RFC 3339, a date, or a time ago such as 2h [default: as
    /// long ago as events may come late, 15m].
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// How alerts are written to standard output [default: pretty on a terminal, else json].
    #[arg(long)]
    pub format: Option<AlertFormat>,
    /// Leave out alerts below this severity.
    #[arg(long, value_name = "SEVERITY", value_parser = severity(), default_value = "info")]
    pub min_severity: Severity,
    #[command(flatten)]
    pub detectors: DetectorSetArgs,
    /// The file of positions, baselines and alerts on their way, instead of that of the settings.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}

/// Options of `lambda`.
#[derive(Debug, Arguments)]
pub struct LambdaArgs {
    /// Handle the event in this file, or - for standard input, and print its alerts and then the response;
    /// may be repeated.
    #[arg(long, value_name = "FILE")]
    pub event: Vec<PathBuf>,
    /// How alerts of --event are written [default: pretty on a terminal, else json].
    #[arg(long, requires = "event")]
    pub format: Option<AlertFormat>,
    #[command(flatten)]
    pub detectors: DetectorSetArgs,
}
