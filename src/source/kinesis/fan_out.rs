//! Reads a shard by enhanced fan-out: one subscribes to it as a registered consumer, and its records are
//! pushed. A subscription lasts five minutes; then one subscribes again from the place that was reached.
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html>

use std::future::ready;
use std::pin::pin;
use std::time::Duration;

use aws_sdk_kinesis::error::{BuildError, ProvideErrorMetadata as _, SdkError};
use aws_sdk_kinesis::operation::subscribe_to_shard::SubscribeToShardOutput;
use aws_sdk_kinesis::types::error::SubscribeToShardEventStreamError;
use aws_sdk_kinesis::types::{
    ConsumerStatus, StartingPosition, SubscribeToShardEvent, SubscribeToShardEventStream,
};
use aws_smithy_types::event_stream::{Message, RawMessage};

use super::following::Following;
use super::pulse::Closed;
use super::reading::{Came, Left, Reading, Spot};
use crate::source::cloudwatch::failure::{Asked, Failure, innermost};
use crate::telemetry::Clock;

/// What one may need to be allowed.
const ACTION: &str = "kinesis:SubscribeToShard";

/// How long nothing may come. An event comes every few seconds, even without records: a connection that is
/// silent for longer leads nowhere any more.
const SILENT: Duration = Duration::from_secs(30);

/// How a subscription ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// As each does, some minutes after it began.
    Expired,
    /// With the shard.
    Shard(Left),
    /// By a failure.
    Failed(Failure),
}

/// Whether a consumer is registered and can be subscribed as; else what failed.
pub(super) async fn registered<'a>(
    following: &'a Following,
    consumer: &'a str,
) -> Result<(), (Asked<'a>, Failure)> {
    let asked = following
        .client
        .describe_stream_consumer()
        .consumer_arn(consumer)
        .send()
        .await;
    let failure = match asked {
        Ok(answer) => {
            let status = answer.consumer_description.map(|it| it.consumer_status);
            match status {
                Some(ConsumerStatus::Active) => return Ok(()),
                Some(other) => Failure::passing("not active", other.as_str()),
                None => Failure::passing("no answer", "nothing was told of it"),
            }
        }
        Err(error) => Failure::of(&error),
    };
    let asked = following.asked("kinesis:DescribeStreamConsumer");
    Err((of_consumer(asked, consumer), failure))
}

/// Reads a shard to its end.
pub(super) async fn run(mut reading: Reading<'_>, consumer: &str) -> Result<Left, Closed> {
    let asked = of_consumer(reading.following.asked(ACTION), consumer);
    loop {
        let began = reading.following.ground.clock.now();
        let left = match subscribe(&reading, consumer).await {
            Ok(events) => match take(&mut reading, events, began).await? {
                End::Expired => None,
                End::Shard(left) => Some(left),
                End::Failed(failure) => reading.failed(&asked, &failure).await?,
            },
            Err(failure) => reading.refused(&asked, &failure).await?,
        };
        if let Some(left) = left {
            return Ok(left);
        }
    }
}

const fn of_consumer<'a>(asked: Asked<'a>, consumer: &'a str) -> Asked<'a> {
    Asked {
        resource: consumer,
        ..asked
    }
}

async fn subscribe(
    reading: &Reading<'_>,
    consumer: &str,
) -> Result<SubscribeToShardOutput, Failure> {
    let following = reading.following;
    let (kind, sequence, time) = reading.from.position(following.ground.clock.now());
    let place = StartingPosition::builder()
        .r#type(kind)
        .set_sequence_number(sequence)
        .set_timestamp(time)
        .build();
    let asking = following
        .client
        .subscribe_to_shard()
        .consumer_arn(consumer)
        .shard_id(&*reading.shard.id)
        .starting_position(
            place.map_err(|error: BuildError| Failure::passing("not sent", &error.to_string()))?,
        )
        .send();
    // The client's limits end with the head of the answer: none cuts a subscription short, and none holds for
    // the first frame, which the call waits for.
    match tokio::time::timeout(SILENT, asking).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Failure::of(&error)),
        Err(_) => Err(Failure::unanswered(ACTION)),
    }
}

/// Hands on what comes for as long as a subscription lasts. Since `began`, in milliseconds since the Unix
/// epoch, it may tell how the shard stands.
async fn take(
    reading: &mut Reading<'_>,
    mut events: SubscribeToShardOutput,
    began: i64,
) -> Result<End, Closed> {
    let mut as_of = began;
    let mut some = false;
    loop {
        let clock = &reading.following.ground.clock;
        let event = match next(&mut events, clock, &mut as_of).await {
            Ok(Some(event)) => event,
            Ok(None) if some => return Ok(End::Expired),
            Ok(None) => {
                let words = "the subscription ended before its first event";
                return Ok(End::Failed(Failure::passing("no event", words)));
            }
            Err(failure) => return Ok(End::Failed(failure)),
        };
        some = true;
        let SubscribeToShardEvent {
            records,
            continuation_sequence_number: go_on,
            millis_behind_latest: behind,
            child_shards: children,
            ..
        } = event;
        let came = Came::new(records, behind, as_of);
        reading.worked(&came).await?;
        // Only now: none waits for its next event with a place in memory that others need.
        if reading.is_news(&came) {
            let room = reading.room().await?;
            reading.hand_on(came, room).await?;
        }
        if children.as_ref().is_some_and(|it| !it.is_empty()) {
            return Ok(End::Shard(Left::ended(children)));
        }
        // It goes on without records too. The mark that is kept is that of a record.
        if !go_on.is_empty() {
            reading.from = Spot::After(go_on);
        }
    }
}

