//! What CloudWatch Logs answers when it behaves.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;
use aws_sdk_cloudwatchlogs::operation::filter_log_events::builders::FilterLogEventsFluentBuilder;

use super::{ACCOUNT, Action, Fault, Hostile, KEY, REGION};

const GROUP: &str = "/aws/eks/prod/cluster";
const AUDIT: &str = "kube-apiserver-audit-1";

pub(super) fn client(hostile: &Hostile) -> Client {
    Client::new(&hostile.sdk())
}

/// The ids of every page of a walk, in order.
pub(super) async fn walk(question: FilterLogEventsFluentBuilder) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let page = question.clone().set_next_token(token).send().await.unwrap();
        let ids = page.events().iter().map(|event| event.event_id().unwrap());
        pages.push(ids.map(str::to_owned).collect());
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            return pages;
        }
    }
}

/// The code and the message of the error that a question meets.
pub(super) async fn error(question: FilterLogEventsFluentBuilder) -> (String, String) {
    let error = question.send().await.unwrap_err();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    (text(error.code()), text(error.message()))
}

#[tokio::test]
async fn events_come_by_timestamp_then_by_when_they_were_ingested() {
    let hostile = Hostile::start();
    hostile.set_now(1_000_000);
    let group = hostile.logs().group(GROUP);
    let third = group.put(AUDIT, 30, "c");
    let second = group.put("kube-apiserver-audit-2", 20, "b");
    hostile.set_now(2_000_000);
    let later = group.put(AUDIT, 20, "b, ingested later");
    let first = group.put(AUDIT, 10, "a");
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let page = ask.clone().send().await.unwrap();
    let event = &page.events()[2];
    assert_eq!(event.ingestion_time(), Some(2_000_000));
    assert_eq!(event.log_stream_name(), Some(AUDIT));
    assert_eq!(event.event_id().map(str::len), Some(56));
    assert_eq!(walk(ask).await, [[first, second, later, third]]);
}

