//! Standard output: one JSON object a line, or the form for people. Nothing else is written there.

use std::io::{self, Write};

use crate::alert::Alert;
use crate::alert::pretty::{Paint, render};

/// How alerts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// Several lines for people.
    Pretty(Paint),
}

/// Writes alerts to standard output or anything like it.
#[derive(Debug)]
pub struct StdoutSink<W: Write> {
    out: W,
    format: Format,
}

impl<W: Write> StdoutSink<W> {
    /// A sink that writes to `out`.
    pub const fn new(out: W, format: Format) -> Self {
        Self { out, format }
    }

    /// Writes an alert. For people each appears at once; JSON may stay in the writer's buffer.
    ///
    /// # Errors
    /// When the writer refuses, for example because nobody reads any more.
    pub fn deliver(&mut self, alert: &Alert) -> io::Result<()> {
        match self.format {
            Format::Json => {
                let mut line = alert.to_json()?;
                line.push('\n');
                self.out.write_all(line.as_bytes())
            }
            Format::Pretty(paint) => {
                writeln!(self.out, "{}", render(alert, paint))?;
                self.out.flush()
            }
        }
    }

    /// Writes out what is still in the buffer.
    ///
    /// # Errors
    /// When the writer refuses.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
