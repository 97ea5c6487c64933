//! The last words of a replay, on standard error: what was read, what was not and why, what was
//! raised.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::NaiveDate;

use super::inputs::Reading;
use crate::alert::escape;
use crate::detect::{Detector, Engine};
use crate::pipeline::{ByDetector, Tally};

/// What a summary tells beside the counts.
pub(super) struct Run<'r> {
    pub(super) tally: &'r Tally,
    pub(super) forgotten: u64,
    pub(super) forgotten_logins: u64,
    /// What each detector gave up of its state.
    pub(super) evicted: Vec<(String, u64)>,
    /// By which exceptions have expired.
    pub(super) today: NaiveDate,
    pub(super) reading: &'r Reading,
    pub(super) elapsed: Duration,
    pub(super) engine: &'r Engine,
}

/// The whole summary, lines ended.
pub(super) fn render(run: &Run<'_>) -> String {
    let mut out = String::new();
    events(&mut out, run);
    unread(&mut out, run);
    alerts(&mut out, run);
    exceptions(&mut out, run);
    silent(&mut out, run);
    speed(&mut out, run);
    out
}

fn line(out: &mut String, head: &str, rest: &str) {
    let _ = writeln!(out, "{head:<12}{rest}");
}

fn events(out: &mut String, run: &Run<'_>) {
    let tally = run.tally;
    let mut kinds = vec![
        format!("{} audit", grouped(tally.audit)),
        format!("{} authenticator", grouped(tally.authenticator)),
    ];
    let mut more = |count: u64, what: &str| {
        if count > 0 {
            kinds.push(format!("{} {what}", grouped(count)));
        }
    };
    more(tally.salvaged, "cut off and salvaged");
    for (kind, count) in &tally.foreign {
        more(*count, &format!("{kind} (not judged)"));
    }
    more(tally.control, "control messages");
    more(tally.outside, "of them outside --since/--until");
    let count = run.reading.inputs;
    let inputs = if count == 1 {
        "1 input".into()
    } else {
        format!("{count} inputs")
    };
    line(out, "read", &format!("{} from {inputs}", kinds.join(", ")));
}

fn unread(out: &mut String, run: &Run<'_>) {
    let tally = run.tally;
    if tally.quarantined > 0 {
        let text = "records made the program panic and were set aside; please report this";
        line(
            out,
            "set aside",
            &format!("{} {text}", grouped(tally.quarantined)),
        );
    }
    let mut head = "not read";
    for failure in &run.reading.failures {
        line(out, head, &escape::visible(failure));
        head = "";
    }
    if tally.problems.is_empty() && run.reading.failures.is_empty() {
        line(out, head, "nothing: every line was understood");
    }
    for skipped in &run.reading.skipped {
        line(out, "skipped", skipped);
    }
    for (reason, (count, cases)) in &tally.problems {
        line(
            out,
            head,
            &format!("{} {reason}: {}", grouped(*count), reason.explanation()),
        );
        head = "";
        for case in cases {
            line(out, "", &format!("  {}", escape::visible(case)));
        }
        let hidden = count.saturating_sub(cases.len() as u64);
        if hidden > 0 {
            line(out, "", &format!("  … and {} more", grouped(hidden)));
        }
    }
}

fn alerts(out: &mut String, run: &Run<'_>) {
    let tally = run.tally;
    if tally.alerts.is_empty() {
        line(out, "alerts", "none");
    } else {
        let by: Vec<String> = tally
            .alerts
            .iter()
            .rev()
            .map(|(severity, count)| format!("{} {severity}", grouped(*count)))
            .collect();
        line(out, "alerts", &by.join(", "));
    }
    let mut detectors: Vec<_> = tally.by_detector.iter().collect();
    detectors.sort_by(|(a, (x, m)), (b, (y, n))| (y, n, a).cmp(&(x, m, b)));
    for (id, (severity, count)) in detectors {
        line(
            out,
            "",
            &format!("  {:>7}  {severity:<8}  {id}", grouped(*count)),
        );
    }
    let sum = |counts: &ByDetector| counts.values().sum();
    let mut also = |count: u64, what: &str| {
        if count > 0 {
            line(out, "", &format!("  {:>7}  {what}", grouped(count)));
        }
    };
    also(
        tally.repeats,
        "matches were other stages or repeats of these",
    );
    also(tally.below, "matches lay below --min-severity");
    also(sum(&tally.silenced), "matches were silenced by exceptions");
    also(
        sum(&tally.folded),
        "alerts were folded into one that had been raised",
    );
    also(
        tally.undated,
        "records tell no time: thresholds, baselines and sequences leave them out",
    );
    also(
        tally.lost,
        "events found no room under their key: a threshold or sequence may have missed them",
    );
    for (detector, count) in &run.evicted {
        let text = format!("oldest entries of {detector} were given up for want of room");
        also(*count, &escape::visible(&text));
    }
    also(
        run.forgotten,
        "alert ids were forgotten: their repeats may be among these",
    );
    also(
        run.forgotten_logins,
        "logins were forgotten: who is behind some alerts may not be told",
    );
}

fn exceptions(out: &mut String, run: &Run<'_>) {
    for allow in run.engine.allows() {
        let used = allow.used.load(std::sync::atomic::Ordering::Relaxed);
        let when = escape::visible(&allow.when);
        let until = allow
            .until
            .map_or_else(String::new, |day| format!(", until {day}"));
        let ended = allow.until.is_some_and(|day| day < run.today);
        let text = if used == 0 && ended {
            format!("expired for {}: {when}{until}; take it out", allow.detector)
        } else if used == 0 {
            format!("unused for {}: {when}{until}", allow.detector)
        } else {
            format!(
                "silenced {} of {}: {when} ({}{until})",
                grouped(used),
                allow.detector,
                allow.reason
            )
        };
        line(out, "exception", &text);
    }
}

/// Detectors that are on and can't say anything, for want of a list.
fn silent(out: &mut String, run: &Run<'_>) {
    if let Some(text) = waiting_for_lists(run.engine.detectors()) {
        line(out, "silent", &text);
    }
}

/// Which of these detectors say nothing for want of a list; `None` when all have theirs.
pub(super) fn waiting_for_lists<'d>(
    detectors: impl IntoIterator<Item = &'d Detector>,
) -> Option<String> {
    let unset = detectors
        .into_iter()
        .filter(|one| !one.unset_lists.is_empty());
    let names: Vec<String> = unset
        .map(|detector| format!("{} (${{{}}})", detector.id, detector.unset_lists.join(", ")))
        .collect();
    let names = names.join(", ");
    (!names.is_empty()).then(|| format!("until their lists are set under [lists]: {names}"))
}

fn speed(out: &mut String, run: &Run<'_>) {
    let seconds = run.elapsed.as_secs_f64();
    let megabytes = megabytes(run.tally.bytes);
    let rate = if seconds > 0.0 {
        megabytes / seconds
    } else {
        0.0
    };
    let stopped = if run.reading.interrupted {
        ", stopped before the end"
    } else {
        ""
    };
    line(
        out,
        "time",
        &format!("{seconds:.2} s, {megabytes:.1} MB of log lines, {rate:.0} MB/s{stopped}"),
    );
}

#[allow(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// `1234567` as `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
    }
}
