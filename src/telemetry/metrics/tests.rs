#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::Metrics;

fn metrics() -> Metrics {
    let metrics = Metrics::new("1.2.3", 1_800_000_000_500);
    let audit = metrics.log("prod", "audit");
    audit.read.inc_by(12);
    audit.bytes.inc_by(20_000);
    audit.repeated.inc();
    audit.evaluated.inc_by(10);
    audit.pages.inc();
    audit.calls.inc_by(2);
    audit.undecodable("not-json", 1);
    audit.failed("throttled");
    audit.lag(4_500);
    audit.seen(true);
    audit.position(1_800_000_000_000);
    audit.lateness(2_200);
    metrics.alert("exec-any", "medium");
    metrics.silenced("exec-any", 2);
    metrics.folded("exec-any", 3);
    let sink = metrics.sink("sns");
    sink.waiting(1, 30_000);
    sink.delivered.inc();
    sink.retried.inc();
    sink.refused.inc();
    sink.published(40);
    sink.page_to_publish(95);
    metrics.evicted(7);
    metrics.reloaded(true);
    metrics.reloaded(false);
    metrics.detectors(113);
    metrics
}

#[test]
fn the_text_is_that_of_open_metrics() {
    insta::assert_snapshot!("text", in_order(&metrics().encode().unwrap()));
}

/// The text with the samples of each metric in the order of their labels: as they come, they have none.
fn in_order(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let metrics = lines.chunk_by(|one, next| !one.starts_with('#') && !next.starts_with('#'));
    let sorted = metrics.flat_map(|samples| {
        let mut samples = samples.to_vec();
        // Those of a histogram belong in the order of their buckets.
        if !samples.iter().any(|sample| sample.contains("le=")) {
            samples.sort_unstable();
        }
        samples
    });
    sorted.map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_metric_of_the_manual_is_in_the_text_under_its_name() {
    let metrics = metrics();
    let text = metrics.encode().unwrap();
    for described in metrics.described() {
        let sample = text.lines().find(|line| line.starts_with(&described.name));
        let sample = sample.unwrap_or_default();
        assert!(!sample.is_empty(), "no sample of {}", described.name);
        for label in described.labels {
            assert!(sample.contains(&format!("{label}=\"")), "{label}: {sample}");
        }
        let help = described.help;
        assert!(help.ends_with('.'), "{}: {help}", described.name);
    }
    let types = text.lines().filter(|line| line.starts_with("# TYPE"));
    assert_eq!(types.count(), metrics.described().len());
}

#[test]
fn names_follow_the_conventions() {
    for described in metrics().described() {
        let name = &described.name;
        assert!(name.starts_with("trailhound_"), "{name}");
        assert_eq!(
            name.ends_with("_total"),
            described.kind == "counter",
            "{name}"
        );
        for unit in ["millis", "_ms", "minutes", "kilo"] {
            assert!(!name.contains(unit), "{name} is not in base units");
        }
    }
}

#[test]
fn a_log_that_is_not_watched_any_more_has_no_lag() {
    let metrics = metrics();
    metrics.forget_log("prod", "audit");
    let text = metrics.encode().unwrap();
    assert!(!text.contains("trailhound_lag_seconds{"));
    assert!(text.contains("trailhound_events_read_total{"));
}

#[test]
fn handles_of_one_log_share_their_numbers() {
    let metrics = metrics();
    metrics.log("prod", "audit").read.inc();
    let text = metrics.encode().unwrap();
    assert!(text.contains("trailhound_events_read_total{cluster=\"prod\",log=\"audit\"} 13"));
}
