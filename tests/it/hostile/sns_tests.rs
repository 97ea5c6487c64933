//! What SNS takes, refuses, and half refuses.

use std::slice::from_ref;

use aws_sdk_sns::Client;
use aws_sdk_sns::error::ProvideErrorMetadata;
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};

use super::{ACCOUNT, Action, Fault, Hostile, KEY, Outcome, Published, REGION};

fn client(hostile: &Hostile) -> Client {
    Client::new(&hostile.sdk())
}

fn attribute(kind: &str, value: &str) -> MessageAttributeValue {
    let value = MessageAttributeValue::builder()
        .data_type(kind)
        .string_value(value);
    value.build().unwrap()
}

fn entry(id: &str, message: &str) -> PublishBatchRequestEntry {
    let entry = PublishBatchRequestEntry::builder().id(id).message(message);
    entry.build().unwrap()
}

async fn code(message: PublishFluentBuilder) -> String {
    let error = message.send().await.unwrap_err();
    error.code().unwrap_or_default().to_owned()
}

fn texts(published: &[Published]) -> Vec<&str> {
    published.iter().map(|one| one.message.as_str()).collect()
}

#[tokio::test]
async fn what_was_taken_is_known_with_everything_it_had() {
    let hostile = Hostile::start();
    let topic = hostile.sns().topic("alerts");
    let text = "a&b=c <d> é\n\"e\" + %20";
    let sent = client(&hostile)
        .publish()
        .topic_arn(&topic)
        .subject("[HIGH] prod: a & b")
        .message(text)
        .message_attributes("severity", attribute("String", "high"))
        .message_attributes("tactics", attribute("String.Array", "[\"a\",\"b\"]"))
        .send()
        .await
        .unwrap();
    let accepted = hostile.sns().accepted();
    let one = &accepted[0];
    assert_eq!(sent.message_id(), Some(one.id.as_str()));
    assert_eq!(
        (one.message.as_str(), one.topic.as_str()),
        (text, topic.as_str())
    );
    assert_eq!(one.subject.as_deref(), Some("[HIGH] prod: a & b"));
    let value = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
    assert_eq!(one.attributes["severity"], value("String", "high"));
    assert_eq!(
        one.attributes["tactics"],
        value("String.Array", "[\"a\",\"b\"]")
    );
    assert_eq!((&one.entry, &one.structure, one.call), (&None, &None, 0));
    let attributes = client(&hostile).get_topic_attributes().topic_arn(&topic);
    let attributes = attributes.send().await.unwrap().attributes.unwrap();
    assert_eq!(attributes["MaximumMessageSize"], "262144");
}

#[tokio::test]
async fn messages_beyond_the_limits_are_refused() {
    let hostile = Hostile::start();
    let topic = hostile.sns().topic("alerts");
    hostile.sns().largest(&topic, 1_024);
    let good = client(&hostile).publish().topic_arn(&topic).message("a");
    let with = |name: &str, kind: &str, value: &str| {
        good.clone()
            .message_attributes(name, attribute(kind, value))
    };
    let many = (0..11).fold(good.clone(), |message, number| {
        message.message_attributes(format!("a{number}"), attribute("String", "b"))
    });
    let wrong = [
        good.clone().message(""),
        good.clone().message("a".repeat(1_025)),
        with("a", "String", "b").message("a".repeat(1_017)),
        good.clone().subject("a".repeat(100)),
        good.clone().subject("a\nb"),
        good.clone().subject("é"),
        many,
        good.clone().message_deduplication_id("a"),
        good.clone().message_structure("json"),
    ];
    for message in wrong {
        assert_eq!(code(message).await, "InvalidParameter");
    }
    let wrong = [
        with("a", "String", ""),
        with("AWS.a", "String", "b"),
        with("a", "String.Array", "b"),
        with("a", "String.Array", "[[1]]"),
        with("a", "Number", "b"),
        with("a", "Text", "b"),
    ];
    for message in wrong {
        assert_eq!(code(message).await, "ParameterValueInvalid");
    }
    assert!(hostile.sns().accepted().is_empty());
    good.clone().subject("a".repeat(99)).send().await.unwrap();
    let whole = with("a", "String", "b").message("a".repeat(1_016));
    whole.send().await.unwrap();
    assert_eq!(hostile.sns().accepted().len(), 2);
}

#[tokio::test]
async fn a_topic_is_its_accounts_and_regions() {
    let hostile = Hostile::start();
    let topic = hostile.sns().topic("alerts");
    let publish = |client: Client, topic: &str| client.publish().topic_arn(topic).message("a");
    let unknown = format!("{topic}-else");
    assert_eq!(code(publish(client(&hostile), &unknown)).await, "NotFound");
    let elsewhere = Client::new(&hostile.sdk_as(KEY, "eu-west-1"));
    assert_eq!(code(publish(elsewhere, &topic)).await, "InvalidParameter");
    let other = "AKIAOTHER";
    hostile
        .sts()
        .key(other, "444455556666", "arn:aws:iam::444455556666:user/b");
    let foreign = Client::new(&hostile.sdk_as(other, REGION));
    let error = publish(foreign.clone(), &topic).send().await.unwrap_err();
    assert_eq!(error.code(), Some("AuthorizationError"));
    for part in ["user/b", "SNS:Publish", topic.as_str()] {
        assert!(error.message().unwrap().contains(part), "{error:?}");
    }
    hostile.sns().share(&topic);
    publish(foreign, &topic).send().await.unwrap();
    hostile.sns().delete(&topic);
    assert_eq!(code(publish(client(&hostile), &topic)).await, "NotFound");
}

