//! What a watch tells about itself: alerts of the watching, probes, numbers and the page.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::hostile::Hostile;
use crate::live::{AUDIT, detector, event, get, put};
use crate::program::{self, write};
use crate::watching::{Place, QUICK, Watching, cluster};

const GROUP: &str = "/aws/eks/prod/cluster";

/// How long is asked before the program is taken for hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// A place with a page, where this is said after so long.
fn place(limits: &[(&str, &str)]) -> Place {
    place_with(limits, "")
}

/// The same, with more settings.
fn place_with(limits: &[(&str, &str)], more: &str) -> Place {
    let mut settings = QUICK.replace("\"off\"", "\"127.0.0.1:0\"");
    for (name, after) in limits {
        settings = settings.replace(
            &format!("\n{name} = \"9w\""),
            &format!("\n{name} = \"{after}\""),
        );
    }
    let place = Place::with(&format!(
        "{settings}grace = \"1ms\"\n{}{more}",
        cluster("prod")
    ));
    write(
        place.path(),
        "own/marker.toml",
        detector("own-marker", "marker"),
    );
    place
}

fn start(aws: &Hostile, place: &Place) -> Watching {
    let own = place.file("own");
    place.start(
        aws,
        &["-v", "--from", "1h", "--detectors", own.to_str().unwrap()],
    )
}

/// Where the page is, as the program says.
fn address(run: &mut Watching) -> String {
    let line: Value = serde_json::from_str(&run.says("the status page is served")).unwrap();
    line["address"].as_str().unwrap().to_owned()
}

/// Asks for a path until the answer is as wanted.
#[track_caller]
fn until(address: &str, path: &str, wanted: impl Fn(u16, &str) -> bool) -> String {
    let begun = Instant::now();
    loop {
        let (status, _, body) = get(address, path);
        if wanted(status, &body) {
            return body;
        }
        assert!(begun.elapsed() < PATIENCE, "{path}: {status} {body}");
    }
}

fn detector_of(alert: &Value) -> &str {
    alert["detector"]["id"].as_str().unwrap()
}

#[test]
fn a_denied_group_is_one_alert_over_a_restart_and_its_end_another() {
    let aws = Hostile::start();
    let group = aws.logs().group(GROUP);
    let denied = group.deny();
    let place = place(&[("denied", "1s")]);
    let mut run = start(&aws, &place);
    let at = address(&mut run);
    assert_eq!(get(&at, "/healthz").0, 200);
    let alert = run.next_alert();
    assert_eq!(
        (detector_of(&alert), &alert["severity"]),
        ("denied", &"high".into())
    );
    let reasons = until(&at, "/readyz", |status, body| {
        status == 503 && body.contains("denied")
    });
    for part in [
        "audit log of prod",
        "user/trailhound",
        "logs:FilterLogEvents",
        &group.arn(),
    ] {
        assert!(reasons.contains(part), "{part}: {reasons}");
    }
    assert_eq!(get(&at, "/healthz").0, 200);
    let probe = |question| program::run(&["probe", question, "--address", &at]);
    assert_eq!(
        (probe("alive").code, probe("alive").out),
        (Some(0), String::new())
    );
    let ready = probe("ready");
    assert_eq!(ready.code, Some(1));
    assert!(ready.err.contains("/readyz answers 503"), "{}", ready.err);
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");

    let mut run = start(&aws, &place);
    let at = address(&mut run);
    until(&at, "/readyz", |status, body| {
        status == 503 && body.contains("denied")
    });
    aws.forgive(denied);
    put(&group, "alice", "marker");
    let came = [run.next_alert(), run.next_alert()];
    let mut ids = came.each_ref().map(detector_of);
    ids.sort_unstable();
    assert_eq!(ids, ["own-marker", "recovered"], "{came:?}");
    let end = came
        .iter()
        .find(|it| detector_of(it) == "recovered")
        .unwrap();
    assert_eq!(end["closes"], alert["id"]);
    until(&at, "/readyz", |status, _| status == 200);
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");
}

#[test]
fn a_silent_audit_log_is_blind_once_until_events_come_again() {
    let aws = Hostile::start();
    let group = aws.logs().group(GROUP);
    let place = place(&[("silence", "3s")]);
    let mut run = start(&aws, &place);
    let blind = run.next_alert();
    assert_eq!(
        (detector_of(&blind), &blind["severity"]),
        ("blind", &"high".into())
    );
    let summary = blind["summary"].as_str().unwrap();
    assert!(
        summary.contains("audit log of prod") && summary.contains("nothing has come"),
        "{summary}"
    );
    let (_, rest, said) = run.stop();
    assert_eq!(rest.len(), 0, "{said}");

    let mut run = start(&aws, &place);
    let at = address(&mut run);
    until(&at, "/readyz", |status, body| {
        status == 503 && body.contains("blind")
    });
    put(&group, "alice", "kubectl");
    let end = run.next_alert();
    assert_eq!(
        (detector_of(&end), &end["closes"]),
        ("recovered", &blind["id"])
    );
    let (code, rest, said) = run.stop();
    assert_eq!(code, Some(0), "{said}");
    // Silent for as long again, it would be another episode.
    let again = rest
        .iter()
        .filter(|it| it["id"] == blind["id"] || it["closes"] == blind["id"]);
    assert_eq!(again.count(), 0, "{rest:?}");
}

#[test]
fn a_group_of_infrequent_access_is_refused_with_the_reason() {
    let aws = Hostile::start();
    aws.logs().group(GROUP).infrequent_access();
    let place = place(&[]);
    let mut run = start(&aws, &place);
    let alert = run.next_alert();
    assert_eq!(detector_of(&alert), "blind");
    let summary = alert["summary"].as_str().unwrap();
    assert!(summary.contains("Infrequent Access"), "{summary}");
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");
    assert!(said.contains("Infrequent Access"), "{said}");
}

