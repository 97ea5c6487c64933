//! What a stream is called: by name or ARN, and in our own notes.

use crate::source::cloudwatch::{LogKind, Stream};

/// A stream as settings name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamName {
    /// The ARN, if that was given.
    pub arn: Option<String>,
    /// The stream's name.
    pub name: String,
    /// The region of the ARN.
    pub region: Option<String>,
    /// The account of the ARN.
    pub account: Option<String>,
}

impl StreamName {
    /// Reads `arn:aws:kinesis:REGION:ACCOUNT:stream/NAME`, or a name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        if let ["arn", _, "kinesis", region, account, stream] = parts.as_slice()
            && let Some(name) = stream.strip_prefix("stream/")
        {
            return Self {
                arn: Some(text.to_owned()),
                name: name.to_owned(),
                region: Some((*region).to_owned()),
                account: Some((*account).to_owned()),
            };
        }
        Self {
            arn: None,
            name: text.to_owned(),
            region: None,
            account: None,
        }
    }

    /// What the stream is called in notices: stable, whatever is found out about it. `role` is who reads it.
    pub(super) fn label(&self, region: &str, role: Option<&str>) -> Stream {
        let of_role = || role.and_then(|role| role.split(':').nth(4));
        let account = self.account.as_deref().or_else(of_role).unwrap_or("-");
        Stream {
            group: format!("{account}:{region}:{}", self.name).into(),
            kind: LogKind::Records,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_called_the_same_by_name_and_by_arn() {
        let arn = StreamName::parse("arn:aws:kinesis:us-east-1:111122223333:stream/eks");
        let role = Some("arn:aws:iam::111122223333:role/reader");
        let name = StreamName::parse("eks");
        assert_eq!(arn.name, name.name);
        assert_eq!(arn.label("us-east-1", None), name.label("us-east-1", role));
        assert_eq!(&*name.label("us-east-1", None).group, "-:us-east-1:eks");
    }
}
