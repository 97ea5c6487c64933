//! How CloudWatch Logs misbehaves between the pages of a walk.

use super::logs_tests::{client, error, walk};
use super::{Action, Fault, Group, Hostile, Mischief, Outcome, Rule};

const GROUP: &str = "/aws/eks/prod/cluster";
const AUDIT: &str = "kube-apiserver-audit-1";

/// A group with log events at 0, 1, 2 and so on, and their ids.
fn filled(hostile: &Hostile, events: i64) -> (Group, Vec<String>) {
    let group = hostile.logs().group(GROUP);
    let ids = (0..events).map(|time| group.put(AUDIT, time, "abc"));
    let ids = ids.collect();
    (group, ids)
}

#[tokio::test]
async fn late_events_show_up_behind_the_cursor_after_some_calls() {
    let hostile = Hostile::start();
    hostile.set_now(1_000);
    let group = hostile.logs().group(GROUP);
    let early = group.put(AUDIT, 10, "a");
    let last = group.put(AUDIT, 30, "c");
    let late = group.put_late(AUDIT, 20, "b", 2);
    let held = group.put_held(AUDIT, 25, "d");
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let seen = async || walk(ask.clone()).await.concat();
    assert_eq!(seen().await, [early.clone(), last.clone()]);
    hostile.set_now(9_000);
    assert_eq!(seen().await, [early.clone(), late.clone(), last.clone()]);
    let page = ask.clone().send().await.unwrap();
    assert_eq!(page.events()[1].ingestion_time(), Some(9_000));
    assert_eq!(group.late(), 1);
    group.arrive();
    assert_eq!(seen().await, [early, late, held, last]);
}

#[tokio::test]
async fn what_arrives_behind_a_walk_is_not_seen_by_it() {
    let hostile = Hostile::start();
    let group = hostile.logs().group(GROUP);
    group.put(AUDIT, 10, "a");
    let last = group.put(AUDIT, 30, "c");
    group.put_late(AUDIT, 5, "b", 2);
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let pages = walk(ask.clone().limit(1)).await;
    assert_eq!(pages[1..], [[last]]);
    assert_eq!(pages.len(), 2);
    assert_eq!(walk(ask).await.concat().len(), 3);
}

#[tokio::test]
async fn many_events_can_have_one_millisecond() {
    let hostile = Hostile::start();
    let group = hostile.logs().group(GROUP);
    group.coarse(1_000);
    let ids: Vec<String> = (0..25)
        .map(|time| group.put(AUDIT, 5_000 + time, "a"))
        .collect();
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let instant = ask.start_time(5_000).end_time(5_000).limit(10);
    assert_eq!(walk(instant).await.concat(), ids);
}

#[tokio::test]
async fn empty_and_partial_pages_have_tokens() {
    let hostile = Hostile::start();
    let (group, ids) = filled(&hostile, 5);
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    hostile.rule(Rule::every(Fault::Empty).skip(1).times(2));
    hostile.logs().partial_pages(2);
    let sizes: Vec<usize> = walk(ask.clone()).await.iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 0, 0, 2, 1, 0]);
    hostile.peace();
    group.meets(Fault::Repeated(2));
    let pages = walk(ask.clone().limit(3)).await;
    assert_eq!(pages[0], ids[..3]);
    assert_eq!(pages[1], ids[1..4]);
    assert_eq!(pages[2], ids[2..5]);
    assert_eq!(hostile.log(|log| log.times_served(&ids[2])), 4);
    hostile.logs().page_bytes(7);
    hostile.peace();
    let sizes: Vec<usize> = walk(ask).await.iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test]
async fn tokens_expire_by_use_by_calls_by_time_and_by_word() {
    let hostile = Hostile::start();
    hostile.set_now(1_000);
    let (group, _) = filled(&hostile, 9);
    let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
    let ask = ask.limit(1);
    let token = async || {
        let page = ask.clone().send().await.unwrap();
        ask.clone().next_token(page.next_token().unwrap())
    };
    let lost = async |question| {
        let (code, _) = error(question).await;
        assert_eq!(code, "InvalidParameterException");
    };
    hostile.logs().token_uses(Some(1));
    let resumed = token().await;
    resumed.clone().send().await.unwrap();
    lost(resumed).await;
    hostile.logs().token_uses(None);
    hostile.logs().token_calls(Some(1));
    let resumed = token().await;
    resumed.clone().send().await.unwrap();
    lost(resumed).await;
    hostile.logs().token_calls(None);
    let resumed = token().await;
    hostile.set_now(hostile.now() + 24 * 60 * 60 * 1000);
    lost(resumed).await;
    let resumed = token().await;
    hostile.logs().forget_tokens();
    lost(resumed).await;
    let resumed = token().await;
    group.meets_next(1, Fault::TokenLost);
    lost(resumed).await;
}

#[tokio::test]
async fn mischief_is_the_same_for_the_same_seed_and_loses_nothing_for_good() {
    let mut courses = Vec::new();
    for seed in [1, 1, 2] {
        let hostile = Hostile::start();
        hostile.mischief(Mischief::plenty(seed));
        let (_, ids) = filled(&hostile, 60);
        let ask = client(&hostile).filter_log_events().log_group_name(GROUP);
        let mut token = None;
        let all =
            |hostile: &Hostile| hostile.log(|log| ids.iter().all(|id| log.times_served(id) > 0));
        while !all(&hostile) {
            let asked = ask.clone().limit(10).set_next_token(token);
            let page = asked.send().await;
            token = page.ok().and_then(|page| page.next_token);
        }
        let course = |log: &super::Log| {
            let outcomes = log.of(Action::FilterLogEvents);
            outcomes
                .map(|call| call.outcome.clone())
                .collect::<Vec<_>>()
        };
        courses.push(hostile.log(course));
    }
    assert_eq!(courses[0], courses[1]);
    assert_ne!(courses[0], courses[2]);
    let broken = |course: &Vec<Outcome>| course.contains(&Outcome::Broken);
    assert!(courses.iter().any(broken), "{courses:?}");
}
