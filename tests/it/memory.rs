//! Detectors that remember raise the same alerts in whatever order, in whatever batches and how often
//! events come, however many workers share a state, and wherever they are stopped.

pub(crate) mod day;
mod oracle;
mod program;
pub(crate) mod rules;
mod workers;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use trailhound::alert::Alert;
use trailhound::config::Config;
use trailhound::decode::{Limits, Reader};
use trailhound::pipeline::{Feed, Judge};

use day::{Line, clusters, day, envelope};
use rules::REMEMBERING;

/// Ids of alerts.
pub(crate) type Ids = BTreeSet<String>;

/// Takes alerts, and keeps what they are known by, with the detectors' ids, which are easier to read.
#[derive(Debug, Default)]
pub(crate) struct Sink(pub(crate) Ids);

impl Sink {
    pub(crate) fn take(&mut self, alert: &Alert) -> ControlFlow<()> {
        let closes = if alert.closes.is_some() {
            " (closed)"
        } else {
            ""
        };
        self.0
            .insert(format!("{}{closes} {}", alert.detector.id, alert.place()));
        ControlFlow::Continue(())
    }
}

/// How lines reach a judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Bare,
    Envelope,
}

/// Feeds lines as one batch; lines of several clusters come as several inputs.
pub(crate) fn feed(feed: &mut dyn Feed, lines: &[Line], shape: Shape) -> ControlFlow<()> {
    let clusters = clusters();
    let mut reader = Reader::new(Limits::default());
    for some in lines.chunk_by(|one, other| one.cluster == other.cluster) {
        let refs: Vec<&Line> = some.iter().collect();
        let bytes = match shape {
            Shape::Bare => some
                .iter()
                .flat_map(|line| [&*line.text, "\n"])
                .collect::<String>()
                .into(),
            Shape::Envelope => envelope(&refs),
        };
        let origin = &clusters[some[0].cluster];
        reader.read("input", bytes.as_slice(), origin, &mut |item| {
            feed.take(item)
        })?;
    }
    ControlFlow::Continue(())
}

/// Judges batches one after another on so many threads, and settles everything at the end.
fn judged(batches: &[(&[Line], Shape)], threads: usize) -> Ids {
    let config = Config::default();
    let mut judge = Judge::new(&REMEMBERING, &config);
    let mut sink = Sink::default();
    let mut on = |alert: Alert| sink.take(&alert);
    let flow = judge.run(threads, &mut on, |to| {
        for (lines, shape) in batches {
            feed(to, lines, *shape)?;
            to.pause()?;
        }
        to.pause()
    });
    assert!(flow.is_continue());
    assert!(judge.settle(i64::MAX, &mut on).is_continue());
    assert_eq!(judge.tally().quarantined, 0);
    assert!(judge.tally().problems.is_empty());
    sink.0
}

/// The alerts of one quiet pass.
pub(crate) fn quiet(lines: &[Line]) -> Ids {
    judged(&[(lines, Shape::Bare)], 1)
}

pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        max_shrink_iters: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// In another order, some of them twice.
fn shuffled() -> impl Strategy<Value = (Vec<Line>, Vec<Line>)> {
    let again = prop::collection::vec(any::<prop::sample::Index>(), 0..20);
    (day(4, 90), again).prop_flat_map(|(lines, again)| {
        let again = again.iter().map(|index| index.get(&lines).clone());
        let other: Vec<Line> = lines.iter().cloned().chain(again).collect();
        (Just(lines), Just(other).prop_shuffle())
    })
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn order_batches_threads_and_repeats_change_no_alert(
        (lines, other) in shuffled(),
        sizes in prop::collection::vec((1_usize..60, any::<bool>()), 1..8),
        threads in prop::sample::select(vec![1_usize, 2, 4]),
    ) {
        let mut rest = &other[..];
        let mut batches = Vec::new();
        for (size, enveloped) in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (some, left) = rest.split_at((*size).min(rest.len()));
            batches.push((some, if *enveloped { Shape::Envelope } else { Shape::Bare }));
            rest = left;
        }
        prop_assert_eq!(judged(&batches, threads), quiet(&lines));
    }

    #[test]
    fn clusters_never_mix(lines in day(4, 120)) {
        let mut apart = Ids::new();
        let mut sum = 0;
        for cluster in 0..clusters().len() {
            let own: Vec<Line> = lines.iter().filter(|line| line.cluster == cluster).cloned().collect();
            let ids = quiet(&own);
            sum += ids.len();
            apart.extend(ids);
        }
        prop_assert_eq!(apart.len(), sum, "an alert of one cluster is taken for another's");
        prop_assert_eq!(quiet(&lines), apart);
    }
}

#[test]
fn days_like_these_raise_alerts_of_every_kind() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..40 {
        let lines = day(2, 120).new_tree(&mut runner).unwrap().current();
        let names = quiet(&lines).into_iter();
        seen.extend(names.map(|name| name.rsplit_once(' ').unwrap().0.to_owned()));
    }
    let mut expected: BTreeSet<String> = rules::RULES
        .iter()
        .map(|(id, _)| (*id).to_owned())
        .collect();
    expected.extend([
        "folded (closed)".to_owned(),
        "grants-folded (closed)".to_owned(),
    ]);
    assert_eq!(seen, expected);
}
