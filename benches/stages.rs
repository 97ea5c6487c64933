//! How fast each stage of a replay is, on one thread, each stage including those before it.
//!
//! ```text
//! cargo bench --bench generate -- --bytes 200000000 > /tmp/audit.jsonl
//! cargo bench --bench stages -- /tmp/audit.jsonl
//! ```
//!
//! The file is read into memory first, so the disk does not count. Each figure is the best of five
//! passes; megabytes are those of the log lines.

use std::hint::black_box;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use flate2::Compression;
use flate2::read::{GzEncoder, MultiGzDecoder};
use trailhound::alert::Alert;
use trailhound::config::Config;
use trailhound::decode::{Item, Limits, Reader, line};
use trailhound::detect::{Enable, Engine, Lists, Loaded};
use trailhound::pipeline::Judge;
use trailhound::record::Origin;

/// Passes over each stage.
const PASSES: usize = 5;

/// Measures the stages of a replay.
#[derive(Parser)]
struct Args {
    /// A file of audit events, one a line.
    file: Option<std::path::PathBuf>,
    /// What `cargo bench` passes to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    // Without a file there is nothing to do, so `cargo bench` and `cargo test --benches` stay quick.
    let Some(file) = args.file else {
        return say("nothing measured: name a file with `-- FILE`");
    };
    let lines = std::fs::read(&file).with_context(|| file.display().to_string())?;
    let mut packed = Vec::new();
    GzEncoder::new(lines.as_slice(), Compression::new(6)).read_to_end(&mut packed)?;
    let engine = engine()?;
    let size = lines.len();
    report("lines", size, best(|| read(&lines, |_| ())))?;
    report("records", size, best(|| read(&lines, decode)))?;
    report(
        "alerts, all detectors",
        size,
        best(|| judge(&lines, &engine)),
    )?;
    report("gunzip alone", size, best(|| gunzip(&packed)))?;
    report(
        "gunzip and alerts, one thread",
        size,
        best(|| judge(&packed, &engine)),
    )
}

fn engine() -> Result<Engine> {
    let enable = Enable {
        all: true,
        ids: Vec::new(),
    };
    let loaded = Loaded::built_in(&Lists::new());
    let engine = loaded.engine(&enable, Vec::new(), "", "");
    engine
        .map(|(engine, _)| engine)
        .map_err(|faults| anyhow::anyhow!("{faults:?}"))
}

fn best(mut pass: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        pass();
        start.elapsed()
    };
    (0..PASSES).map(once).min().unwrap_or_default()
}

fn read(input: &[u8], mut on: impl FnMut(Item<'_>)) {
    let mut reader = Reader::new(Limits::default());
    let _ = reader.read("bench", input, &Origin::default(), &mut |item| {
        on(item);
        ControlFlow::Continue(())
    });
}

fn decode(item: Item<'_>) {
    if let Item::Event(event) = item {
        black_box(line::decode(&event));
    }
}

fn judge(input: &[u8], engine: &Engine) {
    let config = Config::default();
    let mut judge = Judge::new(engine, &config);
    let mut on = |alert: Alert| {
        black_box(alert.to_json().map_or(0, |text| text.len()));
        ControlFlow::Continue(())
    };
    read(input, |item| {
        let _ = judge.take(item, &mut on);
    });
    let _ = judge.settle(i64::MAX, &mut on);
}

fn gunzip(packed: &[u8]) {
    let copied = io::copy(&mut MultiGzDecoder::new(packed), &mut io::sink());
    black_box(copied.unwrap_or_default());
}

#[allow(clippy::cast_precision_loss, reason = "shown without decimals")]
fn report(stage: &str, bytes: usize, time: Duration) -> Result<()> {
    let rate = bytes as f64 / 1e6 / time.as_secs_f64();
    say(&format!(
        "{stage:<32}{rate:>8.0} MB/s  {:>7.3} s",
        time.as_secs_f64()
    ))
}

fn say(text: &str) -> Result<()> {
    use std::io::Write as _;
    Ok(writeln!(io::stdout(), "{text}")?)
}
