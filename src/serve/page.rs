//! The status page: one look at clusters, sinks and the last alerts. No script; it reloads itself.

use maud::{DOCTYPE, Markup, html};

use crate::alert::{Timestamp, escape};
use crate::telemetry::status::{AlertStatus, Board, LogStatus, SinkStatus};

/// The style sheet.
pub(super) const STYLE: &str = include_str!("style.css");

/// From one reload to the next, in seconds.
const RELOAD: u32 = 10;

/// The page as it is at `now`, in milliseconds since the Unix epoch.
pub(super) fn render(board: &Board, now: i64) -> String {
    let worst = board.logs.iter().filter(|log| log.state != "ok").count();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="refresh" content=(RELOAD);
                title { "trailhound" @if worst > 0 { ": " (worst) " not seen" } }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header {
                    h1 { "trailhound " small { (board.version) } }
                    p { (head(board, now)) }
                }
                main {
                    (logs(&board.logs, now))
                    (sinks(&board.sinks, now))
                    (alerts(&board.alerts))
                }
                footer {
                    p {
                        a href="/metrics" { "metrics" } " · "
                        a href="/status.json" { "status.json" } " · "
                        a href="/readyz" { "readyz" } " · "
                        a href="/healthz" { "healthz" }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn head(board: &Board, now: i64) -> Markup {
    html! {
        (moment(Some(now))) " · up " (age(now - board.started)) " · "
        (board.detectors) " detectors"
        @if let Some(reload) = &board.reload {
            @match &reload.error {
                None => { " · reloaded " (age(now - reload.time)) " ago" }
                Some(error) => {
                    " · " strong.failed { "reload failed " (age(now - reload.time)) " ago, the old detectors run: " (shown(error)) }
                }
            }
        }
    }
}

fn logs(logs: &[LogStatus], now: i64) -> Markup {
    html! {
        h2 { "Clusters" }
        @if logs.is_empty() { p.none { "No log is watched yet." } } @else {
            div.wide { table {
                thead { tr {
                    th scope="col" { "cluster" } th scope="col" { "account" } th scope="col" { "region" }
                    th scope="col" { "log" } th scope="col" { "state" } th.number scope="col" { "lag" }
                    th.number scope="col" { "events/s" } th scope="col" { "trouble" }
                } }
                tbody { @for log in logs { tr {
                    td { (shown(&log.cluster)) } td { (shown(&log.account)) } td { (shown(&log.region)) }
                    td { (shown(&log.log)) }
                    td { span class={ "tag state-" (word(&log.state)) } { (shown(&log.state)) } }
                    td.number { @match log.newest { Some(at) => (age(now - at)), None => "–" } }
                    td.number { (format!("{:.1}", log.rate)) }
                    td { (shown(log.error.as_deref().unwrap_or_default())) }
                } } }
            } }
        }
    }
}

fn sinks(sinks: &[SinkStatus], now: i64) -> Markup {
    html! {
        h2 { "Sinks" }
        @if sinks.is_empty() { p.none { "No sink is configured." } } @else {
            div.wide { table {
                thead { tr {
                    th scope="col" { "sink" } th.number scope="col" { "waiting" }
                    th scope="col" { "last delivery" } th scope="col" { "trouble" }
                } }
                tbody { @for sink in sinks { tr {
                    td { (shown(&sink.name)) }
                    td.number { (sink.waiting) }
                    td { @match sink.delivered { Some(at) => { (age(now - at)) " ago" }, None => "never" } }
                    td { (shown(sink.error.as_deref().unwrap_or_default())) }
                } } }
            } }
        }
    }
}

fn alerts(alerts: &[AlertStatus]) -> Markup {
    html! {
        h2 { "Last alerts" }
        @if alerts.is_empty() { p.none { "None since the start." } } @else {
            div.wide { table {
                thead { tr {
                    th scope="col" { "time" } th scope="col" { "severity" } th scope="col" { "detector" }
                    th scope="col" { "cluster" } th scope="col" { "summary" } th scope="col" { "id" }
                } }
                tbody { @for alert in alerts { tr {
                    td.time { (moment(alert.time)) }
                    td { span class={ "tag severity-" (word(&alert.severity)) } { (shown(&alert.severity)) } }
                    td { (shown(&alert.detector)) } td { (shown(&alert.cluster)) }
                    td.summary { (shown(&alert.summary)) } td { code { (shown(&alert.id)) } }
                } } }
            } }
        }
    }
}

/// A text with what a reader would not see made visible; the template escapes the rest.
fn shown(text: &str) -> Markup {
    html! { (escape::visible(text)) }
}

/// A word that can be part of a class.
fn word(text: &str) -> String {
    text.chars().filter(char::is_ascii_lowercase).collect()
}

fn moment(millis: Option<i64>) -> String {
    let time = millis.and_then(Timestamp::from_millis);
    time.map_or_else(|| "–".to_owned(), Timestamp::to_seconds_text)
}

fn age(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
