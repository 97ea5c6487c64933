//! Exit codes, and how failures are told.

use std::io::Write as _;
use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: failed while running.
    Failed,
    /// 2: usage, settings or a detector is wrong.
    Usage,
    /// 3: an alert of the severity of `--fail-on` was raised.
    Alerted,
    /// 130: stopped by Ctrl-C.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Alerted => 3,
            Exit::Interrupted => 130,
        })
    }
}

/// A failure that is the user's to mend: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub(super) String);

/// Writes a failure to standard error and chooses the exit code.
pub(super) fn complain(error: &anyhow::Error) -> Exit {
    if is_broken_pipe(error) {
        // Whoever read standard output has seen enough.
        return Exit::Done;
    }
    let mut stderr = std::io::stderr().lock();
    if let Some(UsageError(text)) = error.downcast_ref() {
        let framed = text.contains("error:") || text.contains("error[");
        let _ = if framed {
            writeln!(stderr, "{text}")
        } else {
            writeln!(stderr, "error: {text}")
        };
        return Exit::Usage;
    }
    let _ = writeln!(stderr, "error: {error:#}");
    Exit::Failed
}

/// Whether the reader of standard output has gone away.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}
