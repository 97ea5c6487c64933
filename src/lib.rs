//! trailhound watches the audit trail of Amazon EKS clusters and raises an alert when somebody does
//! what should not happen. Its heart: the Logs Insights query you would paste into the console is the
//! detector.
//!
//! The way of an event, left to right; a module uses only what stands to its left:
//!
//! | room | what it owns |
//! |---|---|
//! | [`json`], [`query`], [`record`], [`telemetry`] | the ground: a forgiving JSON reader, the query language, the nouns and facts, logging |
//! | [`source`] | where bytes come from |
//! | [`decode`] | bytes to log events, a log line to a record |
//! | [`detect`] | detectors, the index that picks those worth asking, the user's exceptions |
//! | [`pattern`] | the CloudWatch filter pattern that lets through what detectors need |
//! | [`alert`] | identity, words, redaction, rendering |
//! | [`sink`] | where alerts go |
//! | [`serve`] | what is asked over HTTP: is it alive, does it see, numbers, a status page |
//! | [`pipeline`] | wires them |
//! | [`config`], [`cli`] | settings, and one file for each command |

pub mod alert;
pub mod cli;
pub mod config;
pub mod decode;
pub mod detect;
pub mod json;
pub mod pattern;
pub mod pipeline;
pub mod query;
pub mod record;
pub mod serve;
pub mod sink;
pub mod source;
pub mod state;
pub mod telemetry;
