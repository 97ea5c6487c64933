//! trailhound watches the audit trail of Amazon EKS clusters.

pub mod json;
pub mod query;
pub mod record;
pub mod decode;
pub mod source;
