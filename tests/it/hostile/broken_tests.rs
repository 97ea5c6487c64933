//! Faults that the SDK has to make an error of, and waiting for what has happened.

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};

use super::call::Service;
use super::logs_tests::{client, error, walk};
use super::{ACCOUNT, Action, Call, Fault, Hostile, KEY, Outcome, REGION, Rule};

const GROUP: &str = "/aws/eks/prod/cluster";
const AUDIT: &str = "kube-apiserver-audit-1";

/// A server with one log event.
fn filled() -> (Hostile, String) {
    let hostile = Hostile::start();
    let id = hostile.logs().group(GROUP).put(AUDIT, 1, "a");
    (hostile, id)
}

#[tokio::test]
async fn throttling_and_trouble_have_the_codes_of_the_service() {
    let (hostile, id) = filled();
    let group = hostile.logs().group(GROUP);
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    group.meets_next(1, Fault::Throttled);
    let throttled = ("ThrottlingException".to_owned(), "Rate exceeded".to_owned());
    assert_eq!(error(ask.clone()).await, throttled);
    for (status, with_body, code) in [
        (503, true, "ServiceUnavailableException"),
        (500, true, "InternalFailure"),
        (503, false, ""),
        (500, false, ""),
    ] {
        group.meets_next(1, Fault::Unavailable { status, with_body });
        let failed = ask.clone().send().await.unwrap_err();
        assert_eq!(failed.raw_response().unwrap().status().as_u16(), status);
        assert_eq!(failed.code().unwrap_or_default(), code);
    }
    assert_eq!(walk(ask).await, [[id]]);
    assert_eq!(hostile.log(|log| log.refused("ThrottlingException")), 1);
}

#[tokio::test]
async fn cut_connections_are_no_answers() {
    let (hostile, id) = filled();
    let group = hostile.logs().group(GROUP);
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    for fault in [
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::CutInside,
        Fault::PromisedMore,
        Fault::PromisedLess,
        Fault::Malformed,
        Fault::WebPage,
    ] {
        group.meets_next(1, fault.clone());
        let failed = ask.clone().send().await.unwrap_err();
        // What can't be read comes as an error of the service, without a code.
        assert_eq!(failed.code(), None, "{fault:?}: {failed:?}");
    }
    let broken = |call: &Call| call.outcome == Outcome::Broken;
    assert!(hostile.log(|log| log.calls.iter().all(broken)));
    assert_eq!(hostile.log(|log| log.times_served(&id)), 0);
    assert_eq!(walk(ask).await, [[id]]);
}

#[tokio::test]
async fn a_trickled_answer_is_whole_in_the_end() {
    let (hostile, id) = filled();
    let group = hostile.logs().group(GROUP);
    group.meets(Fault::Trickled(1));
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    assert_eq!(walk(ask).await, [[id]]);
}

#[tokio::test]
async fn a_held_answer_comes_when_it_is_let_go() {
    let (hostile, id) = filled();
    hostile.logs().group(GROUP).meets_next(1, Fault::Held);
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let walking = tokio::spawn(walk(ask));
    let held = |log: &super::Log| log.calls.iter().any(|call| call.outcome == Outcome::Held);
    hostile.seen(held).await;
    assert!(!walking.is_finished());
    hostile.release();
    assert_eq!(walking.await.unwrap(), [[id]]);
}

#[tokio::test]
async fn nobody_connects_while_it_is_closed() {
    let (hostile, id) = filled();
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    assert_eq!(walk(ask.clone()).await, [[id.clone()]]);
    hostile.close();
    let failed = ask.clone().send().await.unwrap_err();
    assert!(matches!(failed, SdkError::DispatchFailure(_)), "{failed:?}");
    hostile.open();
    assert_eq!(walk(ask).await, [[id]]);
}

#[tokio::test]
async fn a_rule_meets_only_what_it_names() {
    let (hostile, _) = filled();
    hostile.logs().group_in(ACCOUNT, "eu-west-1", GROUP);
    let other = hostile.logs().group("/other");
    let rule = |fault: Fault| Rule::every(fault).on(Action::FilterLogEvents);
    let rules = [
        (rule(Fault::Throttled).about(other.name()), "/other", REGION),
        (
            rule(Fault::Throttled).within("eu-west-1"),
            GROUP,
            "eu-west-1",
        ),
        (rule(Fault::Throttled).from(ACCOUNT).skip(1), GROUP, REGION),
        (rule(Fault::Throttled).owned_by(ACCOUNT), GROUP, REGION),
        (
            Rule::every(Fault::Throttled).to(Service::Logs),
            GROUP,
            REGION,
        ),
    ];
    for (at, (rule, name, region)) in rules.into_iter().enumerate() {
        let id = hostile.rule(rule);
        let plain = client(&hostile).filter_log_events().log_group_name(GROUP);
        assert_eq!(plain.send().await.is_err(), at > 2, "rule {at}");
        let met = aws_sdk_cloudwatchlogs::Client::new(&hostile.sdk_as(KEY, region));
        let met = met.filter_log_events().log_group_name(name);
        assert_eq!(error(met).await.0, "ThrottlingException", "rule {at}");
        hostile.forgive(id);
    }
}

#[test]
fn a_plain_test_can_wait_for_what_happens_elsewhere() {
    let (hostile, id) = filled();
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let walking = std::thread::spawn(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(walk(ask))
    });
    hostile.wait_for(|log| log.count(Action::FilterLogEvents, GROUP) > 0);
    assert_eq!(walking.join().unwrap(), [[id]]);
}

#[test]
fn a_child_process_is_told_where_to_call_and_as_whom() {
    let hostile = Hostile::start();
    let environment = hostile.environment();
    let value = |name: &str| {
        environment
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap()
    };
    assert_eq!(value("AWS_ENDPOINT_URL").1, hostile.url());
    assert_eq!(value("AWS_ACCESS_KEY_ID").1, KEY);
    assert_eq!(value("AWS_REGION").1, REGION);
}
