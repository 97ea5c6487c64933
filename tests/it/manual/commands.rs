//! `commands.md`: the help of every command, and the exit codes.

use std::fmt::Write as _;

use clap::{Command, CommandFactory as _};
use trailhound::cli::{Args, Exit};

use super::markdown::{block, table};

/// As wide as a page.
const WIDTH: usize = 96;

pub(super) fn page() -> String {
    let mut program = Args::command().term_width(WIDTH);
    program.build();
    let mut out = String::from("# Commands\n");
    command(&mut program, "trailhound", &mut out);
    let rows = Exit::ALL.map(|exit| [exit.code().to_string(), exit.meaning().to_owned()]);
    let _ = write!(out, "\n## Exit codes\n\n{}", table(["code", "means"], rows));
    out.push_str(
        "\nAlerts and results go to standard output, everything else to standard error.\n",
    );
    out
}

fn command(command_of: &mut Command, path: &str, out: &mut String) {
    let help = command_of
        .clone()
        .term_width(WIDTH)
        .render_long_help()
        .to_string();
    for exit in Exit::ALL.iter().filter(|_| path == "trailhound") {
        let told = format!("{} {}", exit.code(), exit.meaning());
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&told), "the help does not tell: {told}");
    }
    let _ = write!(out, "\n## {path}\n\n{}", block(&help));
    for inner in command_of
        .get_subcommands_mut()
        .filter(|inner| inner.get_name() != "help")
    {
        command(
            inner,
            &format!("{path} {}", inner.get_name().to_owned()),
            out,
        );
    }
}
