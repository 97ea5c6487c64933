//! trailhound watches the audit trail of Amazon EKS clusters.

pub mod alert;
pub mod decode;
pub mod detect;
pub mod json;
pub mod query;
pub mod record;
pub mod source;
pub mod telemetry;
