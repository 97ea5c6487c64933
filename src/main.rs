//! The `trailhound` program.

fn main() {}
