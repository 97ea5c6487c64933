//! However many threads judge, the output is the same, byte for byte; and nobody who follows a live
//! log waits for more of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::ControlFlow;

use proptest::prelude::*;
use trailhound::config::Config;
use trailhound::decode::{Limits, Reader};
use trailhound::pipeline::Judge;

use crate::court::{ENGINE, event, origin};
use crate::invariance::DAY;
use crate::program::{Ran, feed, piped, run};
use crate::wrap::{ALL, Wrapping, fits, wrap};

/// What a run said, but for how long it took.
fn without_time(ran: &Ran) -> String {
    let lines = ran.err.lines();
    let timeless = lines.filter(|line| !line.starts_with("time "));
    timeless.collect::<Vec<_>>().join("\n")
}

/// Runs with so many threads.
fn replay(paths: &[&str], threads: &str, input: &[u8]) -> (String, String, Option<i32>) {
    let options = ["replay", "--enable", "all", "--threads", threads];
    let options = [&options[..], paths].concat();
    let ran = if input.is_empty() {
        run(&options)
    } else {
        feed(&options, input)
    };
    let said = without_time(&ran);
    (ran.out, said, ran.code)
}

#[test]
fn samples_give_the_same_bytes_on_one_thread_and_on_many() {
    for paths in [
        &["samples/attack", "--include-event"][..],
        &["samples/broken"],
        &["samples/quiet-day", "--format", "pretty"],
        &["samples", "--min-severity", "medium", "--fail-on", "high"],
    ] {
        let alone = replay(paths, "1", b"");
        for threads in ["2", "4", "7"] {
            assert_eq!(replay(paths, threads, b""), alone, "{paths:?} {threads}");
        }
    }
}

#[test]
fn many_batches_and_problems_between_them_stay_in_order() {
    // Several megabytes: some batches for each thread, repeats in other batches than the first.
    let mut input = Vec::new();
    for round in 0..20 {
        for line in DAY.iter() {
            input.extend_from_slice(line.as_bytes());
            input.push(b'\n');
        }
        input.extend_from_slice(format!("no event {round}\n{{\"broken\": \n").as_bytes());
    }
    assert!(input.len() > 4 << 20, "{} bytes", input.len());
    // A file, not a pipe: alerts that wait for their actor go out when a pipe falls silent.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.log");
    std::fs::write(&path, &input).unwrap();
    let path = path.to_str().unwrap();
    let alone = replay(&[path], "1", b"");
    assert!(alone.1.contains("repeats") && alone.1.contains("more"));
    for threads in ["2", "4"] {
        assert_eq!(replay(&[path], threads, b""), alone, "{threads}");
    }
}

/// Everything that comes of inputs, in order.
fn judged(files: &[Vec<u8>], pauses: &[bool], threads: usize) -> (Vec<String>, String) {
    let config = Config::default();
    let mut judge = Judge::new(&ENGINE, &config);
    let mut alerts = Vec::new();
    let mut on = |alert: trailhound::alert::Alert| {
        alerts.push(alert.to_json().unwrap());
        ControlFlow::Continue(())
    };
    let flow = judge.run(threads, &mut on, |feed| {
        let mut reader = Reader::new(Limits::default());
        for (file, pause) in files.iter().zip(pauses.iter().cycle()) {
            reader.read("input", file.as_slice(), &origin(), &mut |item| {
                feed.take(item)
            })?;
            if *pause {
                feed.pause()?;
            }
        }
        feed.pause()
    });
    assert!(flow.is_continue());
    (alerts, format!("{:?}", judge.tally()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_number_of_threads_gives_the_same_alerts_in_the_same_order(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..400),
        size in 1_usize..150,
        hows in prop::collection::vec(prop::sample::select(ALL.to_vec()), 1..6),
        pauses in prop::collection::vec(any::<bool>(), 1..4),
        threads in 2_usize..6,
    ) {
        let lines: Vec<&str> = picks.iter().map(|at| at.get(&DAY).as_str()).collect();
        let files: Vec<Vec<u8>> = lines
            .chunks(size)
            .zip(hows.iter().cycle())
            .map(|(some, how)| wrap(some, if fits(some, *how) { *how } else { Wrapping::Lines }))
            .collect();
        let alone = judged(&files, &pauses, 1);
        prop_assert_eq!(judged(&files, &pauses, threads), alone);
    }
}

#[test]
fn a_refused_alert_ends_the_run_on_any_number_of_threads() {
    let lines: Vec<&str> = DAY.iter().map(String::as_str).collect();
    let file = wrap(&lines, Wrapping::Lines);
    for threads in [1, 3] {
        let config = Config::default();
        let mut judge = Judge::new(&ENGINE, &config);
        let mut alerts = 0;
        let mut on = |_| {
            alerts += 1;
            ControlFlow::Break(())
        };
        let flow = judge.run(threads, &mut on, |feed| {
            let mut reader = Reader::new(Limits::default());
            reader.read("input", file.as_slice(), &origin(), &mut |item| {
                feed.take(item)
            })?;
            feed.pause()
        });
        assert!(flow.is_break());
        assert_eq!(alerts, 1, "{threads}");
    }
}

#[test]
fn an_alert_of_a_live_log_does_not_wait_for_the_next_line() {
    for threads in ["1", "3"] {
        let mut child = piped(&["replay", "-", "--format", "json", "--threads", threads]);
        let mut input = child.stdin.take().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        // What shape the input has shows where its second line begins.
        let quiet = event(serde_json::json!({}));
        writeln!(input, "{quiet}\n{quiet}").unwrap();
        for _ in 0..2 {
            let line = event(serde_json::json!({
                "auditID": uuid(), "verb": "create", "requestURI": "/api/v1/namespaces/shop/pods/front/exec?command=sh",
                "objectRef": {"resource": "pods", "subresource": "exec", "name": "front"}
            }));
            writeln!(input, "{line}").unwrap();
            input.flush().unwrap();
            // The pipe stays open and idle: reading on would wait for ever if nothing came.
            let mut alert = String::new();
            out.read_line(&mut alert).unwrap();
            assert!(alert.starts_with("{\"schema\""), "{alert}");
        }
        drop(input);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// A request id that no other event of this process has.
fn uuid() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("5b0d5a8c-2f6c-4c1e-9d56-{next:012x}")
}
