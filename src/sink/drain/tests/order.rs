//! Sinks that keep the order within a group.

use super::stage::{START, Stage, accepted, failed};
use crate::sink::{Class, Verdict};

#[tokio::test(start_paused = true)]
async fn a_later_alert_of_a_group_waits_for_the_earlier_and_other_groups_do_not() {
    let stage = Stage::new();
    for number in 0..40 {
        stage.put("sink", number, if number % 2 == 0 { "even" } else { "odd" });
    }
    // The second of a group in a batch is given up by a real sink; this one lets it through, so that
    // only the drain is judged: a batch of one alert.
    let (mut sink, mut seen) = stage.sink("sink", |waiting, _| {
        match waiting.number == 4 && waiting.attempts < 4 {
            true => failed(Class::Retry),
            false => Verdict::Delivered,
        }
    });
    sink.ordered = true;
    let held = hold_back(sink);
    let drain = stage.run(held);
    accepted(&mut seen, 40).await;
    stage.end(drain).await;
    let accepted = seen.borrow().accepted.clone();
    let of_group = |rest: i64| accepted.iter().filter(move |n| **n % 2 == rest).copied();
    assert!(of_group(0).is_sorted(), "{accepted:?}");
    assert!(of_group(1).is_sorted(), "{accepted:?}");
    let place = |number: i64| accepted.iter().position(|n| *n == number).unwrap();
    assert!(
        place(39) < place(4),
        "the other group went on: {accepted:?}"
    );
}

/// Makes a sink that holds back what follows a failure in the same group, as an ordered one must.
fn hold_back(mut sink: super::stage::Scripted) -> super::stage::Scripted {
    let mut script = std::mem::replace(&mut sink.script, Box::new(|_, _| Verdict::Held));
    let mut held: Option<(i64, Option<String>)> = None;
    sink.script = Box::new(move |waiting, now| {
        let group = waiting.alert.cluster.name.clone();
        if held
            .as_ref()
            .is_some_and(|(at, of)| *at == now && *of == group)
        {
            return Verdict::Held;
        }
        let verdict = script(waiting, now);
        if matches!(verdict, Verdict::Failed(_)) {
            held = Some((now, group));
        }
        verdict
    });
    sink
}

#[tokio::test(start_paused = true)]
async fn the_order_holds_over_a_restart() {
    let stage = Stage::new();
    stage.put("sink", 1, "prod");
    stage.put("sink", 2, "prod");
    // The first failed in a former life and is to be tried in an hour.
    let key = ("sink".to_owned(), 1);
    stage
        .outbox
        .lock()
        .unwrap()
        .waiting
        .get_mut(&key)
        .unwrap()
        .1 = START + 3_600_000;
    let (mut sink, mut seen) = stage.sink("sink", |_, _| Verdict::Delivered);
    sink.ordered = true;
    let drain = stage.run(sink);
    accepted(&mut seen, 2).await;
    stage.end(drain).await;
    assert_eq!(seen.borrow().accepted, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_group_with_very_many_waiting_leaves_room_for_others() {
    let stage = Stage::new();
    for number in 0..500 {
        stage.put("sink", number, "stuck");
    }
    stage.put("sink", 500, "fine");
    let (mut sink, mut seen) = stage.sink("sink", |waiting, _| match waiting.number {
        500 => Verdict::Delivered,
        _ => failed(Class::Retry),
    });
    sink.ordered = true;
    let drain = stage.run(sink);
    accepted(&mut seen, 1).await;
    assert!(stage.clock.now() < START + 60_000);
    stage.end(drain).await;
    assert_eq!(stage.left(), 500);
}
