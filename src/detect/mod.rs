//! Detectors: TOML files whose heart is a query, compiled and asked about every entry.
//!
//! Sync and pure. A detector knows nothing of where events come from or where alerts go.

mod allow;
pub mod console;
mod detector;
mod engine;
mod fault;
mod file;
mod index;
mod library;
mod lists;
mod load;
pub mod self_test;
mod severity;
mod summary;
mod technique;

pub use allow::{Allow, AllowFile};
pub use detector::Detector;
pub use engine::{Engine, Hit, Scratch};
pub use fault::Fault;
pub use file::{Log, TestFile};
pub use lists::{Filled, Lists, fill};
pub use load::{Enable, Loaded, ReadError};
pub use severity::{Severity, UnknownSeverity};
pub use summary::{Part, Template, TemplateError, TemplateProblem};
