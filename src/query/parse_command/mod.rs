//! The ways `parse` takes a text apart: glob, regular expression, `key=value` pairs, CSV.
//!
//! A row that does not match stays, without the new fields.

pub(super) mod csv;
pub(super) mod glob;
pub(super) mod logfmt;
