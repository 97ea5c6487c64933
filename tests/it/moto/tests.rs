//! That moto can be had, and does what tests need of it.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_sns::types::MessageAttributeValue;

use super::{ACCOUNT, Moto};

#[tokio::test]
async fn what_is_put_into_moto_can_be_read_from_it() {
    let Some(moto) = Moto::start() else { return };
    let (group, stream) = ("/aws/eks/prod/cluster", "kube-apiserver-audit-1");
    moto.log_group(group, &[stream, "authenticator-1"]).await;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(since.as_millis()).unwrap();
    let events = [(now - 1, "a".to_owned()), (now, "b".to_owned())];
    moto.put(group, stream, &events).await;
    let client = aws_sdk_cloudwatchlogs::Client::new(&moto.sdk());
    let ask = client.filter_log_events().log_group_name(group);
    let page = ask.start_time(now).send().await.unwrap();
    let messages: Vec<&str> = page.events().iter().filter_map(|it| it.message()).collect();
    assert_eq!(messages, ["b"]);
}

#[tokio::test]
async fn what_a_topic_of_moto_takes_comes_out_of_the_queue_behind_it() {
    let Some(moto) = Moto::start() else { return };
    let topic = moto.topic("alerts").await;
    assert!(topic.contains(ACCOUNT), "{topic}");
    let queue = moto.queue_behind_topic(&topic, "alerts");
    let severity = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("high");
    let message = aws_sdk_sns::Client::new(&moto.sdk())
        .publish()
        .topic_arn(&topic)
        .subject("[HIGH] prod")
        .message("{\"a\":1}")
        .message_attributes("severity", severity.build().unwrap());
    message.send().await.unwrap();
    let taken = moto.receive(&queue, 1);
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0]["Message"], "{\"a\":1}");
    assert_eq!(taken[0]["Subject"], "[HIGH] prod");
    let attribute = &taken[0]["MessageAttributes"]["severity"];
    assert_eq!(attribute["Value"], "high");
    assert!(moto.url().starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn a_fifo_topic_of_moto_delivers_in_order() {
    let Some(moto) = Moto::start() else { return };
    let topic = moto.topic("alerts.fifo").await;
    let queue = moto.queue_behind_topic(&topic, "alerts.fifo");
    let client = aws_sdk_sns::Client::new(&moto.sdk());
    for text in ["a", "b", "a"] {
        let message = client.publish().topic_arn(&topic).message(text);
        let message = message.message_group_id("prod");
        message.message_deduplication_id(text).send().await.unwrap();
    }
    let taken = moto.receive(&queue, 2);
    let texts: Vec<_> = taken.iter().map(|one| &one["Message"]).collect();
    assert_eq!(texts, ["a", "b"]);
}
