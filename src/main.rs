//! The `trailhound` program: the library does it all.

use std::process::ExitCode;

fn main() -> ExitCode {
    trailhound::cli::run()
}
