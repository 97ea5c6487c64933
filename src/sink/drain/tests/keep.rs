//! What is given up, and where it is then.

use serde_json::Value;

use super::stage::{MINUTE, START, Stage, accepted, failed};
use crate::alert::Alert;
use crate::sink::{Class, Fate, Verdict};

fn letters(stage: &Stage) -> Vec<Value> {
    let text = std::fs::read_to_string(&stage.dead).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_refused_alert_goes_to_the_dead_letters_and_the_others_arrive() {
    let stage = Stage::new();
    for number in 0..10 {
        stage.put("sink", number, "prod");
    }
    let (sink, mut seen) = stage.sink("sink", |waiting, _| match waiting.number {
        7 => failed(Class::Refused),
        _ => Verdict::Delivered,
    });
    let drain = stage.run(sink);
    accepted(&mut seen, 9).await;
    stage.end(drain).await;
    assert_eq!(stage.left(), 0);
    let [letter] = letters(&stage).try_into().unwrap();
    assert_eq!(
        (&letter["sink"], &letter["reason"]),
        (&"sink".into(), &"no".into())
    );
    assert_eq!(letter["time"], "2027-01-15T08:00:00.000000Z");
    let alert: Alert = serde_json::from_value(letter["alert"].clone()).unwrap();
    assert_eq!(alert.cluster.name.as_deref(), Some("prod"));
    assert_eq!(seen.borrow().calls.len(), 1, "it was not tried again");
    assert_eq!(stage.counted.of("sink given up"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_fails_for_longer_than_it_is_kept_is_given_up() {
    let stage = Stage::new();
    stage.put("sink", 1, "prod");
    let (sink, mut seen) = stage.sink("sink", |_, _| failed(Class::Denied));
    let drain = stage.run(sink);
    let week = START + 7 * 24 * 60 * MINUTE;
    seen.wait_for(|seen| seen.calls.last().is_some_and(|call| *call > week))
        .await
        .unwrap();
    stage.end(drain).await;
    assert_eq!(stage.left(), 0);
    let [letter] = letters(&stage).try_into().unwrap();
    let reason = letter["reason"].as_str().unwrap();
    assert_eq!(reason, "it was not accepted for 168 hours: no");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_buried_is_kept() {
    let stage = Stage::new();
    std::fs::create_dir(&stage.dead).unwrap();
    stage.put("sink", 1, "prod");
    let (sink, mut seen) = stage.sink("sink", |_, _| failed(Class::Refused));
    let drain = stage.run(sink);
    seen.wait_for(|seen| seen.calls.len() == 3).await.unwrap();
    stage.end(drain).await;
    assert_eq!(stage.left(), 1);
    let fates = &stage.outbox.lock().unwrap().fates;
    assert!(
        fates
            .iter()
            .all(|(_, fate)| matches!(fate, Fate::Later { .. }))
    );
    assert!(stage.folder.path().exists());
}

#[tokio::test(start_paused = true)]
async fn an_alert_that_makes_its_sink_panic_is_given_up_and_the_others_arrive() {
    let stage = Stage::new();
    for number in 0..15 {
        stage.put("sink", number, "prod");
    }
    let (sink, mut seen) = stage.sink("sink", |waiting, _| match waiting.number {
        3 => panic!("a mistake"),
        _ => Verdict::Delivered,
    });
    let drain = stage.run(sink);
    accepted(&mut seen, 14).await;
    stage.end(drain).await;
    assert_eq!(stage.left(), 0);
    let [letter] = letters(&stage).try_into().unwrap();
    assert!(
        letter["reason"]
            .as_str()
            .unwrap()
            .contains("mistake in trailhound")
    );
}
