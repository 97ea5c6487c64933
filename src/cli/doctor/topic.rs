//! The SNS topic: whether it is there, has subscribers, and takes a message.

use super::finding::Finding;
use super::refusal::{Call, Refusal};
use super::role::{Caller, in_region};
use crate::sink::Topic;

/// Looks at a topic, and publishes a test message if asked to.
pub(crate) async fn topic(caller: &Caller, arn: &str, send: bool) -> Vec<Finding> {
    let Ok(topic) = Topic::parse(arn) else {
        let wrong = Finding::ok("topic", arn, "is not the ARN of an SNS topic");
        return vec![wrong.fail("write arn:aws:sns:REGION:ACCOUNT:NAME at sink.sns.topic_arn")];
    };
    let client = aws_sdk_sns::Client::new(&in_region(&caller.sdk, &topic.region));
    let mut findings = vec![attributes(&client, caller, arn).await];
    if send {
        findings.push(publish(&client, caller, arn, topic.is_fifo()).await);
    }
    findings
}

async fn attributes(client: &aws_sdk_sns::Client, caller: &Caller, arn: &str) -> Finding {
    let asked = client.get_topic_attributes().topic_arn(arn).send().await;
    let call = Call {
        principal: &caller.arn,
        action: "sns:GetTopicAttributes",
        resource: arn,
    };
    let answer = match asked {
        Ok(answer) => answer,
        Err(error) => {
            let refusal = Refusal::of(&error);
            let finding = refusal.finding("topic", arn, call);
            // Publishing needs no look at the topic.
            return match (refusal.is_denied(), finding.fix.clone()) {
                (true, Some(fix)) => finding.warn(format!(
                    "{fix}; publishing works without it: try --send-test"
                )),
                _ => finding,
            };
        }
    };
    let attributes = answer.attributes.unwrap_or_default();
    let confirmed = attributes.get("SubscriptionsConfirmed").map(String::as_str);
    let is = |words: &str| Finding::ok("topic", arn, words);
    match confirmed {
        Some("0") => is("is there, and has no confirmed subscription")
            .warn("nobody hears the alerts: subscribe, and confirm by the link in the mail"),
        Some(count) => is(&format!("is there, {count} subscriptions")),
        None => is("is there"),
    }
}

async fn publish(client: &aws_sdk_sns::Client, caller: &Caller, arn: &str, fifo: bool) -> Finding {
    let message = "A test by `trailhound doctor`: alerts of this sink arrive here.";
    let fifo = fifo.then(|| "trailhound-doctor".to_owned());
    let asked = client
        .publish()
        .topic_arn(arn)
        .subject("trailhound: test")
        .message(message)
        .set_message_group_id(fifo.clone())
        .set_message_deduplication_id(fifo)
        .send()
        .await;
    let call = Call {
        principal: &caller.arn,
        action: "sns:Publish",
        resource: arn,
    };
    match asked {
        Ok(answer) => {
            let id = answer.message_id.unwrap_or_default();
            Finding::ok("publish", arn, format!("took a test message ({id})"))
        }
        Err(error) => Refusal::of(&error).finding("publish", arn, call),
    }
}
