//! What is asked, and what is answered.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::beat::Beat;
use super::page;
use crate::alert::escape;
use crate::telemetry::Clock;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::status::Status;

/// How long the judging thread may be silent before the program counts as hung, in milliseconds.
const LONGEST_BEAT: i64 = 60_000;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// Nothing runs and nothing is fetched but the style sheet.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the answers are made of. Clones share it.
#[derive(Clone, Debug)]
pub struct Site {
    /// Numbers.
    pub metrics: Metrics,
    /// How things stand.
    pub status: Status,
    /// The judging thread.
    pub beat: Beat,
    /// What time it is.
    pub clock: Clock,
}

/// The paths and their answers.
pub(super) fn router(site: Site) -> Router {
    Router::new()
        .route("/", get(index))
        .route(
            "/style.css",
            get(|| async { typed(CSS, page::STYLE.to_owned()) }),
        )
        .route("/status.json", get(json))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(site))
}

fn typed(kind: &'static str, body: String) -> Response {
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, body).into_response()
}

fn judged(ok: bool, body: String) -> Response {
    let status = if ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, typed(PLAIN, body)).into_response()
}

async fn index(State(site): State<Arc<Site>>) -> Response {
    let now = site.clock.now();
    typed(HTML, page::render(&site.status.board(now), now))
}

async fn json(State(site): State<Arc<Site>>) -> Response {
    match serde_json::to_string(&site.status.board(site.clock.now())) {
        Ok(text) => typed(JSON, escape::json(text)),
        Err(error) => judged(false, error.to_string()),
    }
}

/// Alive: the judging thread goes round its loop.
async fn healthz(State(site): State<Arc<Site>>) -> Response {
    let silent = site.clock.now() - site.beat.last();
    if silent <= LONGEST_BEAT {
        return judged(true, "ok\n".to_owned());
    }
    let seconds = silent / 1000;
    judged(
        false,
        format!("the judging thread has not been heard of for {seconds}s: restart trailhound\n"),
    )
}

/// Seeing: every log of every cluster is seen in time.
async fn readyz(State(site): State<Arc<Site>>) -> Response {
    let board = site.status.board(site.clock.now());
    let mut reasons = String::new();
    for log in board.logs.iter().filter(|log| log.state != "ok") {
        let error = log.error.as_deref().unwrap_or_default();
        let colon = if error.is_empty() { "" } else { ": " };
        let line = format!(
            "{} log of {} ({} {}) is {}{colon}{error}",
            log.log, log.cluster, log.account, log.region, log.state
        );
        let _ = writeln!(reasons, "{}", escape::visible(&line));
    }
    if board.logs.is_empty() {
        reasons.push_str("no log is watched yet\n");
    }
    if reasons.is_empty() {
        judged(true, "ok\n".to_owned())
    } else {
        judged(false, reasons)
    }
}

async fn metrics(State(site): State<Arc<Site>>) -> Response {
    match site.metrics.encode() {
        Ok(text) => typed(OPEN_METRICS, text),
        Err(error) => judged(false, error.to_string()),
    }
}
