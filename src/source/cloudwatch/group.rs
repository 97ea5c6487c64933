//! What a log group is called: by name, by ARN, and in our own notes.

/// The parts of a log group's ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arn {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub(super) partition: String,
    /// For example `us-east-1`.
    pub(super) region: String,
    /// Twelve digits.
    pub(super) account: String,
    /// The log group's name.
    pub(super) name: String,
}

impl Arn {
    /// Reads `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, with or without `:*` at the end.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(7, ':');
        let mut next = || parts.next();
        let (Some("arn"), Some(partition), Some("logs"), Some(region), Some(account)) =
            (next(), next(), next(), next(), next())
        else {
            return None;
        };
        let (Some("log-group"), Some(name)) = (next(), next()) else {
            return None;
        };
        let name = name.strip_suffix(":*").unwrap_or(name);
        let whole = ![partition, region, account, name].contains(&"");
        whole.then(|| Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The ARN of a group of which the parts are known; an unknown account is a star.
    pub(super) fn of(region: &str, account: Option<&str>, name: &str) -> Self {
        let partition = partition(region);
        Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.unwrap_or("*").to_owned(),
            name: name.to_owned(),
        }
    }
}

impl std::fmt::Display for Arn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            partition,
            region,
            account,
            name,
        } = self;
        write!(
            f,
            "arn:{partition}:logs:{region}:{account}:log-group:{name}"
        )
    }
}

/// The partition that a region belongs to.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The account in the ARN of a role.
pub(super) fn account_of_role(role: &str) -> Option<&str> {
    let account = role.split(':').nth(4)?;
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}

/// What a log group is called in positions and notices: account, region and name with a colon between,
/// which stands in no name.
pub(super) fn label(account: Option<&str>, region: &str, name: &str) -> String {
    format!("{}:{region}:{name}", account.unwrap_or("-"))
}

/// Whether discovery by this prefix reads a log group of this name: below EKS's own prefix only the groups
/// of clusters, `/aws/eks/CLUSTER/cluster`.
#[must_use]
pub fn is_wanted(prefix: &str, name: &str) -> bool {
    if prefix != super::settings::EKS {
        return name.starts_with(prefix);
    }
    name.strip_prefix(prefix)
        .and_then(|rest| rest.strip_suffix("/cluster"))
        .is_some_and(|cluster| !cluster.is_empty() && !cluster.contains('/'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster";

    #[test]
    fn an_arn_is_read_with_and_without_its_star() {
        let arn = Arn::parse(ARN).unwrap();
        assert_eq!(Arn::parse(&format!("{ARN}:*")).unwrap(), arn);
        assert_eq!(arn.to_string(), ARN);
        assert_eq!(
            (arn.account.as_str(), arn.name.as_str()),
            ("111122223333", "/aws/eks/prod/cluster")
        );
        for wrong in [
            "/aws/eks/prod/cluster",
            "arn:aws:logs:eu-west-1::log-group:x",
            "arn:aws:s3:eu-west-1:1:log-group:x",
            "arn:aws:logs:eu-west-1:111122223333:log-group:",
            "arn:aws:logs:eu-west-1:111122223333",
            "",
        ] {
            assert_eq!(Arn::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_group_has_one_label_and_a_role_an_account() {
        let name = "/aws/eks/prod/cluster";
        assert_eq!(
            label(Some("111122223333"), "eu-west-1", name),
            "111122223333:eu-west-1:/aws/eks/prod/cluster"
        );
        assert_eq!(label(None, "eu-west-1", "x"), "-:eu-west-1:x");
        let role = "arn:aws:iam::444455556666:role/reader";
        assert_eq!(account_of_role(role), Some("444455556666"));
        assert_eq!(account_of_role("reader"), None);
    }

    #[test]
    fn below_the_prefix_of_eks_only_clusters_are_wanted() {
        assert!(is_wanted("/aws/eks/", "/aws/eks/prod/cluster"));
        for other in [
            "/aws/eks/prod/other",
            "/aws/eks//cluster",
            "/aws/eks/a/b/cluster",
        ] {
            assert!(!is_wanted("/aws/eks/", other), "{other}");
        }
        assert!(is_wanted("/central/", "/central/prod"));
        assert!(!is_wanted("/central/", "/other"));
    }
}
