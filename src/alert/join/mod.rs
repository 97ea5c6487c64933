//! Who stands behind a name: what the authenticator's lines add to an alert of an audit event.
//!
//! It fills an alert in and lists who may have acted; it never decides whether there is an alert, nor
//! its id. What it says depends on the lines that were read, not on the order they were read in.

mod arn;
mod candidate;
mod enrich;
mod grants;

pub use grants::{ClusterKey, DEFAULT_GRANTS, Grants, TOKEN_LIFE};

#[cfg(test)]
mod tests;
