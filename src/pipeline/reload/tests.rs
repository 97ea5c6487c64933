#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use std::fs;
use std::path::PathBuf;

use tokio::sync::mpsc;

use super::{Reloader, Telling, build};
use crate::detect::Enable;
use crate::telemetry::Clock;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::status::Status;

fn telling() -> Telling {
    Telling {
        metrics: Metrics::new("1", 0),
        status: Status::new("1", 0),
        clock: Clock::new(|| 7),
    }
}

/// Builds the text of a file; "bad" is an error.
fn of_file(path: PathBuf) -> impl Fn() -> Result<String, String> {
    move || match fs::read_to_string(&path).map_err(|error| error.to_string())? {
        text if text == "bad" => Err("line 1 is bad".to_owned()),
        text => Ok(text),
    }
}

/// A reloader at work: what it builds, and how to ask it.
fn start(
    paths: Vec<PathBuf>,
    build: impl Fn() -> Result<String, String> + Send + Sync + 'static,
    telling: &Telling,
) -> (mpsc::Receiver<String>, mpsc::Sender<()>) {
    let (out, built) = mpsc::channel(4);
    let (ask, asked) = mpsc::channel(4);
    tokio::spawn(Reloader::new(paths, build, telling.clone()).run(asked, out));
    (built, ask)
}

#[tokio::test]
async fn asking_builds_anew_and_a_failure_keeps_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    fs::write(&path, "one").unwrap();
    let telling = telling();
    let (mut built, ask) = start(Vec::new(), of_file(path.clone()), &telling);
    ask.send(()).await.unwrap();
    assert_eq!(built.recv().await.unwrap(), "one");

    fs::write(&path, "bad").unwrap();
    ask.send(()).await.unwrap();
    // The next that is handed over is the next that is whole.
    while telling
        .status
        .board(0)
        .reload
        .unwrap_or_default()
        .error
        .is_none()
    {
        tokio::task::yield_now().await;
    }
    let reload = telling.status.board(0).reload.unwrap();
    assert_eq!(
        (reload.time, reload.error.as_deref()),
        (7, Some("line 1 is bad"))
    );
    fs::write(&path, "two").unwrap();
    ask.send(()).await.unwrap();
    assert_eq!(built.recv().await.unwrap(), "two");
    let text = telling.metrics.encode().unwrap();
    assert!(
        text.contains("trailhound_reloads_total{result=\"ok\"} 2"),
        "{text}"
    );
    assert!(text.contains("trailhound_reloads_total{result=\"failed\"} 1"));
}

#[tokio::test]
async fn a_change_of_a_file_is_noticed_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    fs::write(&path, "one").unwrap();
    let (mut built, ask) = start(
        vec![folder.path().into()],
        of_file(path.clone()),
        &telling(),
    );
    // Once it answers, it watches.
    ask.send(()).await.unwrap();
    assert_eq!(built.recv().await.unwrap(), "one");
    let new = folder.path().join("new");
    fs::write(&new, "two").unwrap();
    fs::rename(&new, &path).unwrap();
    assert_eq!(built.recv().await.unwrap(), "two");
}

#[tokio::test]
async fn it_ends_when_nobody_takes_what_it_builds() {
    let (out, built) = mpsc::channel::<String>(1);
    let (_ask, asked) = mpsc::channel(1);
    let reloader = Reloader::new(Vec::new(), || Ok(String::new()), telling());
    drop(built);
    reloader.run(asked, out).await;
}

#[test]
fn everything_is_compiled_and_tested_before_it_runs() {
    let enable = Enable::default();
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own.toml");
    let head = "id = 'own'\ntitle = 'Own'\nseverity = 'low'\nsummary = 'x'\nquery = 'filter verb = \"get\"'\n";
    let event = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a","stage":"ResponseComplete","verb":"get","requestURI":"/x"}"#;
    let test = |name: &str, verb: &str, alerts: u32| {
        let event = event.replace("\"get\"", &format!("\"{verb}\""));
        format!("[[test]]\nname = '{name}'\nevents = ['''{event}''']\nalerts = {alerts}\n")
    };
    let folders = [folder.path().to_owned()];
    let fine = format!("{head}{}{}", test("get", "get", 1), test("list", "list", 0));
    fs::write(&own, &fine).unwrap();
    let (_, engine) = build(None, &folders, &enable).unwrap();
    assert!(
        engine
            .detectors()
            .iter()
            .any(|detector| detector.id == "own")
    );

    fs::write(&own, format!("{fine}{}", test("wrong", "watch", 1))).unwrap();
    let error = build(None, &folders, &enable).unwrap_err();
    assert!(
        error.contains("test of own failed: wrong: expected 1 alert, got 0 alerts"),
        "{error}"
    );

    fs::write(&own, "id = ").unwrap();
    let error = build(None, &folders, &enable).unwrap_err();
    assert!(error.contains("own.toml"), "{error}");
}
