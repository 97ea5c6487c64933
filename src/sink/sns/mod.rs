//! Amazon SNS: what is published, how it is packed, and what its refusals mean.

mod call;
mod connect;
mod fault;
mod message;
mod pack;
mod publish;
mod topic;

pub use connect::SnsSettings;
pub use message::Body;
pub use publish::SnsSink;
pub use topic::{BadTopic, Topic};
