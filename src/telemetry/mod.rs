//! What the program says about itself: log lines on standard error, numbers, and how things stand.
//!
//! Standard output belongs to the alerts. On a terminal the lines are for people, elsewhere they are
//! JSON. `RUST_LOG` decides what is said; without it the number of `--verbose` does.

mod clock;
mod environment;
mod function;
pub mod metrics;
pub mod status;

use std::io::IsTerminal as _;

use tracing_subscriber::filter::{EnvFilter, LevelFilter, ParseError};
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

pub use clock::{Clock, milliseconds};
pub use environment::aws;
pub use function::{Function, arguments};

/// The variable that overrides `--verbose`.
const VARIABLE: &str = "RUST_LOG";

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// `RUST_LOG` can't be read.
    #[error(
        "RUST_LOG={text:?} is no filter: write a level, or target=level, such as \"trailhound=debug\""
    )]
    Filter {
        /// Its value.
        text: String,
        /// What is wrong with it.
        #[source]
        source: ParseError,
    },
    /// Something has set up logging already.
    #[error("logging is already set up")]
    Twice(#[from] TryInitError),
}

/// Makes a panic tell where it happened and nothing else: its message may quote a log line, and with
/// it a secret. Words that stand in the program itself are told.
fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let words = panic.payload().downcast_ref::<&'static str>().copied();
        tracing::error!(place, words, "a panic: this is a mistake in trailhound");
    }));
}

/// Sets up logging for the whole process. `verbose` counts `--verbose`: none shows warnings, one
/// what the program does, two debug lines, three everything.
///
/// # Errors
/// When `RUST_LOG` can't be read, or logging has been set up before.
pub fn init(verbose: u8) -> Result<(), InitError> {
    let filter = filter(std::env::var(VARIABLE).ok().as_deref(), verbose)?;
    let filter = without_events(filter);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        lines.with_target(false).finish().try_init()?;
    } else {
        lines.json().flatten_event(true).finish().try_init()?;
    }
    keep_panics_quiet();
    Ok(())
}

fn filter(variable: Option<&str>, verbose: u8) -> Result<EnvFilter, InitError> {
    let text = match variable {
        Some(text) if !text.trim().is_empty() => text,
        _ => default_filter(verbose),
    };
    EnvFilter::builder()
        .parse(text)
        .map_err(|source| InitError::Filter {
            text: text.to_owned(),
            source,
        })
}

/// Keeps the runtime of a Lambda function from writing every event out, which it does at the last level.
fn without_events(filter: EnvFilter) -> EnvFilter {
    match (filter.max_level_hint(), "lambda_runtime=debug".parse()) {
        (Some(LevelFilter::TRACE) | None, Ok(most)) => filter.add_directive(most),
        _ => filter,
    }
}

/// Libraries speak one level later than the program.
const fn default_filter(verbose: u8) -> &'static str {
    match verbose {
        0 => "error,trailhound=warn",
        // Where credentials are not, it tells at every call; the program tells once that there are none.
        1 => "warn,aws_config=error,trailhound=info",
        2 => "info,trailhound=debug",
        _ => "debug,trailhound=trace",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;

    #[test]
    fn the_variable_overrides_the_option() {
        let chosen = |variable, verbose| filter(variable, verbose).unwrap().to_string();
        assert_eq!(chosen(Some("error"), 2), "error");
        assert_eq!(chosen(None, 0), "trailhound=warn,error");
        assert_eq!(chosen(Some(" "), 0), "trailhound=warn,error");
        assert_eq!(chosen(None, 1), "trailhound=info,aws_config=error,warn");
        assert_eq!(chosen(None, 9), "trailhound=trace,debug");
    }

    #[test]
    fn a_variable_that_is_no_filter_is_refused_with_its_value() {
        let error = filter(Some("trailhound=loud"), 0).unwrap_err().to_string();
        assert!(
            error.starts_with("RUST_LOG=\"trailhound=loud\" is no filter"),
            "{error}"
        );
    }
}
