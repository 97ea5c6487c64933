//! `trailhound completions SHELL`.

use std::io::Write as _;

use anyhow::Result;
use clap::CommandFactory as _;

use super::args::CompletionsArgs;
use super::{Args, Exit};

pub(super) fn run(args: &CompletionsArgs) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "trailhound", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Done)
}
