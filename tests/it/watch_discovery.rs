//! Which log groups a watch reads, and as whom.

use std::collections::BTreeSet;

use crate::hostile::{ACCOUNT, Action, Fault, Hostile, Log, REGION, Rule};
use crate::live::{detector, put};
use crate::program::write;
use crate::watching::{Place, QUICK, Watching, cluster};

const OTHER: &str = "444455556666";
const THIRD: &str = "777788889999";

/// A place with a detector for marked events.
fn place(settings: &str) -> Place {
    let place = Place::with(&format!("{QUICK}{settings}"));
    write(
        place.path(),
        "own/marker.toml",
        detector("own-marker", "marker"),
    );
    place
}

fn start(aws: &Hostile, place: &Place, more: &[&str]) -> Watching {
    let own = place.file("own");
    let options = [&["-v", "--detectors", own.to_str().unwrap()], more].concat();
    place.start(aws, &options)
}

/// Account, cluster and user of the next alert.
#[track_caller]
fn next(run: &mut Watching) -> [String; 3] {
    let alert = run.next_alert();
    let text = |pointer: &str| match alert.pointer(pointer).and_then(|value| value.as_str()) {
        Some(text) => text.to_owned(),
        None => panic!("no {pointer} in {alert}"),
    };
    [
        text("/cluster/account"),
        text("/cluster/name"),
        text("/actor/username"),
    ]
}

#[test]
fn groups_that_appear_later_are_read_from_their_beginning() {
    let aws = Hostile::start();
    aws.logs().link(ACCOUNT, OTHER);
    put(
        &aws.logs().group("/aws/eks/first/cluster"),
        "alice",
        "marker",
    );
    let place = place("[discover]\nlinked_accounts = true\ninterval = \"50ms\"\n");
    let mut run = start(&aws, &place, &["--from", "1h"]);
    assert_eq!(next(&mut run), [ACCOUNT, "first", "alice"]);
    aws.logs().group("/aws/eks/later/nodes");
    put(&aws.logs().group("/aws/eks/later/cluster"), "bob", "marker");
    assert_eq!(next(&mut run), [ACCOUNT, "later", "bob"]);
    put(
        &aws.logs().group_in(OTHER, REGION, "/aws/eks/later/cluster"),
        "carol",
        "marker",
    );
    assert_eq!(next(&mut run), [OTHER, "later", "carol"]);
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");
    assert_eq!(
        aws.log(|log| log.count(Action::FilterLogEvents, "/aws/eks/later/nodes")),
        0
    );
}

#[test]
fn a_group_that_is_named_and_found_is_read_once_as_the_settings_name_it() {
    let aws = Hostile::start();
    put(
        &aws.logs().group("/aws/eks/named/cluster"),
        "alice",
        "marker",
    );
    let role = format!("role_arn = \"arn:aws:iam::{ACCOUNT}:role/reader\"\n");
    let settings = format!(
        "{}{role}[discover]\ninterval = \"20ms\"\n",
        cluster("named")
    );
    let place = place(&settings);
    let mut run = start(&aws, &place, &["--from", "1h"]);
    assert_eq!(next(&mut run), [ACCOUNT, "named", "alice"]);
    // Found after the other: it has been passed over by then.
    put(&aws.logs().group("/aws/eks/other/cluster"), "bob", "marker");
    assert_eq!(next(&mut run), [ACCOUNT, "other", "bob"]);
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");
    let by = |about: &'static str| -> BTreeSet<String> {
        aws.log(|log| {
            let calls = log
                .of(Action::FilterLogEvents)
                .filter(|call| call.about == about);
            calls.map(|call| call.principal.clone()).collect()
        })
    };
    let reader = format!("arn:aws:sts::{ACCOUNT}:assumed-role/reader/trailhound");
    assert_eq!(by("/aws/eks/named/cluster"), [reader].into());
    let own = format!("arn:aws:iam::{ACCOUNT}:user/trailhound");
    assert_eq!(by("/aws/eks/other/cluster"), [own].into());
}

#[test]
fn two_accounts_are_read_by_their_roles_with_their_external_ids() {
    let aws = Hostile::start();
    let mut settings = String::new();
    for (account, secret) in [(OTHER, "one"), (THIRD, "two")] {
        let role = format!("arn:aws:iam::{account}:role/reader");
        aws.sts().external_id(&role, secret);
        let group = aws
            .logs()
            .group_in(account, REGION, "/aws/eks/prod/cluster");
        put(&group, account, "marker");
        settings += &cluster("prod");
        settings += &format!("name = \"the {secret}\"\n");
        settings += &format!("role_arn = \"{role}\"\nexternal_id = \"{secret}\"\n");
    }
    let place = place(&settings);
    let mut run = start(&aws, &place, &["--from", "1h"]);
    let came = BTreeSet::from([next(&mut run), next(&mut run)]);
    let of = |account: &str, name: &str| [account, name, account].map(str::to_owned);
    let expected = [of(OTHER, "the one"), of(THIRD, "the two")];
    assert_eq!(came, BTreeSet::from(expected));
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(aws.log(|log| log.refused("AccessDenied")), 0);
}

