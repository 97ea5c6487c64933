//! The ARN of a topic, which tells its region and whether it keeps an order.

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The whole ARN.
    pub arn: String,
    /// Its region: the only one it can be reached in.
    pub region: String,
    /// Its account.
    pub account: String,
    /// Its name.
    pub name: String,
}

/// A text that is no topic's ARN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no ARN of an SNS topic: write it as arn:aws:sns:us-east-1:111122223333:eks-alerts"
)]
pub struct BadTopic(pub String);

impl Topic {
    /// Reads an ARN: `arn:PARTITION:sns:REGION:ACCOUNT:NAME`.
    ///
    /// # Errors
    /// When it has another form.
    pub fn parse(arn: &str) -> Result<Self, BadTopic> {
        let bad = || BadTopic(arn.to_owned());
        let parts: Vec<_> = arn.split(':').collect();
        let &["arn", partition, "sns", region, account, name] = parts.as_slice() else {
            return Err(bad());
        };
        let word = |text: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            !text.is_empty() && text.bytes().all(allowed)
        };
        let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let plain = name.strip_suffix(".fifo").unwrap_or(name);
        if !(word(partition) && word(region) && digits && word(plain)) {
            return Err(bad());
        }
        Ok(Self {
            arn: arn.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            name: name.to_owned(),
        })
    }

    /// Whether it delivers in order, within a group, and drops repeats.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.arn.ends_with(".fifo")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;

    #[test]
    fn an_arn_tells_region_account_and_order() {
        let topic = Topic::parse("arn:aws:sns:eu-west-1:111122223333:eks-alerts").unwrap();
        assert_eq!(
            (topic.region.as_str(), topic.account.as_str()),
            ("eu-west-1", "111122223333")
        );
        assert!(!topic.is_fifo());
        assert!(
            Topic::parse("arn:aws-cn:sns:cn-north-1:111122223333:a.fifo")
                .unwrap()
                .is_fifo()
        );
    }

    #[test]
    fn what_is_no_topic_is_refused() {
        for arn in [
            "",
            "eks-alerts",
            "arn:aws:sqs:us-east-1:111122223333:queue",
            "arn:aws:sns:us-east-1:111122223333:",
            "arn:aws:sns:us-east-1:1111:a",
            "arn:aws:sns::111122223333:a",
            "arn:aws:sns:us-east-1:111122223333:a:subscription-id",
            "arn:aws:sns:us-east-1:111122223333:a b",
        ] {
            assert!(Topic::parse(arn).is_err(), "{arn}");
        }
    }
}
