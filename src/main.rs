//! The `trailhound` program: the library does it all.

use std::process::ExitCode;

/// Every event takes and gives back some dozen small pieces of memory, on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    trailhound::cli::run()
}
