//! Wires source, decode, detect, alert and sink.
//!
//! An evaluator looks at each record alone and a merger at what the evaluators found, in the order of
//! the input. [`Judge`] runs both, on one thread or with evaluators on several.

mod batch;
mod behind;
mod clusters;
mod crew;
mod evaluate;
mod evictions;
pub mod health;
mod judge;
pub mod lambda;
mod lives;
mod merge;
mod once;
pub mod reload;
mod remember;
mod seed;
mod settle;
mod tally;
pub mod watch;
mod window;

pub use clusters::Clusters;
pub use evaluate::{Evaluator, Finding};
pub(crate) use evictions::Evictions;
pub use judge::{Feed, Judge};
pub use lives::lives;
pub use once::Once;
pub use seed::seed_of;
pub use settle::{fold, settle};
pub use tally::{ByDetector, Severities, Tally};
pub use window::Window;
