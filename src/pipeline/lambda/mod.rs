//! Invocations of a Lambda function: an event to alerts, and to the answer that its sender understands.
//!
//! What one invocation takes of memory does not depend on what its event expands to: records are
//! decompressed as they are read, and judged in batches. Each batch is one commit to the ledger, and may
//! come again: merging is idempotent, and the ledger knows which alerts were posted.

mod answer;
mod aside;
mod courier;
mod handler;
mod intake;
mod intercept;
mod outcome;
mod records;

pub use answer::Failure;
pub use courier::Courier;
pub use handler::{Deadline, Handled, Handler, Times};
pub use intake::{Intake, State};
pub use outcome::Outcome;
pub use records::Sources;
