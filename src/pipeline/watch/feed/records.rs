//! Records of Kinesis streams to batches: each is decoded, and what it holds goes on with the number of the
//! last record that is in the batch whole.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::batch::{Batch, Fed, Memo, Step};
use super::packer::{Closed, Packer};
use crate::decode::{Limits, Reader};
use crate::record::Origin;
use crate::source::cloudwatch::Stream;
use crate::source::kinesis::{Ended, Listed, Mark, Parcel, Sent, Shard};

/// Turns what readers of streams send into batches, until they end or nobody judges any more. Blocks: it
/// needs a thread of its own. `hints` has what is known of a stream's records where they don't tell; events
/// arrive at most `lateness` milliseconds late.
pub fn unpack(
    mut sent: mpsc::Receiver<Sent>,
    out: &mpsc::Sender<Fed>,
    hints: &HashMap<Stream, Origin>,
    lateness: i64,
) {
    let mut unpacking = Unpacking {
        reader: Reader::new(Limits::default()),
        out,
        hints,
        lateness,
    };
    while let Some(sent) = sent.blocking_recv() {
        let done = match sent {
            Sent::Parcel(parcel) => unpacking.parcel(parcel),
            Sent::Listed(listed) => unpacking.send(listing(&listed)),
            Sent::Ended(ended) => unpacking.send(end(&ended)),
            Sent::Notice(notice) => out.blocking_send(Fed::Notice(notice)).map_err(|_| Closed),
        };
        if done.is_err() {
            return;
        }
    }
}

struct Unpacking<'u> {
    reader: Reader,
    out: &'u mpsc::Sender<Fed>,
    hints: &'u HashMap<Stream, Origin>,
    lateness: i64,
}

impl Unpacking<'_> {
    fn send(&self, batch: Batch) -> Result<(), Closed> {
        let sent = self.out.blocking_send(Fed::Batch(batch));
        sent.map_err(|_| Closed)
    }

    fn parcel(&mut self, parcel: Parcel) -> Result<(), Closed> {
        let nothing = Origin::default();
        let Parcel {
            shard,
            records,
            read_until,
            received,
            room,
        } = parcel;
        let hint = self.hints.get(&shard.feed).unwrap_or(&nothing);
        let mut packer = Packer::new(self.out, &shard.feed, received);
        for record in records {
            let name = format!("{}/{}", shard.stream().group, record.sequence);
            packer.place = Arc::from(name.as_str());
            packer.arrived = record.arrived;
            let before = packer.problems;
            packer.first = None;
            let read = self.reader.contain(|reader| {
                reader.read(&name, record.data.as_slice(), hint, &mut |item| {
                    packer.take(&item)
                })
            });
            match read {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Err(Closed),
                Err(_) => packer.poisoned(),
            }
            if packer.problems > before {
                tracing::warn!(
                    stream = %shard.feed.group, shard = %shard.id, sequence = record.sequence,
                    problems = packer.problems - before, first = packer.first.take(),
                    "a record, or a part of it, can't be read and is passed over"
                );
            }
            // All of this record is in this batch or a former one.
            packer.batch.memos = vec![mark(&shard, Mark::After(record.sequence))];
        }
        if let Some(until) = read_until {
            let settled = Step::Settled(until.saturating_sub(self.lateness));
            packer.batch.steps.push((shard.stream(), settled));
        }
        packer.send()?;
        drop(room);
        Ok(())
    }
}

fn mark(shard: &Shard, mark: Mark) -> Memo {
    Memo::Set(shard.memo(), mark.bytes())
}

fn listing(listed: &Listed) -> Batch {
    let mut batch = Batch::empty(&listed.feed, listed.time);
    let (begun, time) = &listed.begun;
    let mut kept: Vec<String> = listed.shards.iter().map(Shard::memo).collect();
    kept.push(begun.clone());
    batch.memos = vec![
        Memo::Set(begun.clone(), time.to_string().into_bytes()),
        Memo::Retain(listed.memos.clone(), kept),
    ];
    let reading = listed.reading.iter();
    batch.steps = reading.map(|it| (it.stream(), Step::Begun)).collect();
    batch
}

fn end(ended: &Ended) -> Batch {
    let mut batch = Batch::empty(&ended.shard.feed, ended.time);
    batch.memos = vec![mark(&ended.shard, Mark::Ended)];
    let children = ended.children.iter().map(Shard::stream).collect();
    batch.steps = vec![(ended.shard.stream(), Step::Ended(children))];
    batch
}

#[cfg(test)]
mod tests;
