//! Which log groups there are: names, accounts and classes, by DescribeLogGroups.

use aws_sdk_cloudwatchlogs::types::{LogGroup, LogGroupClass};

use super::access::Client;
use super::failure::Failure;
use super::group::Arn;

/// Pages that are followed at most; a page has 50 groups.
const PAGES: usize = 1_000;

/// A log group as it is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) name: String,
    /// Without a star; `None` where an emulator gives none that can be read.
    pub(super) arn: Option<Arn>,
    /// When it was made, in milliseconds since the Unix epoch.
    pub(super) created: Option<i64>,
    /// Why it can't be read, if so.
    pub(super) refused: Option<String>,
}

/// All groups whose names begin with `prefix`, those of linked accounts too if `linked`.
pub(super) async fn groups(
    client: &Client,
    prefix: &str,
    linked: bool,
) -> Result<Vec<Described>, Failure> {
    let mut groups = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let call = client
            .logs
            .describe_log_groups()
            .log_group_name_prefix(prefix)
            .set_include_linked_accounts(linked.then_some(true))
            .set_next_token(token.take());
        let answer = call.send().await.map_err(|error| Failure::of(&error))?;
        groups.extend(
            answer
                .log_groups
                .unwrap_or_default()
                .into_iter()
                .filter_map(described),
        );
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    Ok(groups)
}

fn described(group: LogGroup) -> Option<Described> {
    let arn = group.log_group_arn.or(group.arn);
    Some(Described {
        name: group.log_group_name?,
        arn: arn.as_deref().and_then(Arn::parse),
        created: group.creation_time,
        refused: group.log_group_class.as_ref().and_then(refusal),
    })
}

/// Why groups of a class can't be read.
fn refusal(class: &LogGroupClass) -> Option<String> {
    match class {
        LogGroupClass::InfrequentAccess => Some(
            "its log class is Infrequent Access, which answers neither FilterLogEvents nor \
             subscriptions, and a class can't be changed: delete the group and let EKS make it anew \
             in the Standard class, or export it to S3 and use `trailhound replay`"
                .to_owned(),
        ),
        LogGroupClass::Delivery => Some(
            "its log class is Delivery, which can't be read: the control-plane logs of EKS belong \
             in a group of the Standard class"
                .to_owned(),
        ),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn infrequent_access_is_refused_with_what_to_do() {
        let reason = refusal(&LogGroupClass::InfrequentAccess).unwrap();
        assert!(
            reason.contains("export") && reason.contains("Standard"),
            "{reason}"
        );
        assert_eq!(refusal(&LogGroupClass::Standard), None);
        assert_eq!(refusal(&LogGroupClass::from("SOMETHING_NEW")), None);
    }

    #[test]
    fn the_arn_is_taken_from_either_of_its_forms() {
        let star = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/eks/a/cluster:*";
        let group = LogGroup::builder()
            .log_group_name("/aws/eks/a/cluster")
            .arn(star)
            .build();
        let arn = described(group).unwrap().arn.unwrap();
        assert_eq!(arn.account, "111122223333");
        assert_eq!(described(LogGroup::builder().build()), None);
    }
}