/// The next event; `None` when the subscription is over. `as_of` becomes the time when one began to wait for
/// it: what was there already may be old.
async fn next(
    events: &mut SubscribeToShardOutput,
    clock: &Clock,
    as_of: &mut i64,
) -> Result<Option<SubscribeToShardEvent>, Failure> {
    loop {
        let mut coming = pin!(events.event_stream.recv());
        let came = tokio::select! {
            biased;
            came = &mut coming => came,
            () = ready(()) => {
                *as_of = clock.now();
                match tokio::time::timeout(SILENT, coming).await {
                    Ok(came) => came,
                    Err(_) => return Err(Failure::passing("timeout", "nothing came any more")),
                }
            }
        };
        match came {
            Ok(Some(SubscribeToShardEventStream::SubscribeToShardEvent(event))) => {
                return Ok(Some(event));
            }
            // What is not known yet is nothing that is missed.
            Ok(Some(_)) => {}
            Ok(None) => return Ok(None),
            Err(error) => return Err(broken(&error)),
        }
    }
}

/// How a subscription broke off: what the service said, or what happened on the way.
fn broken(error: &SdkError<SubscribeToShardEventStreamError, RawMessage>) -> Failure {
    let Some(RawMessage::Decoded(message)) = error.raw_response() else {
        return Failure::passing("connection broken", &innermost(error));
    };
    let header = |name| header(message, name);
    let Some(code) = header(":exception-type").or_else(|| header(":error-code")) else {
        return Failure::passing("broken answer", &innermost(error));
    };
    let said = error.as_service_error().and_then(|error| error.message());
    let said = said.or_else(|| header(":error-message"));
    // Errors of a stream have no status of their own.
    let mut failure = Failure::coded(code, said.unwrap_or_default(), 400);
    if failure.code == "ResourceInUseException" {
        failure.text.push_str(
            " (somebody else has subscribed as this consumer: each watch needs one of its own)",
        );
    }
    failure
}

fn header<'m>(message: &'m Message, name: &str) -> Option<&'m str> {
    let mut headers = message.headers().iter();
    let found = headers.find(|header| header.name().as_str() == name)?;
    found.value().as_string().ok().map(|text| text.as_str())
}

#[cfg(test)]
mod tests {
    use aws_sdk_kinesis::error::ErrorMetadata;
    use aws_sdk_kinesis::types::error::ResourceInUseException;
    use aws_smithy_types::event_stream::{Header, HeaderValue};

    use super::*;
    use crate::source::cloudwatch::Class;

    fn message(headers: &[(&'static str, &'static str)]) -> RawMessage {
        let mut message = Message::new(b"{}".as_slice());
        for (name, value) in headers {
            let value = HeaderValue::String((*value).into());
            message = message.add_header(Header::new(*name, value));
        }
        RawMessage::Decoded(message)
    }

    #[test]
    fn an_exception_in_the_stream_is_told_by_its_header() {
        let raw = message(&[
            (":message-type", "exception"),
            (":exception-type", "ResourceInUseException"),
        ]);
        let said = ErrorMetadata::builder().message("taken").build();
        let taken = ResourceInUseException::builder().meta(said).build();
        let taken = SubscribeToShardEventStreamError::ResourceInUseException(taken);
        let failure = broken(&SdkError::service_error(taken, raw));
        assert_eq!(
            (failure.class, failure.code.as_str()),
            (Class::Retry, "ResourceInUseException")
        );
        assert!(
            failure.text.starts_with("taken (somebody else"),
            "{}",
            failure.text
        );
        let raw = message(&[
            (":error-code", "KMSAccessDeniedException"),
            (":error-message", "no"),
        ]);
        let failure = broken(&SdkError::response_error("unrecognized", raw));
        assert_eq!(
            (failure.class, failure.text.as_str()),
            (Class::Denied, "no")
        );
    }

    #[test]
    fn a_stream_that_breaks_off_is_tried_again() {
        let failure = broken(&SdkError::response_error("cut", RawMessage::Invalid(None)));
        assert_eq!(
            (failure.class, failure.text.as_str()),
            (Class::Retry, "cut")
        );
        let failure = broken(&SdkError::response_error("odd", message(&[])));
        assert_eq!(
            (failure.class, failure.code.as_str()),
            (Class::Retry, "broken answer")
        );
    }
}
