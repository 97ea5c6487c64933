//! `s3://bucket/prefix`, as a user writes it.

/// A bucket, and what the keys in it begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The bucket's name.
    pub bucket: String,
    /// What keys begin with; empty for all of them.
    pub prefix: String,
}

/// A text that begins as an address and is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}: not an address in S3: write s3://BUCKET/PREFIX")]
pub struct BadAddress(String);

impl Address {
    /// Reads an address; `None` of a text that doesn't begin with `s3://`.
    ///
    /// # Errors
    /// When the bucket can't be one.
    pub fn parse(text: &str) -> Option<Result<Self, BadAddress>> {
        let rest = text.strip_prefix("s3://")?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        Some(if is_bucket(bucket) {
            Ok(Self {
                bucket: bucket.to_owned(),
                prefix: prefix.to_owned(),
            })
        } else {
            Err(BadAddress(text.to_owned()))
        })
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

/// Whether it can be the name of a bucket: nothing that would lead a request elsewhere.
pub(super) fn is_bucket(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    (3..=255).contains(&name.len()) && name.bytes().all(fits)
}

/// Whether it can be the name of a region.
pub(super) fn is_region(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (4..=40).contains(&name.len()) && name.bytes().all(fits)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_bucket_and_a_prefix() {
        let read = |text| Address::parse(text).unwrap().unwrap().to_string();
        assert_eq!(read("s3://logs/a/b c"), "s3://logs/a/b c");
        assert_eq!(read("s3://logs"), "s3://logs/");
        assert_eq!(Address::parse("logs/a"), None);
        for wrong in ["s3://", "s3:///a", "s3://a:b/c", "s3://ü/c"] {
            let error = Address::parse(wrong).unwrap().unwrap_err().to_string();
            assert!(error.starts_with(wrong), "{error}");
        }
    }
}
