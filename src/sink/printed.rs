//! Standard output as a sink of the daemon: a reader that stalls holds up nothing else.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use super::deliver::{Class, Failure, Pending, Sink, Verdict};
use super::outbox::Waiting;
use super::stdout::{Format, StdoutSink};

/// The most alerts that are written together.
const MOST: usize = 100;

/// Prints alerts.
#[derive(Debug)]
pub struct PrintedSink<W: Write> {
    name: String,
    out: Arc<Mutex<StdoutSink<W>>>,
}

impl<W: Write> PrintedSink<W> {
    /// A sink of that name that writes to `out`.
    pub fn new(name: impl Into<String>, out: W, format: Format) -> Self {
        Self {
            name: name.into(),
            out: Arc::new(Mutex::new(StdoutSink::new(out, format))),
        }
    }
}

impl<W: Write + Send + 'static> Sink for PrintedSink<W> {
    fn name(&self) -> &str {
        &self.name
    }

    fn most(&self) -> usize {
        MOST
    }

    fn deliver<'a>(&'a mut self, alerts: &'a [Waiting]) -> Pending<'a, Vec<(i64, Verdict)>> {
        let (out, batch) = (Arc::clone(&self.out), alerts.to_vec());
        Box::pin(async move {
            let printing = tokio::task::spawn_blocking(move || print(&out, &batch));
            printing.await.unwrap_or_default()
        })
    }

    fn check(&mut self) -> Pending<'_, Result<String, Failure>> {
        Box::pin(async { Ok("alerts are printed on standard output".to_owned()) })
    }
}

/// Prints one after the other. What was printed before a failure may still be in a buffer that is not
/// written: none of it counts.
fn print<W: Write>(out: &Mutex<StdoutSink<W>>, batch: &[Waiting]) -> Vec<(i64, Verdict)> {
    let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
    let printed = batch
        .iter()
        .try_for_each(|waiting| out.deliver(&waiting.alert))
        .and_then(|()| out.flush());
    let verdict = match printed {
        Ok(()) => Verdict::Delivered,
        Err(error) => {
            let message = format!("can't write to standard output: {error}");
            Verdict::Failed(Failure::new(Class::Retry, message))
        }
    };
    batch
        .iter()
        .map(|waiting| (waiting.number, verdict.clone()))
        .collect()
}
