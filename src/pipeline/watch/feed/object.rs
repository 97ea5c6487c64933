//! Decodes one object. Blocks: its bytes come from the network, and its batches wait for the judge.

use std::ops::ControlFlow;
use std::path::Path;

use tokio::sync::{mpsc, oneshot};

use super::batch::Fed;
use super::objects::Judged;
pub(super) use super::packer::Closed;
use super::packer::Packer;
use crate::decode::{Item, Limits, Reader};
use crate::record::Origin;
use crate::source::cloudwatch::Stream;
use crate::source::origin_of;
use crate::source::s3::{Body, Object};

/// An object that is to be read.
pub(super) struct Reading {
    pub(super) object: Object,
    pub(super) body: Body,
    pub(super) feed: Stream,
    pub(super) hint: Origin,
    pub(super) received: i64,
    pub(super) out: mpsc::Sender<Fed>,
}

/// Reads an object to its end, or to where it broke off. What this returns hears when all of it has been
/// judged; an object that broke off has no last batch, and will come again.
pub(super) fn read(reading: Reading) -> Result<Judged, Closed> {
    let Reading {
        object,
        body,
        feed,
        hint,
        received,
        out,
    } = reading;
    let name = object.to_string();
    let fate = body.fate();
    let mut packer = Packer::new(&out, &feed, received);
    packer.place = name.as_str().into();
    let hint = told_by(&object.key, hint);
    let mut reader = Reader::new(Limits::default());
    let flow = reader.read(&name, body, &hint, &mut |item| {
        // That is no problem of the object's.
        if matches!(item, Item::Problem(_)) && fate.failure().is_some() {
            return ControlFlow::Break(());
        }
        packer.take(&item)
    });
    let (done, judged) = oneshot::channel();
    if fate.failure().is_some() {
        return Ok(judged);
    }
    if flow.is_break() {
        return Err(Closed);
    }
    if packer.problems > 0 {
        tracing::warn!(
            object = name,
            problems = packer.problems,
            first = packer.first.take(),
            "an object, or a part of it, can't be read and is passed over"
        );
    }
    packer.batch.done = Some(done);
    packer.send()?;
    Ok(judged)
}

/// Where an object's lines come from where they don't tell: what its key says, and else the settings.
fn told_by(key: &str, hint: Origin) -> Origin {
    let told = origin_of(Path::new(key));
    Origin {
        log_group: told.log_group.or(hint.log_group),
        log_stream: told.log_stream.or(hint.log_stream),
        account: told.account.or(hint.account),
        region: told.region.or(hint.region),
    }
}
