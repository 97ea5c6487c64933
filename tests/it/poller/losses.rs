//! Every event comes out, whatever happens on the way, and after any restart.

use std::collections::BTreeMap;

use super::{BEGIN, Day, Positions, Watch, settings};
use crate::hostile::{Fault, Group, Hostile, Mischief};

const GROUP: &str = "/aws/eks/prod/cluster";
const AUDIT: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";
const AUTHENTICATOR: &str = "authenticator-0123456789abcdef0123456789abcdef";

/// Puts events over the hour before the beginning, many of them in one millisecond.
fn an_hour(group: &Group, events: i64) -> BTreeMap<String, (&'static str, i64)> {
    let put = |number: i64| {
        let stream = if number % 5 == 0 {
            AUTHENTICATOR
        } else {
            AUDIT
        };
        let at = BEGIN - 3_500_000 + number / 7 * 7 * (3_400_000 / events);
        let id = group.put(stream, at, &format!("event {number}"));
        (id, (stream, at))
    };
    (0..events).map(put).collect()
}

async fn survives(seed: u64) {
    let aws = Hostile::start();
    aws.set_now(BEGIN);
    let group = aws.logs().group(GROUP);
    let mut missing = an_hour(&group, 300);
    aws.mischief(Mischief::plenty(seed));
    let day = Day::new(150);
    let positions = Positions::default();
    let mut pages = 0_u64;
    while !missing.is_empty() {
        let mut watch = Watch::start(&aws, settings(&[GROUP]), &day, &positions);
        // Killed after some pages, sooner or later, and begun again where it was handled.
        let life = 5 + (seed + pages) % 23 * 4;
        for _ in 0..life {
            for event in watch.page().await.events {
                missing.remove(&event.event_id);
            }
            pages += 1;
            if pages < 200 && pages.is_multiple_of(4) {
                let at = day.now() - i64::try_from(seed % 3).unwrap() * 5_000;
                missing.insert(group.put(AUDIT, at, "while it is read"), (AUDIT, at));
            }
            if missing.is_empty() {
                break;
            }
        }
        watch.stop().await;
        assert!(pages < 20_000, "{} are missing", missing.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_comes_out_through_all_mischief_and_restarts() {
    for seed in 1..=4 {
        survives(seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_expire_at_once_only_make_the_slices_shorter() {
    let aws = Hostile::start();
    let group = aws.logs().group(GROUP);
    let missing = an_hour(&group, 200);
    aws.logs().partial_pages(10);
    aws.logs().token_calls(Some(2));
    let mut watch = Watch::start(
        &aws,
        settings(&[GROUP]),
        &Day::new(50),
        &Positions::default(),
    );
    watch.until(missing.into_keys().collect()).await;
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_comes_far_behind_the_cursor_is_found() {
    let aws = Hostile::start();
    let group = aws.logs().group(GROUP);
    let first = group.put(AUDIT, BEGIN - 60_000, "in time");
    let day = Day::new(500);
    let mut watch = Watch::start(&aws, settings(&[GROUP]), &day, &Positions::default());
    watch.until([first].into()).await;
    let late = group.put(AUDIT, day.now() - 14 * 60_000, "a quarter of an hour late");
    watch.until([late].into()).await;
    // Later than is expected: the sweep finds it.
    let later = group.put(AUTHENTICATOR, day.now() - 40 * 60_000, "much later");
    watch.until([later].into()).await;
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_moves_on_while_a_walk_is_not_finished() {
    let aws = Hostile::start();
    let group = aws.logs().group(GROUP);
    let missing = an_hour(&group, 40);
    aws.logs().partial_pages(3);
    // The end of the walk can't be had for a while.
    for _ in 0..4 {
        group.meets_next(1, Fault::Malformed);
        group.meets_next(2, Fault::Empty);
        group.meets_next(1, Fault::CutInside);
    }
    let mut watch = Watch::start(
        &aws,
        settings(&[GROUP]),
        &Day::new(50),
        &Positions::default(),
    );
    let mut open = missing;
    while !open.is_empty() {
        let page = watch.page().await;
        for event in &page.events {
            open.remove(&event.event_id);
        }
        if let Some(advance) = page.advance {
            let prefix = page.stream.kind.prefix();
            let overtaken = open
                .values()
                .find(|(stream, at)| stream.starts_with(prefix) && *at <= advance);
            assert_eq!(overtaken, None, "the position overtook an event");
        }
    }
    watch.stop().await;
}
