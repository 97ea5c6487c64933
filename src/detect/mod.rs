//! Detectors: TOML files whose heart is a query, compiled and asked about every entry.
//!
//! Sync and pure. A detector knows nothing of where events come from or where alerts go.

mod allow;
mod bits;
mod callers;
pub mod console;
mod contribution;
mod decide;
mod detector;
pub mod duration;
mod engine;
mod escalate;
mod fault;
mod file;
mod folding;
mod key;
mod kind;
mod library;
mod load;
mod merge;
mod numbers;
mod probe;
mod questions;
mod repeated;
pub mod self_test;
mod severity;
mod situation;
mod standing;
mod summary;
mod technique;
mod tests_at;
mod told;

pub use crate::query::Lists;
pub use allow::{Allow, AllowFile};
pub use contribution::{Contribution, Group, cluster_digest, event_digest};
pub use decide::{Decided, Found};
pub use detector::{Detector, SummaryValue};
pub use engine::{Engine, Finding, Hit, Scratch};
pub use escalate::Escalate;
pub use fault::{Fault, content_start};
pub use file::{Log, TestFile};
pub use folding::{Folded, Folding};
pub use kind::{FirstSeen, Kind, Sequence, Threshold};
pub use load::{Enable, Loaded, ReadError};
pub use merge::{Lateness, Raised};
pub use probe::{Names, Probe};
pub use severity::{Severity, UnknownSeverity};
pub use standing::Standing;
pub use summary::{Part, Template, TemplateError, TemplateProblem};
pub use technique::tactics;
