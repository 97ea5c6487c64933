//! A queue that announces objects, and the buckets that may write to it.

use std::collections::BTreeSet;

use aws_sdk_sqs::types::QueueAttributeName;
use regex::Regex;

use super::finding::Finding;
use super::refusal::{Call, Refusal};
use super::role::Caller;
use crate::source::s3::{Address, Store};

/// Looks at a queue, as whoever reads it in its region, and at the buckets that its policy names.
pub(crate) async fn queue(url: &str, reader: &Caller) -> Vec<Finding> {
    let asked = aws_sdk_sqs::Client::new(&reader.sdk)
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(QueueAttributeName::All)
        .send()
        .await;
    let call = Call {
        principal: &reader.arn,
        action: "sqs:GetQueueAttributes",
        resource: url,
    };
    let attributes = match asked {
        Ok(answer) => answer.attributes.unwrap_or_default(),
        Err(error) => return vec![Refusal::of(&error).finding("queue", url, call)],
    };
    let said = |name: QueueAttributeName| attributes.get(&name).map(String::as_str);
    let waiting = said(QueueAttributeName::ApproximateNumberOfMessages).unwrap_or("?");
    let seen = Finding::ok("queue", url, format!("is there, {waiting} messages wait"));
    let redriven = said(QueueAttributeName::RedrivePolicy).is_some();
    let mut findings = vec![if redriven {
        seen
    } else {
        seen.warn(
            "a message that can't be handled comes again until it is too old: give the queue a dead-letter queue (RedrivePolicy)",
        )
    }];
    let policy = said(QueueAttributeName::Policy).unwrap_or_default();
    for bucket in buckets(policy) {
        findings.push(look_into(&bucket, reader).await);
    }
    findings
}

/// The buckets that a policy names.
fn buckets(policy: &str) -> BTreeSet<String> {
    let Ok(arn) = Regex::new(r"arn:aws[a-z-]*:s3:::([A-Za-z0-9._-]+)") else {
        return BTreeSet::new();
    };
    let names = arn.captures_iter(policy).filter_map(|found| found.get(1));
    names.map(|name| name.as_str().to_owned()).collect()
}

async fn look_into(bucket: &str, reader: &Caller) -> Finding {
    let address = Address {
        bucket: bucket.to_owned(),
        prefix: String::new(),
    };
    let store = Store::new(&reader.sdk);
    let object = match store.list(&address, None).await {
        Ok(listed) => listed.objects.into_iter().find(|it| it.may_hold_lines()),
        Err(failure) => {
            let words = "its objects can't be listed";
            // Reading needs no list, but an object that is gone looks like one that is denied.
            return Finding::ok("bucket", bucket, words).warn(failure.message);
        }
    };
    let Some(object) = object else {
        return Finding::ok("bucket", bucket, "is there, and empty");
    };
    match store.open(&object).await {
        Ok(_) => Finding::ok("bucket", bucket, format!("{} may be read", object.key)),
        Err(failure) => {
            let words = format!("{} can't be read", object.key);
            Finding::ok("bucket", bucket, words).fail(failure.message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::buckets;

    #[test]
    fn buckets_are_found_in_a_policy() {
        let policy = r#"{"Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:s3:::eks-logs","arn:aws-cn:s3:::b.c/*"]}}}"#;
        let found: Vec<String> = buckets(policy).into_iter().collect();
        assert_eq!(found, ["b.c", "eks-logs"]);
    }
}
