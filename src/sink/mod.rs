//! Where alerts go: what a sink is, the sinks there are, and how alerts are brought to them.
//!
//! A sink tells of each alert whether it was accepted and, if not, what kind of failure it was. When to
//! try again is the [`Drain`]'s to decide. Nothing here decides whether there is an alert.

mod backoff;
mod dead;
mod deliver;
mod drain;
mod file;
mod lines;
mod loud;
mod observe;
mod outbox;
mod printed;
mod route;
mod sns;
mod stdout;

pub use backoff::delay;
pub use dead::DeadLetters;
pub use deliver::{Class, Failure, Pending, Sink, Verdict};
pub use drain::{Drain, DrainSettings, Passed, SharedOutbox, Signals, pass};
pub use file::{FileSettings, FileSink};
pub use observe::{Observer, Unobserved};
pub use outbox::{Fate, Outbox, Waiting};
pub use printed::PrintedSink;
pub use route::{AlertSchema, Route, Routes};
pub use sns::{BadTopic, Body, SnsSettings, SnsSink, Topic};
pub use stdout::{Format, StdoutSink};
