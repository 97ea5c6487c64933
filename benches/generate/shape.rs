//! The shapes in which the events leave: bare lines, an export, or subscription envelopes.

use std::io::{self, Write};

use clap::ValueEnum;

use crate::clock::Clock;

/// The head of an envelope up to its first event.
const OPEN: &str = concat!(
    r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/eks/prod/cluster","#,
    r#""logStream":"kube-apiserver-audit-0123456789abcdef0123456789abcdef","#,
    r#""subscriptionFilters":["trailhound"],"logEvents":["#
);
/// So many events in an envelope.
const BATCH: usize = 40;
const BLOCK: usize = 1 << 20;

/// What the output looks like.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Shape {
    /// One audit event a line.
    Lines,
    /// One a line, with the time before it, as `CreateExportTask` writes them.
    Export,
    /// One subscription envelope a line, not compressed, with forty events in each.
    Envelope,
}

/// Collects events and writes them in large blocks.
pub(crate) struct Writer<W: Write> {
    shape: Shape,
    to: W,
    block: Vec<u8>,
    flushed: u64,
    in_envelope: usize,
    serial: u64,
}

impl<W: Write> Writer<W> {
    /// A writer with nothing in it.
    pub(crate) fn new(shape: Shape, to: W) -> Self {
        let block = Vec::with_capacity(2 * BLOCK);
        Self {
            shape,
            to,
            block,
            flushed: 0,
            in_envelope: 0,
            serial: 0,
        }
    }

    /// How many bytes were given out so far.
    pub(crate) fn written(&self) -> u64 {
        self.flushed + self.block.len() as u64
    }

    /// Adds an event.
    pub(crate) fn event(&mut self, line: &[u8], clock: &Clock) -> io::Result<()> {
        match self.shape {
            Shape::Lines => self.line(line),
            Shape::Export => {
                clock.exported(&mut self.block);
                self.block.push(b' ');
                self.line(line);
            }
            Shape::Envelope => self.enveloped(line, clock)?,
        }
        if self.block.len() >= BLOCK {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Writes what is left.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if self.in_envelope > 0 {
            self.close();
        }
        self.flush()
    }

    fn line(&mut self, line: &[u8]) {
        self.block.extend_from_slice(line);
        self.block.push(b'\n');
    }

    fn enveloped(&mut self, line: &[u8], clock: &Clock) -> io::Result<()> {
        self.block.extend_from_slice(if self.in_envelope == 0 {
            OPEN.as_bytes()
        } else {
            b","
        });
        self.serial += 1;
        let (serial, at) = (self.serial, clock.millis());
        write!(
            self.block,
            r#"{{"id":"39{at}{serial:041}","timestamp":{at},"message":"#
        )?;
        serde_json::to_writer(&mut self.block, &String::from_utf8_lossy(line))?;
        self.block.push(b'}');
        self.in_envelope += 1;
        if self.in_envelope == BATCH {
            self.close();
        }
        Ok(())
    }

    fn close(&mut self) {
        self.block.extend_from_slice(b"]}\n");
        self.in_envelope = 0;
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.write_all(&self.block)?;
        self.flushed += self.block.len() as u64;
        self.block.clear();
        self.to.flush()
    }
}
