//! How fast detectors remember: threshold updates per second of one core, in memory and in a file, and
//! what a million keys take.
//!
//! ```text
//! taskset -c 1 cargo bench --bench state -- --measure
//! ```
//!
//! Only merging counts: events are read and judged beforehand, some thousands at a time. Time is the
//! processor's, so that other programs on the machine don't count.

use std::io::Write as _;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use trailhound::decode::{Decoded, line};
use trailhound::detect::{Contribution, Enable, Engine, Finding, Lateness, Lists, Loaded, Scratch};
use trailhound::record::{Cluster, Entry, LogEvent, Origin};
use trailhound::state::{Bounds, Cells, MemoryStore, Seed, SqliteStore, Store, StoreError};

/// Updates of one measurement.
const UPDATES: usize = 1_000_000;
/// Updates in one transaction.
const BATCH: usize = 10_000;
/// Keys that are in use all the time.
const HOT: usize = 1_000;
/// When the events begin, in milliseconds since the Unix epoch.
const BEGIN: i64 = 1_778_760_000_000;
/// How long they last: some windows of the detector.
const LENGTH: usize = 3_600_000;

const DETECTORS: [(&str, &str); 2] = [
    (
        "a threshold",
        "stats count(*) as n by user.username | filter n > 10",
    ),
    (
        "two distinct counts",
        "stats count_distinct(requestURI) as paths, count_distinct(source.ip) as addresses by user.username \
         | filter paths > 20 or addresses > 5",
    ),
];

/// Measures what detectors remember.
#[derive(Parser)]
struct Args {
    /// Measures; otherwise there is nothing to do, so `cargo test --benches` stays quick.
    #[arg(long)]
    measure: bool,
    /// What `cargo bench` passes to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    if !Args::parse().measure {
        return say("nothing measured: ask for it with `-- --measure`");
    }
    for (name, query) in DETECTORS {
        let engine = engine(query)?;
        say(&format!("{name}: {query}"))?;
        measure(
            &engine,
            "in memory, hot keys",
            HOT,
            &mut MemoryStore::default(),
        )?;
        measure(
            &engine,
            "in memory, every key new",
            UPDATES,
            &mut MemoryStore::default(),
        )?;
        let folder = tempfile::tempdir()?;
        let open = |name: &str| SqliteStore::open(&folder.path().join(name), Bounds::default());
        measure(&engine, "in a file, hot keys", HOT, &mut open("hot.db")?)?;
        measure(
            &engine,
            "in a file, every key new",
            UPDATES,
            &mut open("new.db")?,
        )?;
    }
    Ok(())
}

/// Merges [`UPDATES`] events of so many keys, and says how fast that was and what it took.
fn measure(engine: &Engine, what: &str, keys: usize, store: &mut dyn Store) -> Result<()> {
    let before = memory()?;
    let mut time = Duration::ZERO;
    let mut crossed = 0_u64;
    for start in (0..UPDATES).step_by(BATCH) {
        let contributions = contributions(engine, start..start + BATCH, keys);
        anyhow::ensure!(contributions.len() == BATCH, "some events say nothing");
        let from = processor()?;
        store.transact(&mut |cells| merge(engine, &contributions, cells, &mut crossed))?;
        time += processor()?.saturating_sub(from);
    }
    #[allow(clippy::cast_precision_loss, reason = "shown without decimals")]
    let rate = UPDATES as f64 / time.as_secs_f64();
    let grown = memory()?.saturating_sub(before) / 1024;
    let evicted: u64 = store.evicted().iter().map(|(_, count)| count).sum();
    say(&format!(
        "  {what:<28}{rate:>12.0} updates/s  {grown:>4} MiB more, {crossed} crossings, {evicted} keys evicted"
    ))
}

fn merge(
    engine: &Engine,
    contributions: &[Contribution],
    cells: &mut dyn Cells,
    crossed: &mut u64,
) -> Result<(), StoreError> {
    for contribution in contributions {
        let lateness = Lateness::default();
        let mut on = |_| *crossed += 1;
        engine.merge(contribution, lateness, cells, &mut Seed::default, &mut on)?;
    }
    Ok(())
}

/// What events show, one each: callers in turn, a few addresses and paths for each.
fn contributions(engine: &Engine, events: Range<usize>, keys: usize) -> Vec<Contribution> {
    let origin = Origin::default();
    let cluster = Cluster::default();
    let mut scratch = Scratch::default();
    let mut found = Vec::with_capacity(events.len());
    for number in events {
        let event = LogEvent {
            timestamp: Some(time(number)),
            ..LogEvent::bare(text(number, keys), &origin)
        };
        let Decoded::Record(record) = line::decode(&event) else {
            continue;
        };
        let entry = Entry::new(&event, &cluster, record);
        engine.judge(&entry, &mut scratch, |finding| {
            if let Finding::Contribution(_, contribution) = finding {
                found.push(contribution);
            }
        });
    }
    found
}

fn time(number: usize) -> i64 {
    BEGIN + i64::try_from(number * LENGTH / UPDATES).unwrap_or_default()
}

fn text(number: usize, keys: usize) -> String {
    let (caller, path, address) = (number % keys, number % 997, number % 13);
    format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"5b0d5a8c-2f6c-4c1e-9d56-{number:012x}","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/n{path}","verb":"get","user":{{"username":"u{caller}"}},"sourceIPs":["10.0.0.{address}"],"responseStatus":{{"code":200}}}}"#
    )
}

fn engine(query: &str) -> Result<Engine> {
    let file = format!(
        "id = \"measured\"\ntitle = \"Measured\"\nseverity = \"low\"\nsummary = \"{{user.username}}\"\nwindow = \"5m\"\nquery = '''{query}'''\n"
    );
    let mut loaded = Loaded::default();
    loaded.add("measured.toml", &file, &Lists::new());
    if let Some(fault) = loaded.errors.first() {
        anyhow::bail!("{fault}");
    }
    let engine = loaded.engine(&Enable::default(), Vec::new(), "", "");
    engine
        .map(|(engine, _)| engine)
        .map_err(|faults| anyhow::anyhow!("{faults:?}"))
}

/// How long this thread has run on a processor.
fn processor() -> Result<Duration> {
    let text = read("/proc/thread-self/schedstat")?;
    let nanos = text.split(' ').next().unwrap_or_default();
    Ok(Duration::from_nanos(nanos.parse()?))
}

/// Resident memory in KiB.
fn memory() -> Result<u64> {
    let text = read("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    Ok(number.context("no VmRSS in /proc/self/status")?.parse()?)
}

fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(Path::new(path)).with_context(|| path.to_owned())
}

fn say(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").map_err(Into::into)
}
