//! Digests of texts, in lower-case hexadecimal
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-hash-functions.html>).

use std::fmt::Write as _;

use md5::Md5;
use sha2::{Digest, Sha256};

use super::Definition;
use super::text::{cut, text};
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::new("md5", 1, 1, |args, _| digest::<Md5>(args)),
    Definition::new("sha256", 1, 1, |args, _| digest::<Sha256>(args)),
];

fn digest<'r, D: Digest>(args: &mut [Value<'r>]) -> Value<'r> {
    text(args, 0).map_or(Value::Missing, |text| {
        cut(D::digest(text.as_bytes())
            .iter()
            .fold(String::new(), |mut hex, byte| {
                // Writing to a String cannot fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            }))
    })
}
