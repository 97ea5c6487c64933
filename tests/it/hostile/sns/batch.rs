//! PublishBatch, which answers 200 with some entries failed.

use std::collections::BTreeSet;

use super::super::answer::{Refusal, escape};
use super::super::call::{Call, Log};
use super::super::fault::Fault;
use super::super::form::Form;
use super::SnsState;
use super::message::Message;

impl SnsState {
    /// Takes what can be taken and says of each entry what became of it.
    pub(super) fn batch(
        &mut self,
        call: &Call,
        form: &Form,
        fault: Option<&Fault>,
        (log, now): (&mut Log, i64),
    ) -> Result<String, Refusal> {
        let entries = form.members("PublishBatchRequestEntries.member");
        let ids: Vec<&str> = entries
            .iter()
            .map(|entry| entry.get("Id").unwrap_or_default())
            .collect();
        check_ids(&ids)?;
        let messages: Vec<Message> = entries.iter().map(Message::read).collect();
        let size: usize = messages.iter().map(Message::size).sum();
        if size > self.topics[&call.about].largest {
            return Err(Refusal::new(
                "BatchRequestTooLong",
                "The length of all the batch messages put together is more than the limit.",
            ));
        }
        let (mut taken, mut failed) = (String::new(), String::new());
        for (at, (id, message)) in ids.iter().zip(messages).enumerate() {
            let verdict = match refused_by(fault, at) {
                Some(refusal) => Err(refusal),
                None => self.judge(&call.about, &message),
            };
            match verdict {
                Ok(()) => {
                    let entry = Some((*id).to_owned());
                    let receipt = self.take(call, message, entry, (&mut *log, now));
                    taken.push_str(&format!(
                        "<member><Id>{id}</Id>{}</member>",
                        receipt.shown()
                    ));
                }
                Err(refusal) => failed.push_str(&format!(
                    "<member><Id>{id}</Id><Code>{}</Code><Message>{}</Message>\
                     <SenderFault>{}</SenderFault></member>",
                    escape(&refusal.code),
                    escape(&refusal.message),
                    refusal.status < 500,
                )),
            }
        }
        Ok(format!(
            "<Successful>{taken}</Successful><Failed>{failed}</Failed>"
        ))
    }
}

/// What the fault says of the entry at this place.
fn refused_by(fault: Option<&Fault>, at: usize) -> Option<Refusal> {
    let Some(Fault::Entries {
        first,
        step,
        code,
        sender_fault,
    }) = fault
    else {
        return None;
    };
    let met = at >= *first && (at - first).is_multiple_of((*step).max(1));
    let status = if *sender_fault { 400 } else { 500 };
    met.then(|| Refusal::status(status, code, format!("Failed: {code}")))
}

fn check_ids(ids: &[&str]) -> Result<(), Refusal> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let good = |id: &&str| (1..=80).contains(&id.len()) && id.bytes().all(plain);
    let distinct: BTreeSet<&&str> = ids.iter().collect();
    let (code, message) = if ids.is_empty() {
        (
            "EmptyBatchRequest",
            "The batch request doesn't contain any entries.",
        )
    } else if ids.len() > 10 {
        (
            "TooManyEntriesInBatchRequest",
            "The batch request contains more entries than permissible.",
        )
    } else if !ids.iter().all(good) {
        (
            "InvalidBatchEntryId",
            "The Id of a batch entry in a batch request doesn't abide by the specification.",
        )
    } else if distinct.len() < ids.len() {
        (
            "BatchEntryIdsNotDistinct",
            "Two or more batch entries in the request have the same Id.",
        )
    } else {
        return Ok(());
    };
    Err(Refusal::new(code, message))
}