#[test]
fn accounts_that_are_answered_slowly_hold_up_no_other() {
    others_go_on(Fault::Held, 8);
}

#[test]
fn answers_that_stop_half_way_hold_up_no_other() {
    others_go_on(Fault::Stalled, 6);
}

/// That one account is read while some others meet a fault.
fn others_go_on(fault: Fault, others: usize) {
    let aws = Hostile::start();
    let mut settings = cluster("quick");
    let mut slow = Vec::new();
    for number in 0..others {
        let (account, name) = (format!("90000000000{number}"), format!("slow{number}"));
        settings += &cluster(&name);
        settings += &format!("role_arn = \"arn:aws:iam::{account}:role/reader\"\n");
        let group = format!("/aws/eks/{name}/cluster");
        aws.logs()
            .group_in(&account, REGION, &group)
            .meets(fault.clone());
        slow.push(group);
    }
    let place = place(&settings);
    let mut run = start(&aws, &place, &["--from", "1h"]);
    let asked = |times| {
        let slow = slow.clone();
        move |log: &Log| {
            let asked = |group: &String| log.count(Action::FilterLogEvents, group);
            slow.iter().all(|group| asked(group) == times)
        }
    };
    aws.wait_for(asked(1));
    put(
        &aws.logs().group("/aws/eks/quick/cluster"),
        "dana",
        "marker",
    );
    assert_eq!(next(&mut run)[1], "quick");
    assert!(aws.log(asked(1)), "a slow one was given up before");
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn forty_groups_share_few_calls_fairly() {
    let aws = Hostile::start();
    let mut settings = QUICK.replace("100000", "100");
    let mut missing = BTreeSet::new();
    for number in 0..40 {
        let name = format!("c{number}");
        settings += &cluster(&name);
        put(
            &aws.logs().group(&format!("/aws/eks/{name}/cluster")),
            &name,
            "marker",
        );
        missing.insert(name);
    }
    let place = Place::with(&settings);
    write(
        place.path(),
        "own/marker.toml",
        detector("own-marker", "marker"),
    );
    let mut run = start(&aws, &place, &["--from", "1h"]);
    while !missing.is_empty() {
        missing.remove(&next(&mut run)[1]);
    }
    let (code, _, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    let count = |number| {
        let name = format!("/aws/eks/c{number}/cluster");
        aws.log(|log| log.count(Action::FilterLogEvents, &name))
    };
    let counts: Vec<usize> = (0..40).map(count).collect();
    let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
    assert!(*most <= least * 3 + 6, "{counts:?}");
}

/// Looking for groups is denied, and permitted again while the watch runs, or while none does.
fn mended(between_runs: bool) {
    let aws = Hostile::start();
    let denied = aws.rule(Rule::every(Fault::Denied).on(Action::DescribeLogGroups));
    let limits = "denied = \"1s\"\ngrace = \"1ms\"\n";
    let settings = QUICK.replace("denied = \"9w\"\n", limits) + "[discover]\ninterval = \"20ms\"\n";
    let place = Place::with(&settings);
    write(
        place.path(),
        "own/marker.toml",
        detector("own-marker", "marker"),
    );
    let mut run = start(&aws, &place, &["--from", "1h"]);
    let alert = run.next_alert();
    assert_eq!(alert["detector"]["id"], "denied", "{alert}");
    let summary = alert["summary"].as_str().unwrap();
    assert!(summary.contains("logs:DescribeLogGroups"), "{summary}");
    if between_runs {
        let (_, rest, _) = run.stop();
        assert!(rest.is_empty(), "{rest:?}");
        aws.forgive(denied);
        run = start(&aws, &place, &["--from", "1h"]);
    } else {
        aws.forgive(denied);
    }
    put(
        &aws.logs().group("/aws/eks/prod/cluster"),
        "alice",
        "marker",
    );
    let mut came = Vec::new();
    while came.len() < 2 {
        came.push(run.next_alert());
    }
    let ids: BTreeSet<_> = came
        .iter()
        .map(|it| it["detector"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, BTreeSet::from(["own-marker", "recovered"]), "{came:?}");
    let recovered = came
        .iter()
        .find(|it| it["detector"]["id"] == "recovered")
        .unwrap();
    assert_eq!(recovered["closes"], alert["id"]);
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");
}

#[test]
fn a_place_that_could_not_be_looked_at_for_a_while_is_no_blind_log() {
    mended(false);
}

#[test]
fn a_place_that_may_be_looked_at_since_the_last_run_is_no_denied_one() {
    mended(true);
}
