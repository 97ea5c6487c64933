//! The program is killed at random moments, again and again: nothing is lost, and nothing is raised that
//! an undisturbed run would not raise.

use std::collections::BTreeSet;

use crate::hostile::{Action, Hostile, Log};
use crate::watch::{EXPECTED, write_day, write_day_before};
use crate::watching::{IN_FLIGHT, Place, QUICK, cluster, id};

/// How often it is killed.
const KILLS: u64 = 100;

fn calls(log: &Log) -> usize {
    log.of(Action::FilterLogEvents).count()
}

/// Some number below `most`, the same in each run of the test.
fn some(seed: u64, most: u64) -> u64 {
    let mixed = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9) % most
}

#[test]
fn killed_at_any_moment_it_loses_nothing() {
    let aws = Hostile::start();
    let group = aws.logs().group("/aws/eks/prod/cluster");
    group.rotate_every(40);
    // Many small pages: many moments to be killed at.
    aws.logs().page_bytes(30_000);
    write_day(&group);
    let place = Place::with(&format!("{QUICK}{}", cluster("prod")));
    let mut came = BTreeSet::new();
    for kill in 0..KILLS {
        let run = place.start(&aws, &["--from", "1h"]);
        let until = aws.log(calls) + usize::try_from(1 + some(kill, 40)).unwrap();
        aws.wait_for(|log| calls(log) >= until);
        let alerts: Vec<String> = run.kill().iter().map(id).collect();
        let repeats = alerts.iter().filter(|id| came.contains(*id)).count();
        assert!(repeats <= IN_FLIGHT, "{repeats} alerts came again");
        came.extend(alerts);
    }
    let missing: BTreeSet<String> = EXPECTED.difference(&came).cloned().collect();
    let mut run = place.start(&aws, &["--from", "1h"]);
    came.extend(run.until(&missing));
    let (code, rest, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    came.extend(rest.iter().map(id));
    assert_eq!(came, *EXPECTED);
}

#[test]
fn a_restart_reads_nothing_from_before_the_beginning() {
    let aws = Hostile::start();
    let group = aws.logs().group("/aws/eks/prod/cluster");
    // Longer ago than the lateness, at which a first start begins, and less than a sweep goes back.
    write_day_before(&group, 2_400_000);
    let place = Place::with(&format!("{QUICK}{}", cluster("prod")));
    for _ in 0..3 {
        let run = place.start(&aws, &[]);
        let until = aws.log(calls) + 40;
        aws.wait_for(|log| calls(log) >= until);
        assert!(run.kill().is_empty());
    }
}
