//! What trailhound takes on AWS at a size that nobody has at hand: shards, concurrency, table units, lag
//! and dollars, from measured costs of an event and a simulated day.
//!
//! ```text
//! cargo bench --bench scale                                    # the tables of docs/scale.md
//! cargo bench --bench scale -- --function-us 35 --ratio 9      # with other costs
//! ```
//!
//! The same options give the same tables. It calls nothing and uses nothing of trailhound.

mod report;

use std::io::{self, Write};

use clap::Parser;

/// Prints the tables of docs/scale.md.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    inputs: report::Inputs,
    /// What `cargo bench` passes to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    let mut out = io::stdout().lock();
    for (name, text) in report::tables(&args.inputs) {
        writeln!(out, "## {name}\n\n{text}")?;
    }
    Ok(())
}
