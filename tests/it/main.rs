//! trailhound as its users run it: one binary of tests, a module for each behaviour.
//!
//! No network but this machine's own, no sleep, no clock: a test waits only for what the program or a
//! server of its own says. The tests in `moto` and `kinesis_local` install these emulators once,
//! into `target`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may fail loudly"
)]

mod between;
mod canary;
mod cli;
mod console;
mod corpus;
mod court;
mod deploy;
mod doctor;
mod dynamo;
mod evasions;
mod explain;
mod filter_pattern;
mod hostile;
mod invariance;
mod kinesis;
mod kinesis_fake;
mod kinesis_fan_out;
mod kinesis_local;
mod lambda;
mod layers;
mod live;
mod manual;
mod memory;
mod moto;
mod poller;
mod prefixes;
mod program;
mod python;
mod quiet;
mod restart;
mod s3;
mod s3_cut;
mod scale;
mod sns;
mod stats;
mod story;
mod threads;
mod watch;
mod watch_discovery;
mod watch_end;
mod watch_health;
mod watch_moto;
mod watch_reload;
mod watch_sns;
mod watch_wrong;
mod watching;
mod wrap;
