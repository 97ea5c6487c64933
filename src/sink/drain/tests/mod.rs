//! A drain against a sink that does what a script says, in time that is only counted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod keep;
mod order;
mod outage;
mod stage;
