//! What a Lambda event brings: records to read, objects in S3 that are announced, or the time to decide.
//!
//! An [`Event`] is told by its content. Nothing is decompressed and no log line is looked at here: a record
//! is base64, lines, or the name of an object.

mod event;
mod field;
mod kinesis;
mod notification;
mod tell;

#[cfg(test)]
mod tests;

pub use event::{Batch, Content, Event, Kind, Record, Unknown};
