//! How fast a watch of many clusters is, and what it takes: the real program against a fast fake of
//! CloudWatch Logs and SNS in this process.
//!
//! ```text
//! cargo bench --bench watch -- --clusters 50 --rate 5000 --events 500000
//! cargo bench --bench watch -- --clusters 50 --rate 5000 --events 10000000 --catch-up
//! ```
//!
//! The first has events happen now, so many a second over all clusters, and measures for each alert how
//! long it takes from the page with its event being written to its being published. The second has all
//! of them lie in the past, and measures how fast they are read.

// The generator's rooms, of which not all is of use here.
#[path = "../generate/cast.rs"]
mod cast;
mod child;
#[allow(dead_code, reason = "exports are the generator's business")]
#[path = "../generate/clock.rs"]
mod clock;
#[path = "../generate/draw.rs"]
mod draw;
mod figures;
#[path = "../generate/mix.rs"]
mod mix;
mod pool;
#[path = "../generate/random.rs"]
mod random;
mod server;
#[path = "../generate/template.rs"]
mod template;
mod timeline;

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use clap::Parser;

use child::Program;
use figures::Sample;
use pool::Pool;
use server::{Seen, Server};
use timeline::Timeline;

/// How long after the last events of the past it is now: longer than events may be late.
const PAST: i64 = 20 * 60 * 1_000;
/// The first event happens so long after the start, in milliseconds: readers are there by then.
const AHEAD: i64 = 3_000;
/// From one look at the program to the next.
const LOOK: Duration = Duration::from_millis(250);
/// How many of the slowest alerts are shown.
const SLOWEST: usize = 5;
/// How long to wait for the last alerts, and for anything at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures a watch.
#[derive(Parser)]
struct Args {
    /// How many events there are in all; otherwise there is nothing to do, so `cargo test --benches`
    /// stays quick.
    #[arg(long)]
    events: Option<u64>,
    /// How many clusters there are, each in an account of its own.
    #[arg(long, default_value_t = 50)]
    clusters: usize,
    /// How many events happen in a second, over all clusters.
    #[arg(long, default_value_t = 5_000)]
    rate: u64,
    /// How many alerts there are in a second.
    #[arg(long, default_value_t = 3)]
    alerts: u64,
    /// All events lie in the past: they are read as fast as they can be.
    #[arg(long)]
    catch_up: bool,
    /// Memory is shown after so many events.
    #[arg(long)]
    show: Option<u64>,
    /// More settings, as in the settings file.
    #[arg(long, default_value = "")]
    settings: String,
    /// What `cargo bench` passes to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What was measured of the program.
struct Measured {
    samples: Vec<Sample>,
    processor: Duration,
    ended_well: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let Some(events) = args.events else {
        return say("nothing measured: say how many events with `-- --events N`");
    };
    let server = Arc::new(Server {
        pool: Pool::new()?,
        timeline: timeline(&args, events),
        seen: Mutex::new(Seen::default()),
    });
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}", listener.local_addr()?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let serving = Arc::clone(&server);
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            serving.run(listener).await
        })
    });
    let measured = measure(&args, &server, &url)?;
    show(&args, &server, &measured)
}

fn timeline(args: &Args, events: u64) -> Timeline {
    let groups = args.clusters.max(1);
    let rate = args.rate.max(1);
    let length = i64::try_from(events.saturating_mul(1_000) / rate).unwrap_or(i64::MAX / 2_000);
    let begin = match args.catch_up {
        true => now() - PAST - length,
        false => now() + AHEAD,
    };
    Timeline {
        groups,
        begin: begin * 1_000,
        step: i64::try_from(1_000_000 * groups as u64 / rate).unwrap_or(1),
        each: events / groups as u64,
        alerting: (rate / args.alerts.max(1)).max(1),
    }
}

