//! The reference pages are what the program says of itself.
//!
//! `UPDATE_DOCS=1 cargo test manual` writes them; without it a stale page fails the test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may fail loudly"
)]

mod alert;
mod commands;
mod detectors;
mod fields;
mod health;
mod input;
mod markdown;
mod metrics;
mod query;

use std::fs;
use std::path::PathBuf;

use crate::program::run;

const NOTE: &str = "<!-- Generated: UPDATE_DOCS=1 cargo test manual -->\n\n";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/reference")
}

/// A hand-written part of a page.
fn part(name: &str) -> String {
    let path = folder().join("parts").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Writes a page, or compares it with the one that is there.
fn page(name: &str, text: &str) {
    let path = folder().join(name);
    let text = format!("{NOTE}{}\n", text.trim_end());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, text).unwrap();
        return;
    }
    let recorded = fs::read_to_string(&path).unwrap_or_default();
    let stale = recorded
        .lines()
        .zip(text.lines())
        .position(|(was, is)| was != is);
    assert!(
        recorded == text,
        "docs/reference/{name} is stale (line {}): UPDATE_DOCS=1 cargo test manual",
        stale.unwrap_or_else(|| recorded.lines().count()) + 1
    );
}

#[test]
fn manual_of_the_detectors_is_current() {
    page("detectors.md", &detectors::page());
}

#[test]
fn manual_of_the_coverage_is_current() {
    let ran = run(&["detectors", "coverage", "--format", "markdown"]).exits(0);
    page("coverage.md", &ran.out);
}

#[test]
fn manual_of_the_fields_is_current() {
    page("fields.md", &fields::page());
}

#[test]
fn manual_of_the_query_language_is_current() {
    page("query.md", &query::page());
}

#[test]
fn manual_of_the_alert_is_current() {
    page("alert.md", &alert::page());
}

#[test]
fn manual_of_the_commands_is_current() {
    page("commands.md", &commands::page());
}

#[test]
fn manual_of_the_input_is_current() {
    page("input.md", &input::page());
}

#[test]
fn manual_of_the_health_is_current() {
    page("health.md", &health::page());
}

#[test]
fn manual_of_the_metrics_is_current() {
    page("metrics.md", &metrics::page());
}
