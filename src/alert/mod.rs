//! The alert: its identity, its words, what is taken out of it, and the forms it is shown in.
//!
//! Pure: nothing here reads a clock, a file or the environment, and nothing decides whether there is
//! an alert. Strings are owned, since alerts are rare.

pub mod chat;
mod client_text;
pub mod console;
pub mod escape;
mod gather;
pub mod health;
mod identity;
mod join;
pub mod letter;
mod model;
pub mod pretty;
mod raise;
pub mod redact;
pub mod schema;
mod sentence;
pub mod shorten;
mod summary;
mod timestamp;
mod trial;

pub use crate::detect::Severity;
pub use gather::{close, complete};
pub use identity::{AlertId, InvalidAlertId};
pub use join::{ClusterKey, DEFAULT_GRANTS, Grants, TOKEN_LIFE};
pub use model::{
    Actor, Alert, Behind, Cluster, Console, DetectedBy, Detector, EventRef, Impersonated, Outcome,
    SchemaTag, Source, Target,
};
pub use raise::{Cause, RawEvent, fold_place, identify, raise, reference};
pub use summary::{MAX_ELEMENTS, MAX_VALUE_CHARS, expand, shown};
pub use timestamp::Timestamp;
pub use trial::trial;

#[cfg(test)]
pub(crate) mod sample;
