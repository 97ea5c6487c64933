//! The calls to SNS, in our own words.

use std::collections::HashMap;

use aws_sdk_sns::Client;
use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::operation::publish_batch::PublishBatchOutput;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};

use super::fault;
use super::message::Message;
use super::topic::Topic;
use crate::sink::deliver::{Class, Failure, Verdict};

/// The attribute of a topic that tells how long a message may be.
const LONGEST: &str = "MaximumMessageSize";

/// Publishes messages with one call; what became of each, in their order. The error is of the whole
/// call: none was accepted as far as is known.
pub(super) async fn publish(
    client: &Client,
    topic: &Topic,
    messages: &[&Message],
) -> Result<Vec<Verdict>, Failure> {
    let entries: Result<Vec<_>, _> = messages.iter().enumerate().map(entry).collect();
    let entries = entries.map_err(|error| Failure::new(Class::Refused, error.to_string()))?;
    let call = client
        .publish_batch()
        .topic_arn(&topic.arn)
        .set_publish_batch_request_entries(Some(entries));
    let answer = call.send().await.map_err(|error| fault::of_call(&error))?;
    Ok(verdicts(messages.len(), &answer))
}

/// The verdict of each entry; one that the answer doesn't mention is tried again.
fn verdicts(count: usize, answer: &PublishBatchOutput) -> Vec<Verdict> {
    let mut told = HashMap::new();
    for entry in answer.successful() {
        told.insert(entry.id().unwrap_or_default(), Verdict::Delivered);
    }
    for entry in answer.failed() {
        let failure = fault::of_entry(entry.code(), entry.message(), entry.sender_fault());
        told.insert(entry.id(), Verdict::Failed(failure));
    }
    let verdict = |place: usize| {
        told.remove(place.to_string().as_str()).unwrap_or_else(|| {
            Verdict::Failed(Failure::new(
                Class::Retry,
                "SNS did not say what became of it",
            ))
        })
    };
    (0..count).map(verdict).collect()
}

/// An entry; its id is its place.
fn entry((place, message): (usize, &&Message)) -> Result<PublishBatchRequestEntry, BuildError> {
    let mut entry = PublishBatchRequestEntry::builder()
        .id(place.to_string())
        .message(&message.body)
        .subject(&message.subject);
    for (name, value) in &message.attributes {
        let value = MessageAttributeValue::builder()
            .data_type(value.data_type())
            .string_value(value.value())
            .build()?;
        entry = entry.message_attributes(*name, value);
    }
    if let Some((group, id)) = &message.fifo {
        entry = entry.message_group_id(group).message_deduplication_id(id);
    }
    entry.build()
}

/// How long a message of the topic may be, in bytes; `None` when the topic doesn't say.
pub(super) async fn longest(client: &Client, topic: &Topic) -> Result<Option<usize>, Failure> {
    let call = client.get_topic_attributes().topic_arn(&topic.arn);
    let answer = call.send().await.map_err(|error| fault::of_call(&error))?;
    let attribute = answer.attributes().and_then(|all| all.get(LONGEST));
    Ok(attribute.and_then(|text| text.parse().ok()))
}