#[tokio::test]
async fn start_and_end_are_both_within_and_a_prefix_chooses_streams() {
    let hostile = Hostile::start();
    let group = hostile.logs().group(GROUP);
    let ids: Vec<String> = (10..15).map(|time| group.put(AUDIT, time, "a")).collect();
    let other = group.put("authenticator-1", 12, "b");
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let span = ask.clone().start_time(11).end_time(13);
    let audit = span.clone().log_stream_name_prefix("kube-apiserver-audit-");
    assert_eq!(walk(audit).await, [ids[1..4].to_vec()]);
    let named = span.log_stream_names("authenticator-1");
    assert_eq!(walk(named).await, [[other.clone()]]);
    assert_eq!(walk(ask.clone().filter_pattern("b")).await, [[other]]);
    let unknown = ask.log_stream_names("kube-apiserver-audit-9");
    assert_eq!(error(unknown).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn what_may_not_be_asked_is_refused() {
    let hostile = Hostile::start();
    let group = hostile.logs().group(GROUP);
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let wrong = [
        ask.clone().log_group_identifier(GROUP),
        ask.clone().set_log_group_name(None),
        ask.clone()
            .log_stream_names("a")
            .log_stream_name_prefix("a"),
        ask.clone().limit(10_001),
        ask.clone().limit(0),
        ask.clone().start_time(2).end_time(1),
        ask.clone().next_token("made-up"),
        ask.clone().filter_pattern("{ $.verb = \"get\" }"),
        ask.clone()
            .set_log_group_name(None)
            .log_group_identifier(format!("{}:*", group.arn())),
    ];
    for question in wrong {
        assert_eq!(error(question).await.0, "InvalidParameterException");
    }
    let unknown = ask.log_group_name("/aws/eks/other/cluster");
    let error = unknown.send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
}

#[tokio::test]
async fn pages_end_at_the_limit_and_at_a_megabyte() {
    let hostile = Hostile::start();
    let group = hostile.logs().group(GROUP);
    let ids: Vec<String> = (0..5).map(|time| group.put(AUDIT, time, "a")).collect();
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let pages = walk(ask.clone().limit(2)).await;
    assert_eq!(pages, [&ids[..2], &ids[2..4], &ids[4..]]);
    let large = "x".repeat(600_000);
    for time in 10..13 {
        group.put(AUDIT, time, &large);
    }
    let sizes: Vec<usize> = walk(ask).await.iter().map(Vec::len).collect();
    assert_eq!(sizes, [6, 1, 1]);
}

#[tokio::test]
async fn a_token_is_good_for_its_own_question_of_its_own_caller() {
    let hostile = Hostile::start();
    hostile.sts().key(
        "AKIAOTHER",
        "444455556666",
        "arn:aws:iam::444455556666:root",
    );
    let group = hostile.logs().group(GROUP);
    let theirs = hostile.logs().group_in("444455556666", REGION, GROUP);
    for time in 0..4 {
        group.put(AUDIT, time, "a");
        theirs.put(AUDIT, time, "a");
    }
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let first = ask.clone().limit(2).send().await.unwrap();
    let token = first.next_token().unwrap();
    let foreign = Client::new(&hostile.sdk_as("AKIAOTHER", REGION));
    let foreign = foreign.filter_log_events().log_group_name(GROUP).limit(2);
    for question in [
        ask.clone().limit(3),
        ask.clone().limit(2).start_time(1),
        foreign,
    ] {
        let (code, message) = error(question.next_token(token)).await;
        assert_eq!(code, "InvalidParameterException");
        assert!(message.contains("nextToken"), "{message}");
    }
    let again = ask.limit(2).next_token(token);
    assert_eq!(again.send().await.unwrap().events().len(), 2);
}

#[tokio::test]
async fn accounts_and_regions_are_apart_unless_linked() {
    let hostile = Hostile::start();
    let logs = hostile.logs();
    let theirs = logs.group_in("444455556666", REGION, GROUP);
    let id = theirs.put(AUDIT, 1, "a");
    let ask = client(&hostile).filter_log_events();
    let by_name = ask.clone().log_group_name(GROUP);
    assert_eq!(error(by_name).await.0, "ResourceNotFoundException");
    let by_arn = ask.log_group_identifier(theirs.arn());
    let (code, message) = error(by_arn.clone()).await;
    assert_eq!(code, "AccessDeniedException");
    assert!(message.contains(&theirs.arn()), "{message}");
    logs.link(ACCOUNT, "444455556666");
    assert_eq!(walk(by_arn).await, [[id]]);
    let elsewhere = Client::new(&hostile.sdk_as(KEY, "eu-central-1"));
    let elsewhere = elsewhere.filter_log_events().log_group_name(GROUP);
    assert_eq!(error(elsewhere).await.0, "ResourceNotFoundException");
    assert_eq!(hostile.log(|log| log.spent(ACCOUNT, "eu-central-1")), 1);
}

#[tokio::test]
async fn groups_are_described_by_prefix_pattern_class_and_link_in_pages() {
    let hostile = Hostile::start();
    let logs = hostile.logs();
    for name in ["a", "b", "c"] {
        logs.group(&format!("/aws/eks/{name}/cluster"));
    }
    logs.group("/other");
    logs.group("/aws/eks/c/cluster").infrequent_access();
    let theirs = logs.group_in("444455556666", REGION, "/aws/eks/d/cluster");
    let client = client(&hostile);
    let ask = client.describe_log_groups();
    let count = async |question: aws_sdk_cloudwatchlogs::operation::describe_log_groups::builders::DescribeLogGroupsFluentBuilder| {
        question.send().await.unwrap().log_groups().len()
    };
    let prefix = ask.clone().log_group_name_prefix("/aws/eks/");
    let page = prefix.clone().limit(2).send().await.unwrap();
    assert_eq!(page.log_groups().len(), 2);
    let rest = prefix
        .clone()
        .limit(2)
        .next_token(page.next_token().unwrap());
    let rest = rest.send().await.unwrap();
    let last = &rest.log_groups()[0];
    assert_eq!(
        last.log_group_class().unwrap().as_str(),
        "INFREQUENT_ACCESS"
    );
    assert!(last.arn().unwrap().ends_with(":/aws/eks/c/cluster:*"));
    assert!(
        last.log_group_arn()
            .unwrap()
            .ends_with(":/aws/eks/c/cluster")
    );
    assert_eq!(rest.next_token(), None);
    assert_eq!(count(ask.clone().log_group_name_pattern("oth")).await, 1);
    let infrequent = aws_sdk_cloudwatchlogs::types::LogGroupClass::InfrequentAccess;
    assert_eq!(count(ask.clone().log_group_class(infrequent)).await, 1);
    let both = prefix.clone().log_group_name_pattern("a").send().await;
    assert!(
        both.unwrap_err()
            .into_service_error()
            .is_invalid_parameter_exception()
    );
    assert_eq!(count(prefix.clone().include_linked_accounts(true)).await, 3);
    logs.link(ACCOUNT, "444455556666");
    let linked = prefix.include_linked_accounts(true);
    assert_eq!(count(linked.clone()).await, 4);
    let one = linked
        .account_identifiers("444455556666")
        .send()
        .await
        .unwrap();
    assert_eq!(
        one.log_groups()[0].log_group_arn(),
        Some(theirs.arn().as_str())
    );
    let about = hostile.log(|log| log.count(Action::DescribeLogGroups, "/aws/eks/"));
    assert!(about >= 4, "{about}");
}

#[tokio::test]
async fn streams_are_described_and_rotate() {
    let hostile = Hostile::start();
    let group = hostile.logs().group(GROUP);
    group.rotate_every(2);
    for time in 0..5 {
        group.write("kube-apiserver-audit-", time, "a");
    }
    group.rotate();
    group.write("kube-apiserver-audit-", 5, "a");
    group.write("authenticator-", 6, "b");
    let client = client(&hostile);
    let ask = client.describe_log_streams().log_group_name(GROUP);
    let audit = ask.clone().log_stream_name_prefix("kube-apiserver-audit-");
    let streams = audit.clone().send().await.unwrap();
    assert_eq!(streams.log_streams().len(), 4);
    assert_eq!(streams.log_streams()[0].last_event_timestamp(), Some(1));
    let by_time = aws_sdk_cloudwatchlogs::types::OrderBy::LastEventTime;
    let newest = ask.order_by(by_time.clone()).descending(true).limit(1);
    let newest = newest.send().await.unwrap();
    let name = newest.log_streams()[0].log_stream_name().unwrap();
    assert!(name.starts_with("authenticator-"), "{name}");
    assert!(newest.next_token().is_some());
    assert!(audit.order_by(by_time).send().await.is_err());
}

#[tokio::test]
async fn infrequent_access_denial_and_deletion_are_told_as_they_are() {
    let hostile = Hostile::start();
    let group = hostile.logs().group(GROUP);
    group.infrequent_access();
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let (code, message) = error(ask.clone()).await;
    assert_eq!(code, "InvalidParameterException");
    assert!(message.contains("INFREQUENT_ACCESS"), "{message}");
    let denial = group.deny();
    let (code, message) = error(ask.clone()).await;
    assert_eq!(code, "AccessDeniedException");
    for part in ["user/trailhound", "logs:FilterLogEvents", &group.arn()] {
        assert!(message.contains(part), "{message}");
    }
    hostile.forgive(denial);
    group.delete();
    assert_eq!(error(ask.clone()).await.0, "ResourceNotFoundException");
    hostile.logs().group(GROUP).put(AUDIT, 1, "a");
    group.meets_next(1, Fault::Expired);
    assert_eq!(error(ask.clone()).await.0, "ExpiredTokenException");
    assert_eq!(walk(ask).await.concat().len(), 1);
}
