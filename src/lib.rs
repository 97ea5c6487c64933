//! trailhound watches the audit trail of Amazon EKS clusters.

pub mod decode;
pub mod json;
pub mod query;
pub mod record;
pub mod source;