fn measure(args: &Args, server: &Server, url: &str) -> Result<Measured> {
    let folder = tempfile::tempdir()?;
    let begin = DateTime::from_timestamp_micros(server.timeline.begin).context("no such time")?;
    let from = begin.to_rfc3339();
    let from = args.catch_up.then_some(from.as_str());
    let more = match args.catch_up {
        // No quota holds it up.
        true => format!("[poll]\ncalls_per_second = 1000\n{}", args.settings),
        false => args.settings.clone(),
    };
    let program = Program::start(folder.path(), args.clusters, url, &more, from)?;
    let whole = server.timeline.each * args.clusters as u64;
    let mut samples: Vec<Sample> = Vec::new();
    let show = args.show.unwrap_or(whole / 20).max(1);
    let mut moved = (0, Instant::now());
    while moved.0 < whole {
        std::thread::sleep(LOOK);
        let distinct = server.seen(|seen| seen.distinct());
        if distinct != moved.0 {
            if distinct / show != moved.0 / show {
                let memory = program.memory()?;
                say(&format!(
                    "{distinct:>10} events  {:>6.1} MiB resident",
                    mebibytes(memory.resident)
                ))?;
            }
            moved = (distinct, Instant::now());
        }
        anyhow::ensure!(moved.1.elapsed() < 3 * PATIENCE, "it reads no more");
        samples.push((distinct, program.memory()?));
    }
    let waited = Instant::now();
    let alerts = server.timeline.alerts();
    while waited.elapsed() < PATIENCE && server.seen(|seen| seen.delays.len() as u64) < alerts {
        std::thread::sleep(LOOK);
        samples.push((whole, program.memory()?));
    }
    Ok(Measured {
        samples,
        processor: program.processor()?,
        ended_well: program.stop()?,
    })
}

#[allow(clippy::cast_precision_loss, reason = "shown with few digits")]
fn show(args: &Args, server: &Server, measured: &Measured) -> Result<()> {
    let expected = server.timeline.alerts();
    let (mut published, begun) = server.seen(|seen| (std::mem::take(&mut seen.delays), seen.begun));
    published.sort_unstable();
    let slowest: Vec<_> = published.iter().rev().take(SLOWEST).copied().collect();
    let delays: Vec<_> = published.into_iter().map(|(delay, _)| delay).collect();
    let (took, distinct, pages, events, bytes, others) = server.seen(|seen| {
        let took = seen.begun.zip(seen.ended).map(|(from, to)| to - from);
        (
            took.unwrap_or_default().as_secs_f64(),
            seen.distinct(),
            seen.pages,
            seen.events,
            seen.bytes,
            seen.others,
        )
    });
    let most = measured.samples.iter().map(|sample| sample.1.most).max();
    let anonymous = measured.samples.iter().map(|sample| sample.1.anonymous);
    let processor = measured.processor.as_secs_f64();
    let millis = |thousandths| figures::quantile(&delays, thousandths).as_secs_f64() * 1e3;
    let slowest = slowest.iter().map(|(delay, at)| {
        let after = begun.map(|begun| at.saturating_duration_since(begun));
        let after = after.unwrap_or_default().as_secs_f64();
        format!("{:.1} ms after {after:.1} s", delay.as_secs_f64() * 1e3)
    });
    let how = match args.catch_up {
        true => "as fast as it reads",
        false => "as they happen",
    };
    let rows = [
        ("clusters".to_owned(), format!("{}, {how}", args.clusters)),
        (
            "events".to_owned(),
            format!(
                "{distinct}, given {events} times in {pages} pages, {:.1} GB",
                bytes as f64 / 1e9
            ),
        ),
        (
            "events a second".to_owned(),
            format!("{:.0} over {took:.1} s", distinct as f64 / took),
        ),
        (
            "processor".to_owned(),
            format!(
                "{processor:.1} s, {:.1} µs an event, {:.1} µs an event given",
                processor * 1e6 / distinct as f64,
                processor * 1e6 / events as f64
            ),
        ),
        (
            "alerts".to_owned(),
            format!(
                "{} of {expected} published, and {others} others",
                delays.len()
            ),
        ),
        (
            "page to publish".to_owned(),
            format!(
                "p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
                millis(500),
                millis(990),
                millis(1_000)
            ),
        ),
        ("slowest".to_owned(), slowest.collect::<Vec<_>>().join(", ")),
        (
            "resident, most".to_owned(),
            format!(
                "{:.1} MiB, {:.1} MiB of it no file's",
                mebibytes(most.unwrap_or(0)),
                mebibytes(anonymous.max().unwrap_or(0))
            ),
        ),
        (
            "resident, slope".to_owned(),
            format!(
                "{:+.0} KiB for a million events",
                figures::slope(&measured.samples)
            ),
        ),
        (
            "ended".to_owned(),
            if measured.ended_well { "well" } else { "badly" }.to_owned(),
        ),
    ];
    for (name, value) in rows {
        say(&format!("{name:<18}{value}"))?;
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "shown with one digit")]
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1_024.0
}

/// Milliseconds since the Unix epoch.
fn now() -> i64 {
    Utc::now().timestamp_millis()
}

fn say(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").map_err(Into::into)
}
