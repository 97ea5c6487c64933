//! A log group: whether it is there, of a class that can be read, and what streams it has.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::LogGroupClass;

use super::finding::Finding;
use super::refusal::{Call, Refusal};
use super::role::Caller;
use crate::source::cloudwatch::{LogKind, partition};

/// A log group that is to be read.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Its name.
    pub(crate) name: String,
    /// Its account, where that is another than the caller's: a linked one.
    pub(crate) linked: Option<String>,
    /// Its region.
    pub(crate) region: String,
    /// Its ARN.
    pub(crate) arn: String,
}

impl Group {
    /// From a name or an ARN, as `caller` sees it.
    pub(crate) fn new(text: &str, region: &str, caller: &Caller) -> Self {
        let parts: Vec<&str> = text.splitn(7, ':').collect();
        let (account, name) = match parts.as_slice() {
            ["arn", _, "logs", _, account, "log-group", name] => (*account, *name),
            _ => (caller.account.as_str(), text),
        };
        let name = name.strip_suffix(":*").unwrap_or(name);
        Self {
            name: name.to_owned(),
            linked: (account != caller.account).then(|| account.to_owned()),
            region: region.to_owned(),
            arn: format!(
                "arn:{}:logs:{region}:{account}:log-group:{name}",
                partition(region)
            ),
        }
    }

    /// What requests call it: linked groups go by their ARN.
    pub(crate) fn identifier(&self) -> &str {
        if self.linked.is_some() {
            &self.arn
        } else {
            &self.name
        }
    }
}

/// Whether it is there, and of a class that can be read. `Err` when reading on makes no sense.
pub(crate) async fn class(group: &Group, caller: &Caller) -> Result<Vec<Finding>, Vec<Finding>> {
    let asked = Client::new(&caller.sdk)
        .describe_log_groups()
        .log_group_name_prefix(&group.name)
        .set_include_linked_accounts(group.linked.is_some().then_some(true))
        .set_account_identifiers(group.linked.clone().map(|account| vec![account]))
        .send()
        .await;
    let call = Call {
        principal: &caller.arn,
        action: "logs:DescribeLogGroups",
        resource: &group.arn,
    };
    let answer = match asked {
        Ok(answer) => answer,
        Err(error) => {
            return Ok(vec![Refusal::of(&error).finding(
                "group",
                &group.name,
                call,
            )]);
        }
    };
    let mut found = answer.log_groups.unwrap_or_default().into_iter();
    let found = found.find(|known| known.log_group_name.as_deref() == Some(&group.name));
    let Some(found) = found else {
        let words = format!(
            "there is no such log group in {} of account {}",
            group.region, caller.account
        );
        let fix = "EKS makes it when the first log type is switched on: aws eks update-cluster-config --name CLUSTER --logging '{\"clusterLogging\":[{\"types\":[\"audit\",\"authenticator\"],\"enabled\":true}]}'; or mend log_group, region or role_arn";
        return Err(vec![Finding::ok("group", &group.name, words).fail(fix)]);
    };
    let is = Finding::ok("group", &group.name, "is there");
    let class = found.log_group_class.unwrap_or(LogGroupClass::Standard);
    let seen = Finding::ok("class", &group.name, format!("is {}", class.as_str()));
    if class == LogGroupClass::Standard {
        return Ok(vec![is, seen]);
    }
    let fix = "only the STANDARD class answers FilterLogEvents and subscriptions, and a class is fixed when a group is made: delete the group after saving what is needed, and make it anew as STANDARD";
    Err(vec![is, seen.fail(fix)])
}

/// Whether it has streams of a log.
pub(crate) async fn streams(group: &Group, kind: LogKind, caller: &Caller) -> Finding {
    let asked = Client::new(&caller.sdk)
        .describe_log_streams()
        .log_group_identifier(group.identifier())
        .log_stream_name_prefix(kind.prefix())
        .send()
        .await;
    let call = Call {
        principal: &caller.arn,
        action: "logs:DescribeLogStreams",
        resource: &group.arn,
    };
    let count = match asked {
        Ok(answer) => answer.log_streams.unwrap_or_default().len(),
        Err(error) => return Refusal::of(&error).finding("streams", &group.name, call),
    };
    let log = kind.as_str();
    if count > 0 {
        return Finding::ok("streams", &group.name, format!("has {count} {log} streams"));
    }
    let none = Finding::ok("streams", &group.name, format!("has no {log} stream"));
    let switch = format!(
        "switch the log type on: aws eks update-cluster-config --name CLUSTER --logging '{{\"clusterLogging\":[{{\"types\":[\"{log}\"],\"enabled\":true}}]}}'"
    );
    match kind {
        LogKind::Audit => none.fail(switch),
        _ => none.warn(format!(
            "{switch}; without it a shared user name hides the person behind it"
        )),
    }
}
