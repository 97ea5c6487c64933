//! Sinks that are away, slow, or fail by halves.

use std::collections::HashSet;
use std::time::Duration;

use super::stage::{MINUTE, START, Stage, accepted, failed};
use crate::sink::{Class, Verdict};

fn sorted(mut numbers: Vec<i64>) -> Vec<i64> {
    numbers.sort_unstable();
    numbers
}

/// A sink that fails for an hour: how often it was called meanwhile.
async fn calls_in_an_hour(class: Class) -> usize {
    let stage = Stage::new();
    let back = START + 60 * MINUTE;
    for number in 0..250 {
        stage.put("sink", number, "prod");
    }
    let (sink, mut seen) = stage.sink("sink", move |_, now| match now < back {
        true => failed(class),
        false => Verdict::Delivered,
    });
    let drain = stage.run(sink);
    accepted(&mut seen, 250).await;
    stage.end(drain).await;
    let seen = seen.borrow().clone();
    assert_eq!(
        sorted(seen.accepted),
        (0..250).collect::<Vec<_>>(),
        "each once"
    );
    assert_eq!(stage.left(), 0);
    assert_eq!(stage.counted.of("sink delivered"), 250);
    let last = *seen.calls.last().unwrap();
    assert!(
        last < back + 16 * MINUTE,
        "{} minutes late",
        (last - back) / MINUTE
    );
    seen.calls.iter().filter(|call| **call < back).count()
}

#[tokio::test(start_paused = true)]
async fn after_an_hour_away_everything_is_delivered_once() {
    let calls = calls_in_an_hour(Class::Retry).await;
    assert!((12..60).contains(&calls), "{calls} calls");
}

#[tokio::test(start_paused = true)]
async fn a_denied_sink_is_asked_slowly() {
    let calls = calls_in_an_hour(Class::Denied).await;
    assert!((4..12).contains(&calls), "{calls} calls");
}

#[tokio::test(start_paused = true)]
async fn half_of_a_batch_is_tried_again_and_the_other_half_is_not() {
    let stage = Stage::new();
    for number in 0..20 {
        stage.put("sink", number, "prod");
    }
    let (sink, mut seen) = stage.sink("sink", |waiting, _| {
        match waiting.number % 2 == 1 && waiting.attempts < 3 {
            true => failed(Class::Throttled),
            false => Verdict::Delivered,
        }
    });
    let drain = stage.run(sink);
    accepted(&mut seen, 20).await;
    stage.end(drain).await;
    let seen = seen.borrow().clone();
    assert_eq!(sorted(seen.accepted), (0..20).collect::<Vec<_>>());
    assert_eq!(seen.tried.iter().filter(|number| **number == 3).count(), 4);
    assert_eq!(stage.counted.of("sink throttled"), 30);
}

#[tokio::test(start_paused = true)]
async fn alerts_that_always_fail_do_not_keep_others_waiting() {
    let stage = Stage::new();
    for number in 0..40 {
        stage.put("sink", number, "prod");
    }
    let (sink, mut seen) = stage.sink("sink", |waiting, _| match waiting.number < 20 {
        true => failed(Class::Retry),
        false => Verdict::Delivered,
    });
    let drain = stage.run(sink);
    accepted(&mut seen, 20).await;
    assert!(stage.clock.now() < START + MINUTE);
    stage.end(drain).await;
    assert_eq!(stage.left(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_hangs_holds_up_no_other() {
    let stage = Stage::new();
    for number in 0..30 {
        stage.put("slow", number, "prod");
        stage.put("quick", number, "prod");
    }
    let (mut slow, slow_seen) = stage.sink("slow", |_, _| Verdict::Delivered);
    slow.slow = Duration::from_secs(86_400);
    let (quick, mut quick_seen) = stage.sink("quick", |_, _| Verdict::Delivered);
    let (slow, quick) = (stage.run(slow), stage.run(quick));
    accepted(&mut quick_seen, 30).await;
    assert!(stage.clock.now() < START + 1000);
    assert!(slow_seen.borrow().accepted.is_empty());
    stage.end(quick).await;
    slow.await.unwrap();
    assert!(stage.clock.now() < START + MINUTE, "the grace is over");
    assert_eq!(stage.left(), 30, "what was not accepted stays");
}

#[tokio::test(start_paused = true)]
async fn what_is_committed_later_is_delivered_at_once() {
    let stage = Stage::new();
    let (sink, mut seen) = stage.sink("sink", |_, _| Verdict::Delivered);
    let drain = stage.run(sink);
    for number in 0..5 {
        tokio::time::sleep(Duration::from_millis(10_001)).await;
        let before = stage.clock.now();
        stage.put("sink", number, "prod");
        accepted(&mut seen, usize::try_from(number).unwrap() + 1).await;
        assert_eq!(stage.clock.now(), before);
    }
    stage.end(drain).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_delivers_what_is_due_first() {
    let stage = Stage::new();
    for number in 0..55 {
        stage.put("sink", number, "prod");
    }
    let (mut sink, seen) = stage.sink("sink", |_, _| Verdict::Delivered);
    sink.slow = Duration::from_secs(1);
    stage.stop.send_replace(true);
    let drain = stage.run(sink);
    stage.end(drain).await;
    assert_eq!(seen.borrow().accepted.len(), 55);
    assert_eq!(stage.left(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_outbox_that_fails_for_a_while_makes_nothing_be_sent_twice() {
    let stage = Stage::new();
    for number in 0..25 {
        stage.put("sink", number, "prod");
    }
    stage.outbox.lock().unwrap().broken = 4;
    let (sink, mut seen) = stage.sink("sink", |_, _| Verdict::Delivered);
    let drain = stage.run(sink);
    accepted(&mut seen, 25).await;
    stage.end(drain).await;
    let seen = seen.borrow().clone();
    let distinct: HashSet<_> = seen.tried.iter().collect();
    assert_eq!((seen.tried.len(), distinct.len()), (25, 25));
    assert_eq!(stage.left(), 0);
}
