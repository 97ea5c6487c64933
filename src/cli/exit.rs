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

impl Exit {
    /// All of them, by code.
    pub const ALL: [Self; 5] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Alerted,
        Self::Interrupted,
    ];

    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Alerted => 3,
            Self::Interrupted => 130,
        }
    }

    /// What it means, in a few words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed while running",
            Self::Usage => "usage, settings or detector error",
            Self::Alerted => "an alert of the severity of --fail-on was raised",
            Self::Interrupted => "stopped by Ctrl-C",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
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
