//! Notifications of S3 as an event brings them: in messages of SQS, or by themselves.

use serde_json::value::RawValue;

use super::event::{Content, Record};
use super::field::{self, Fields};
use crate::source::s3::{Announced, announced};

/// A message of SQS.
pub(super) fn of_message(place: usize, raw: &RawValue) -> Record<'_> {
    let message = Fields::of(raw.get());
    let id = message
        .as_ref()
        .and_then(|message| message.text("messageId"));
    let name = field::name(id.as_deref(), "message", place);
    let body = message.as_ref().and_then(|message| message.text("body"));
    let content = match body {
        Some(body) => content(&body),
        None => Content::Unreadable("it has no text under \"body\""),
    };
    Record { id, name, content }
}

/// A notification that invoked the function by itself.
pub(super) fn of_event<'e>(event: &str) -> Record<'e> {
    Record {
        id: None,
        name: "notification".to_owned(),
        content: content(event),
    }
}

fn content<'e>(notification: &str) -> Content<'e> {
    match announced(notification) {
        Announced::Objects(objects) => Content::Objects(objects),
        Announced::Test => Content::Objects(Vec::new()),
        Announced::Unknown(why) => Content::Unreadable(why),
    }
}
