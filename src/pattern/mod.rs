//! CloudWatch filter patterns: what a subscription has to let through so that no detector misses an
//! event it would find something in.
//!
//! A pattern is weaker than the queries it is made of, never stronger. It is only text here: nothing is
//! sent anywhere. Syntax after "Filter pattern syntax" of the CloudWatch Logs user guide.

mod alternative;
mod caller;
mod filter;
mod glob;
mod matching;
mod read;
mod say;
mod shorten;
mod terms;

pub use alternative::{Alternative, Needs};
pub use filter::{Filter, Op, Test};
pub use read::{Pattern, ReadError};
pub use shorten::{Shortened, shorten};
pub use terms::{Terms, terms};

/// The most characters of a filter pattern (API reference of `FilterLogEvents` and `PutSubscriptionFilter`).
pub const MOST_CHARS: usize = 1024;

/// What CloudWatch Logs writes where it cuts a line off; such a line is no JSON.
pub const CUT: &str = "[Truncated...]";

#[cfg(test)]
mod tests;
