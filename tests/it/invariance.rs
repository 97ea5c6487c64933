//! The same events raise the same alerts, whatever the order, the files, the envelopes and the number
//! of times each is delivered.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::LazyLock;

use flate2::read::MultiGzDecoder;
use proptest::prelude::*;

use crate::court::{ids, judge};
use crate::program::ROOT;
use crate::wrap::{ALL, Wrapping, fits, wrap};

/// How many of the quiet day's audit lines join: enough to stand between the others.
const QUIET_LINES: usize = 150;

/// A day: the attack, part of a quiet day, and lines that were cut off.
pub(crate) static DAY: LazyLock<Vec<String>> = LazyLock::new(|| {
    let exported = "samples/attack/exportedlogs";
    let mut day: Vec<String> = Vec::new();
    for file in walkdir::WalkDir::new(Path::new(ROOT).join(exported)).sort_by_file_name() {
        let file = file.unwrap();
        if file
            .path()
            .extension()
            .is_some_and(|extension| extension == "gz")
        {
            // An export writes the time before each line.
            day.extend(
                unzipped(file.path())
                    .lines()
                    .map(|line| line.split_once(' ').unwrap().1.to_owned()),
            );
        }
    }
    // Reads of the cluster's daily work raise nothing: one in four is enough.
    let mut at = 0;
    day.retain(|line| {
        at += 1;
        at % 4 == 0
            || line.contains("203.0.113.77")
            || line.contains("198.51.100.")
            || !line.starts_with('{')
    });
    let cut: Vec<String> = day
        .iter()
        .filter(|line| line.contains("\"verb\":\"patch\"") || line.contains("\"verb\":\"create\""))
        .take(4)
        .map(|line| format!("{}[Truncated...]", &line[..line.len() / 10 * 9]))
        .collect();
    let samples = Path::new(ROOT).join("samples/quiet-day");
    day.extend(
        unzipped(&samples.join("audit.jsonl.gz"))
            .lines()
            .take(QUIET_LINES)
            .map(str::to_owned),
    );
    let authenticator = fs::read_to_string(samples.join("authenticator.log")).unwrap();
    day.extend(authenticator.lines().take(20).map(str::to_owned));
    day.extend(cut);
    day
});

fn unzipped(path: &Path) -> String {
    let mut text = String::new();
    MultiGzDecoder::new(fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// The alerts of the day when it comes line by line in order.
static EXPECTED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let lines: Vec<&str> = DAY.iter().map(String::as_str).collect();
    ids([wrap(&lines, Wrapping::Lines).as_slice()])
});

/// A line that was cut off may have lost its time: then only an envelope tells when it happened, and
/// whether a threshold can count it.
fn tells_its_time(line: &str) -> bool {
    !line.ends_with("[Truncated...]")
}

/// The alerts of the whole lines of the day.
static EXPECTED_OF_WHOLE: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let lines = DAY
        .iter()
        .map(String::as_str)
        .filter(|line| tells_its_time(line));
    ids([wrap(&lines.collect::<Vec<_>>(), Wrapping::Lines).as_slice()])
});

/// The ids of alerts that one event raises.
fn single<'i>(inputs: impl IntoIterator<Item = &'i [u8]>) -> BTreeSet<String> {
    let (alerts, _) = judge(inputs);
    let single = alerts.iter().filter(|alert| alert.group.is_empty());
    single.map(|alert| alert.id.to_string()).collect()
}

/// Cuts lines into inputs. One that does not fit its envelope comes as bare lines.
fn cut(lines: &[&str], inputs: &[(usize, Wrapping)]) -> Vec<Vec<u8>> {
    let mut rest = lines;
    let mut files = Vec::new();
    for (size, how) in inputs.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (some, left) = rest.split_at((*size).min(rest.len()));
        let how = if fits(some, *how) {
            *how
        } else {
            Wrapping::Lines
        };
        files.push(wrap(some, how));
        rest = left;
    }
    files
}

fn wrapping() -> impl Strategy<Value = Wrapping> {
    prop::sample::select(ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_files_envelopes_and_repeats_change_no_alert(
        order in Just((0..DAY.len()).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        inputs in prop::collection::vec((1_usize..120, wrapping()), 1..8),
    ) {
        let again = again.iter().map(|index| index.index(order.len()));
        let lines: Vec<&str> = order.iter().copied().chain(again).map(|at| DAY[at].as_str()).collect();
        let files = cut(&lines, &inputs);
        let in_order: Vec<&str> = DAY.iter().map(String::as_str).collect();
        prop_assert_eq!(
            single(files.iter().map(Vec::as_slice)),
            single([wrap(&in_order, Wrapping::Lines).as_slice()])
        );
        let whole: Vec<&str> = lines.into_iter().filter(|line| tells_its_time(line)).collect();
        let files = cut(&whole, &inputs);
        prop_assert_eq!(&ids(files.iter().map(Vec::as_slice)), &*EXPECTED_OF_WHOLE);
    }
}

#[test]
fn every_envelope_gives_the_alerts_of_the_bare_lines() {
    let audit: Vec<&str> = DAY
        .iter()
        .map(String::as_str)
        .filter(|line| fits(&[line], Wrapping::EventList))
        .collect();
    let expected = ids([wrap(&audit, Wrapping::Lines).as_slice()]);
    assert!(expected.len() > 50, "{} alerts", expected.len());
    for how in ALL {
        assert_eq!(ids([wrap(&audit, how).as_slice()]), expected, "{how:?}");
    }
}

#[test]
fn the_day_of_these_tests_has_lines_of_every_kind() {
    assert!(EXPECTED.len() > 60, "{} alerts", EXPECTED.len());
    assert!(DAY.iter().any(|line| line.starts_with("time=")));
    assert!(DAY.iter().any(|line| line.ends_with("[Truncated...]")));
}