#[tokio::test]
async fn a_batch_says_of_each_entry_what_became_of_it() {
    let hostile = Hostile::start();
    let topic = hostile.sns().topic("alerts");
    let sns = hostile.sns();
    sns.refuse_messages("poison", "InvalidParameter", true);
    sns.meets_next(
        &topic,
        1,
        Fault::Entries {
            first: 1,
            step: 2,
            code: "InternalError",
            sender_fault: false,
        },
    );
    let batch = client(&hostile).publish_batch().topic_arn(&topic);
    let entries: Vec<_> = ["a", "b", "poison", "d"]
        .iter()
        .zip(["i1", "i2", "i3", "i4"])
        .map(|(message, id)| entry(id, message))
        .collect();
    let batch = batch.set_publish_batch_request_entries(Some(entries));
    let said = batch.clone().send().await.unwrap();
    let failed: Vec<_> = said
        .failed()
        .iter()
        .map(|one| (one.id(), one.code(), one.sender_fault()))
        .collect();
    assert_eq!(
        failed,
        [
            ("i2", "InternalError", false),
            ("i3", "InvalidParameter", true),
            ("i4", "InternalError", false)
        ]
    );
    assert_eq!(said.successful()[0].id(), Some("i1"));
    assert_eq!(texts(&sns.accepted()), ["a"]);
    assert_eq!(sns.accepted()[0].entry.as_deref(), Some("i1"));
    sns.welcome_messages();
    assert!(batch.send().await.unwrap().failed().is_empty());
    assert_eq!(texts(&sns.accepted()), ["a", "a", "b", "poison", "d"]);
}

#[tokio::test]
async fn a_batch_that_breaks_a_limit_is_refused_as_a_whole() {
    let hostile = Hostile::start();
    let topic = hostile.sns().topic("alerts");
    let batch = client(&hostile).publish_batch().topic_arn(&topic);
    let long = "a".repeat(140_000);
    let numbered = (0..11).map(|id| entry(&id.to_string(), "a")).collect();
    for (entries, code) in [
        (vec![], "EmptyBatchRequest"),
        (numbered, "TooManyEntriesInBatchRequest"),
        (vec![entry("a b", "a")], "InvalidBatchEntryId"),
        (
            vec![entry("a", "a"), entry("a", "b")],
            "BatchEntryIdsNotDistinct",
        ),
        (
            vec![entry("a", &long), entry("b", &long)],
            "BatchRequestTooLong",
        ),
    ] {
        let batch = batch
            .clone()
            .set_publish_batch_request_entries(Some(entries));
        assert_eq!(batch.send().await.unwrap_err().code(), Some(code));
    }
    assert!(hostile.sns().accepted().is_empty());
}

#[tokio::test]
async fn a_fifo_topic_delivers_the_same_only_once_in_five_minutes() {
    let hostile = Hostile::start();
    hostile.set_now(1_000);
    let topic = hostile.sns().topic("alerts.fifo");
    let bare = client(&hostile).publish().topic_arn(&topic).message("a");
    assert_eq!(code(bare.clone()).await, "InvalidParameter");
    let grouped = bare.message_group_id("prod");
    assert_eq!(code(grouped.clone()).await, "InvalidParameter");
    let whole = grouped.message_deduplication_id("x");
    let first = whole.clone().send().await.unwrap();
    let second = whole.clone().message("b").send().await.unwrap();
    assert_eq!(first.message_id(), second.message_id());
    assert!(first.sequence_number() < second.sequence_number());
    hostile.set_now(1_000 + 5 * 60 * 1_000);
    whole.message("c").send().await.unwrap();
    assert_eq!(texts(&hostile.sns().accepted()), ["a", "c"]);
    hostile.log(|log| assert_eq!(texts(&log.duplicates), ["b"]));
    let one = &hostile.sns().accepted()[0];
    assert_eq!(one.group.as_deref(), Some("prod"));
    assert_eq!(one.deduplication.as_deref(), Some("x"));
}

#[tokio::test]
async fn an_answer_can_be_lost_although_the_message_was_taken() {
    let hostile = Hostile::start();
    let sns = hostile.sns();
    let topic = sns.topic("alerts");
    let message = client(&hostile).publish().topic_arn(&topic).message("a");
    sns.meets_next(&topic, 1, Fault::CutBefore);
    sns.meets_next(&topic, 1, Fault::CutAfter);
    for taken in [0, 1] {
        assert_eq!(code(message.clone()).await, "");
        assert_eq!(sns.accepted().len(), taken);
    }
    let away = sns.go_away();
    assert_eq!(code(message.clone()).await, "");
    hostile.forgive(away);
    sns.meets_next(&topic, 1, Fault::Throttled);
    assert_eq!(code(message.clone()).await, "Throttling");
    let kms = Fault::Refused {
        status: 400,
        code: "KMSAccessDenied",
        message: "no",
    };
    sns.meets_next(&topic, 1, kms);
    assert_eq!(code(message.clone()).await, "KMSAccessDenied");
    let always = sns.meets(&topic, Fault::Denied);
    assert_eq!(code(message.clone()).await, "AuthorizationError");
    hostile.forgive(always);
    message.send().await.unwrap();
    let outcome = hostile.log(|log| log.calls.last().unwrap().outcome.clone());
    assert_eq!(outcome, Outcome::Answered);
    assert_eq!(hostile.log(|log| log.count(Action::Publish, &topic)), 7);
    assert_eq!(hostile.log(|log| log.spent(ACCOUNT, REGION)), 7);
    assert_eq!(texts(from_ref(&sns.accepted()[1])), ["a"]);
}
