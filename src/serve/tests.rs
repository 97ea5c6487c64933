#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::{Beat, Site, bind, run};
use crate::telemetry::Clock;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::status::{AlertStatus, LogStatus, SinkStatus, Status};

const NOW: i64 = 1_800_000_000_000;

fn log(kind: &str, state: &str, error: Option<&str>) -> LogStatus {
    LogStatus {
        cluster: "prod".into(),
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        log: kind.into(),
        state: state.into(),
        newest: Some(NOW - 4_000),
        error: error.map(Into::into),
        rate: 0.0,
    }
}

fn site() -> Site {
    Site {
        metrics: Metrics::new("1.2.3", NOW - 3_600_000),
        status: Status::new("1.2.3", NOW - 3_600_000),
        beat: Beat::new(NOW - 1_000),
        clock: Clock::new(|| NOW),
    }
}

/// A site on which there is something to see.
fn busy() -> Site {
    let site = site();
    let status = &site.status;
    status.log(log("audit", "ok", None));
    status.events(&log("audit", "ok", None), NOW, 1_230);
    let denied = "not authorized to perform: logs:FilterLogEvents";
    status.log(log("authenticator", "denied", Some(denied)));
    status.sink(SinkStatus {
        name: "sns".into(),
        waiting: 3,
        delivered: Some(NOW - 20_000),
        error: Some("the topic is gone".into()),
    });
    status.detectors(113);
    status.alert(AlertStatus {
        time: Some(NOW - 60_000),
        severity: "high".into(),
        detector: "exec-any".into(),
        cluster: "prod".into(),
        summary: "mallory\u{202e} came with <script>alert(1)</script> & \"quotes\"".into(),
        id: "645af122e76c34bbbaf4e03c1a99b72b".into(),
    });
    status.reloaded(
        NOW - 5_000,
        Some("own/broken.toml:3: unknown field <b>".into()),
    );
    site
}

/// Asks a server of its own and gives the whole answer, without the date.
async fn ask(site: Site, request: &str) -> String {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(run(listener, site, async { drop(stopped.await) }));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    let lines = answer
        .split("\r\n")
        .filter(|line| !line.starts_with("date: "));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_page_shows_all_and_escapes_what_came_from_a_line() {
    let answer = ask(busy(), "GET /").await;
    assert!(!answer.contains("<script"), "{answer}");
    assert!(answer.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!answer.contains('\u{202e}'));
    assert!(answer.contains("content-security-policy: default-src 'none'; style-src 'self'"));
    insta::assert_snapshot!("page", answer.replace("><", ">\n<"));
}

#[tokio::test]
async fn an_empty_page_says_that_there_is_nothing() {
    let answer = ask(site(), "GET /").await;
    for says in [
        "No log is watched yet.",
        "No sink is configured.",
        "None since the start.",
    ] {
        assert!(answer.contains(says), "{says}: {answer}");
    }
}

#[tokio::test]
async fn ready_is_who_sees_every_log() {
    let answer = ask(busy(), "GET /readyz").await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    let reason = "authenticator log of prod (111122223333 eu-west-1) is denied: not authorized";
    assert!(answer.contains(reason), "{answer}");
    assert!(!answer.contains("audit log of prod"), "{answer}");

    let answer = ask(site(), "GET /readyz").await;
    assert!(answer.ends_with("no log is watched yet\n"), "{answer}");

    let seeing = site();
    seeing.status.log(log("audit", "ok", None));
    let answer = ask(seeing, "GET /readyz").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn alive_is_whose_judge_beats() {
    assert!(
        ask(site(), "GET /healthz")
            .await
            .starts_with("HTTP/1.1 200")
    );
    let hung = site();
    hung.beat.beat(NOW - 61_000);
    let answer = ask(hung, "GET /healthz").await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("has not been heard of for 61s"), "{answer}");
}

#[tokio::test]
async fn metrics_have_the_type_of_open_metrics() {
    let answer = ask(site(), "GET /metrics").await;
    assert!(answer.contains("content-type: application/openmetrics-text; version=1.0.0"));
    assert!(answer.contains("trailhound_build_info{version=\"1.2.3\"} 1"));
    assert!(answer.ends_with("# EOF\n"), "{answer}");
}

#[tokio::test]
async fn the_status_is_there_as_json() {
    let answer = ask(busy(), "GET /status.json").await;
    let body = answer.split_once("\n\n").unwrap().1;
    let board: serde_json::Value = serde_json::from_str(body).unwrap();
    let rate = board.pointer("/logs/0/rate").unwrap().as_f64();
    assert_eq!(rate, Some(20.5));
}

#[tokio::test]
async fn nothing_but_get_is_answered() {
    assert!(
        ask(site(), "POST /metrics")
            .await
            .starts_with("HTTP/1.1 405")
    );
    assert!(
        ask(site(), "GET /etc/passwd")
            .await
            .starts_with("HTTP/1.1 404")
    );
}

#[tokio::test]
async fn a_taken_address_says_what_to_do() {
    let first = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let error = bind(first.local_addr().unwrap()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("another program listens there"), "{text}");
}
