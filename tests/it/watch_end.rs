//! How a watch ends: in order, in time, and with nothing lost.

use std::collections::BTreeSet;

use crate::hostile::{Action, Fault, Hostile, Outcome};
use crate::live::{detector, put};
use crate::program::write;
use crate::watching::{Place, QUICK, Watching, cluster};

/// A place with a topic, and a watch whose alert SNS took and does not answer.
fn hanging(within: &str) -> (Hostile, Place, String) {
    let aws = Hostile::start();
    let topic = aws.sns().topic("alerts");
    aws.sns().meets(&topic, Fault::Held);
    let place = Place::with(&format!(
        "{QUICK}{}[sink.sns]\nmax_bytes = 262144\ntopic_arn = \"{topic}\"\n[shutdown]\nwithin = \"{within}\"\n",
        cluster("prod")
    ));
    write(
        place.path(),
        "own/marker.toml",
        detector("own-marker", "marker"),
    );
    put(
        &aws.logs().group("/aws/eks/prod/cluster"),
        "alice",
        "marker",
    );
    (aws, place, topic)
}

fn start(aws: &Hostile, place: &Place) -> Watching {
    let own = place.file("own");
    place.start(
        aws,
        &["--from", "1h", "-v", "--detectors", own.to_str().unwrap()],
    )
}

fn until_it_hangs(aws: &Hostile) {
    aws.wait_for(|log| {
        let mut published = log.of(Action::PublishBatch);
        published.any(|call| call.outcome == Outcome::Held)
    });
}

#[test]
fn while_sns_hangs_it_ends_in_time_and_the_next_run_delivers() {
    let (aws, place, topic) = hanging("1s");
    let run = start(&aws, &place);
    until_it_hangs(&aws);
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("alerts are left in the outbox"), "{said}");
    aws.peace();
    let before = aws.sns().accepted().len();
    let run = start(&aws, &place);
    aws.wait_for(|log| log.accepted.len() > before);
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    // SNS had taken it the first time, without a word: it comes again, as the same alert.
    let accepted = aws.sns().accepted();
    assert_eq!(accepted.len(), 2);
    let ids: BTreeSet<_> = accepted.iter().map(|one| &one.attributes["id"].1).collect();
    assert_eq!((ids.len(), &accepted[1].topic), (1, &topic));
}

#[test]
fn a_second_signal_ends_it_at_once_whatever_it_waits_for() {
    let (aws, place, _) = hanging("9w");
    let mut run = start(&aws, &place);
    until_it_hangs(&aws);
    run.signal("-INT");
    run.says("waiting for alerts on their way");
    run.signal("-INT");
    let (code, _, said) = run.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("stopped at once"), "{said}");
    // SNS was given no time to fail.
    assert!(!said.contains("alerts were not accepted"), "{said}");
}

#[test]
fn ctrl_c_ends_it_in_order_with_a_code_of_its_own() {
    let aws = Hostile::start();
    let group = aws.logs().group("/aws/eks/prod/cluster");
    let place = Place::with(&format!("{QUICK}{}", cluster("prod")));
    write(
        place.path(),
        "own/marker.toml",
        detector("own-marker", "marker"),
    );
    put(&group, "alice", "marker");
    let mut run = start(&aws, &place);
    assert_eq!(run.next_alert()["detector"]["id"], "own-marker");
    run.signal("-INT");
    let (code, rest, said) = run.end();
    assert_eq!((code, rest.len()), (Some(130), 0), "{said}");
    // What it read is written down: nothing comes again.
    let run = start(&aws, &place);
    let before = aws.log(|log| log.calls.len());
    aws.wait_for(|log| {
        let mut new = log.calls.iter().skip(before);
        new.any(|call| !call.served.is_empty())
    });
    let (code, alerts, said) = run.stop();
    assert_eq!((code, alerts.len()), (Some(0), 0), "{said}");
}