/// Counters of a page of metrics, by name and log.
fn counters(text: &str) -> BTreeMap<(String, String), u64> {
    let counter = |line: &str| {
        let (name, rest) = line.split_once('{')?;
        let (labels, value) = rest.split_once("} ")?;
        let log = labels.split("log=\"").nth(1)?.split('"').next()?;
        let key = (name.to_owned(), log.to_owned());
        Some((key, value.parse().ok()?))
    };
    text.lines().filter_map(counter).collect()
}

#[test]
fn what_is_silenced_or_folded_is_counted_by_detector() {
    let aws = Hostile::start();
    let group = aws.logs().group(GROUP);
    let allow = "[[allow]]\ndetector = \"own-marker\"\nwhen = 'user.username = \"bob\"'\nreason = \"his job\"\n";
    let place = place_with(&[], allow);
    let folding =
        detector("own-folding", "often") + "[fold]\nby = [\"userAgent\"]\nwindow = \"1h\"\n";
    write(place.path(), "own/folding.toml", folding);
    let at = crate::watch::now();
    let users = [
        ("bob", "marker"),
        ("eve", "often"),
        ("fay", "often"),
        ("gil", "often"),
    ];
    for (user, agent) in users {
        group.put(AUDIT, at, &event(user, agent, at));
    }
    let mut run = start(&aws, &place);
    let page = address(&mut run);
    assert_eq!(detector_of(&run.next_alert()), "own-folding");
    let counted = [
        "trailhound_alerts_silenced_total{detector=\"own-marker\"} 1\n",
        "trailhound_alerts_folded_total{detector=\"own-folding\"} 2\n",
    ];
    until(&page, "/metrics", |_, text| {
        counted.iter().all(|line| text.contains(line))
    });
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");
}

#[test]
fn what_was_read_was_evaluated_or_had_been_before() {
    let aws = Hostile::start();
    let group = aws.logs().group(GROUP);
    let place = place(&[]);
    for number in 0..50 {
        put(&group, &format!("user-{number}"), "kubectl");
    }
    put(&group, "alice", "marker");
    let count = |text: &str, name: &str| {
        let key = (
            format!("trailhound_events_{name}_total"),
            "audit".to_owned(),
        );
        counters(text).get(&key).copied().unwrap_or_default()
    };
    let mut run = start(&aws, &place);
    let at = address(&mut run);
    run.next_alert();
    let text = until(&at, "/metrics", |_, body| count(body, "evaluated") == 51);
    assert_eq!(
        (count(&text, "read"), count(&text, "repeated")),
        (51, 0),
        "{text}"
    );
    assert!(
        text.contains("trailhound_alerts_total{detector=\"own-marker\",severity=\"high\"} 1"),
        "{text}"
    );
    assert!(text.ends_with("# EOF\n"), "{text}");
    run.stop();

    put(&group, "bob", "marker");
    let mut run = start(&aws, &place);
    let at = address(&mut run);
    run.next_alert();
    until(&at, "/metrics", |_, body| count(body, "repeated") == 51);
    let (_, _, text) = get(&at, "/metrics");
    assert_eq!(
        (count(&text, "evaluated"), count(&text, "read")),
        (1, 52),
        "{text}"
    );
    let (code, rest, said) = run.stop();
    assert_eq!((code, rest.len()), (Some(0), 0), "{said}");
}

#[test]
fn a_user_agent_on_the_page_is_text() {
    let aws = Hostile::start();
    let place = place(&[]);
    let agent = "marker <script>alert(1)</script><img src=x onerror=alert(2)>";
    put(&aws.logs().group(GROUP), "alice", agent);
    let mut run = start(&aws, &place);
    let at = address(&mut run);
    run.next_alert();
    let page = until(&at, "/", |_, body| body.contains("own-marker"));
    assert!(
        page.contains("alice came with marker &lt;script&gt;alert(1)&lt;/script&gt;"),
        "{page}"
    );
    for raw in ["<script", "<img"] {
        assert!(!page.contains(raw), "{page}");
    }
    let (_, head, _) = get(&at, "/");
    assert!(
        head.contains("content-security-policy: default-src 'none'"),
        "{head}"
    );
    if let Some(browser) = browser() {
        let url = format!("http://{at}/");
        let options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
            &url,
        ];
        let shown = Command::new(browser).args(options).output().unwrap();
        let shown = String::from_utf8_lossy(&shown.stdout);
        assert!(shown.contains("marker &lt;script&gt;alert(1)"), "{shown}");
        assert!(
            !shown.contains("<script") && !shown.contains("<img"),
            "{shown}"
        );
    } else {
        eprintln!("skipped: no Chromium on PATH or in ~/.cache/ms-playwright");
    }
    run.stop();
}

/// A browser of this machine.
fn browser() -> Option<std::path::PathBuf> {
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "chrome",
        "headless_shell",
        "chrome-headless-shell",
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path =
        std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    if let Some(found) = on_path.into_iter().find(|file| file.is_file()) {
        return Some(found);
    }
    let home = std::env::var_os("HOME")?;
    let cache = std::path::Path::new(&home).join(".cache/ms-playwright");
    let files = walkdir::WalkDir::new(cache)
        .into_iter()
        .filter_map(Result::ok);
    let mut files = files.filter(|file| file.file_type().is_file());
    files
        .find(|file| names.iter().any(|name| file.file_name() == *name))
        .map(walkdir::DirEntry::into_path)
}
