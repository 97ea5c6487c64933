//! Writes made-up EKS audit lines to standard output, to measure with.
//!
//! The same seed gives the same bytes. The events are those of `events/`, with people, nodes, ids
//! and times of their own; how often each comes is said in `mix`. Uses nothing of trailhound, so
//! that a fault there can't hide in its own test data.
//!
//! ```text
//! cargo bench --bench generate -- --bytes 200000000 > /tmp/audit.jsonl
//! ```

mod cast;
mod clock;
mod draw;
mod mix;
mod random;
mod shape;
mod template;

use std::io::{self, ErrorKind, Write};

use anyhow::Context;
use clap::Parser;

/// Writes deterministic EKS audit events to standard output.
#[derive(Parser)]
struct Args {
    /// How much to write; ends with the event that reaches it.
    #[arg(long)]
    bytes: Option<u64>,
    /// Another seed gives other events.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The shape of the output.
    #[arg(long, value_enum, default_value_t = shape::Shape::Lines)]
    format: shape::Shape,
    /// What `cargo bench` passes to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    // Without a size there is nothing to do, so `cargo bench` and `cargo test --benches` stay quick.
    let Some(bytes) = args.bytes else {
        writeln!(
            io::stderr(),
            "nothing written: say how much with `-- --bytes N`"
        )?;
        return Ok(());
    };
    match write_events(&args, bytes) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.context("writing to standard output"),
    }
}

fn write_events(args: &Args, bytes: u64) -> io::Result<()> {
    let mix = mix::Mix::load().map_err(io::Error::other)?;
    let cast = cast::Cast::new(args.seed);
    let mut random = random::Random::new(args.seed);
    let mut clock = clock::Clock::new();
    let mut out = shape::Writer::new(args.format, io::stdout().lock());
    let mut line = Vec::with_capacity(64 * 1024);
    while out.written() < bytes {
        clock.advance(&mut random);
        line.clear();
        let template = mix.choose(&mut random);
        let draw = draw::Draw::new(&cast, &clock, &mut random);
        template.fill(&draw, &mut random, &mut line);
        out.event(&line, &clock)?;
    }
    out.finish()
}
