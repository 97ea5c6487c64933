//! The DynamoDB table of the state: whether it is there, has the keys that are used, and deletes what expires.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{KeyType, TableDescription, TimeToLiveStatus};

use super::finding::Finding;
use super::refusal::{Call, Refusal};
use super::role::{Caller, in_region};

/// What a table's keys are called.
const KEYS: [(&str, KeyType); 2] = [("pk", KeyType::Hash), ("sk", KeyType::Range)];
/// The attribute that tells when an item may go.
const EXPIRES: &str = "expires";

/// Looks at a table, in a region or in that of the environment.
pub(crate) async fn table(caller: &Caller, name: &str, region: Option<&str>) -> Vec<Finding> {
    let client = match region {
        Some(region) => Client::new(&in_region(&caller.sdk, region)),
        None => Client::new(&caller.sdk),
    };
    let asked = client.describe_table().table_name(name).send().await;
    let table = match asked {
        Ok(answer) => answer.table,
        Err(error) => {
            let asked = call(caller, name, "dynamodb:DescribeTable");
            return vec![refused("table", name, &Refusal::of(&error), asked)];
        }
    };
    vec![
        keys(name, table.as_ref()),
        expiry(&client, caller, name).await,
    ]
}

fn call<'c>(caller: &'c Caller, name: &'c str, action: &'c str) -> Call<'c> {
    Call {
        principal: &caller.arn,
        action,
        resource: name,
    }
}

/// A look that was refused. Workers need none: that they may not look is no fault.
fn refused(check: &'static str, name: &str, refusal: &Refusal, call: Call<'_>) -> Finding {
    let finding = refusal.finding(check, name, call);
    match (refusal.is_denied(), finding.fix.clone()) {
        (true, Some(fix)) => finding.warn(format!("{fix}; workers do without it")),
        _ => finding,
    }
}

fn keys(name: &str, table: Option<&TableDescription>) -> Finding {
    let schema = table.map(TableDescription::key_schema).unwrap_or_default();
    let found: Vec<_> = schema
        .iter()
        .map(|key| (key.attribute_name(), key.key_type().clone()))
        .collect();
    let attributes = table.map(TableDescription::attribute_definitions);
    let is_text = |name: &str| {
        let mut all = attributes.unwrap_or_default().iter();
        all.any(|one| one.attribute_name() == name && one.attribute_type().as_str() == "S")
    };
    if found == KEYS && KEYS.iter().all(|(name, _)| is_text(name)) {
        return Finding::ok("table", name, "is there, with the keys pk and sk");
    }
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    let words = format!("is there, with the keys {}", names.join(", "));
    Finding::ok("table", name, words)
        .fail("make it anew: partition key pk and sort key sk, both of type String")
}

async fn expiry(client: &Client, caller: &Caller, name: &str) -> Finding {
    let asked = client.describe_time_to_live().table_name(name).send().await;
    let described = match asked {
        Ok(answer) => answer.time_to_live_description,
        Err(error) => {
            let asked = call(caller, name, "dynamodb:DescribeTimeToLive");
            return refused("expiry", name, &Refusal::of(&error), asked);
        }
    };
    let is_on = described.is_some_and(|one| {
        let status = one.time_to_live_status();
        let on = [TimeToLiveStatus::Enabled, TimeToLiveStatus::Enabling];
        one.attribute_name() == Some(EXPIRES) && status.is_some_and(|status| on.contains(status))
    });
    let words = |is: &str| Finding::ok("expiry", name, format!("{is} what has expired"));
    match is_on {
        true => words("deletes"),
        false => words("keeps").warn(
            "switch time to live on, with the attribute expires: else the table grows for ever",
        ),
    }
}
