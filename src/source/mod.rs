//! Where bytes come from.
//!
//! [`find`] turns the paths a user names into [`Input`]s; [`Input::open`] gives their bytes. What
//! the bytes mean is none of this room's business.

pub mod cloudwatch;
mod file;
mod find;
pub mod kinesis;
pub mod lambda;
mod origin;
mod progress;
pub mod s3;
mod tasks;

pub use file::{Failure, Input};
pub use find::{Listing, Skipped, find};
pub use origin::origin_of;
pub use progress::{Counted, Progress};
