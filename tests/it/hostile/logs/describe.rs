//! DescribeLogGroups and DescribeLogStreams.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::answer::Refusal;
use super::super::caller::Caller;
use super::super::fault::lost_token;
use super::store::{Event, GroupKey, GroupState, LogsState, invalid};
use super::token::Behind;

/// The most entries on a page, and how many there are unless it is said.
const MOST: usize = 50;

impl LogsState {
    pub(super) fn describe_groups(
        &mut self,
        caller: &Caller,
        question: &Value,
    ) -> Result<Value, Refusal> {
        let text = |name: &str| question[name].as_str();
        let (prefix, pattern) = (text("logGroupNamePrefix"), text("logGroupNamePattern"));
        if prefix.is_some() && pattern.is_some() {
            return Err(invalid(
                "logGroupNamePrefix and logGroupNamePattern are mutually exclusive",
            ));
        }
        let linked = question["includeLinkedAccounts"] == true;
        let accounts = strings(&question["accountIdentifiers"]);
        if accounts.len() > 20 {
            return Err(invalid("at most 20 accountIdentifiers can be given"));
        }
        let seen = |key: &GroupKey| {
            let own = key.account == caller.account;
            key.region == caller.region
                && (own || linked && self.linked(&caller.account, &key.account))
                && (!linked || accounts.is_empty() || accounts.contains(&key.account.as_str()))
        };
        let named = |name: &str| {
            prefix.is_none_or(|prefix| name.starts_with(prefix))
                && pattern.is_none_or(|part| name.contains(part))
        };
        let classed =
            |group: &GroupState| text("logGroupClass").is_none_or(|class| class == group.class);
        let wanted = strings(&question["logGroupIdentifiers"]);
        let chosen = |key: &GroupKey| {
            wanted.is_empty()
                || wanted
                    .iter()
                    .any(|wanted| **wanted == key.arn() || *wanted == key.name)
        };
        let found = self
            .groups
            .iter()
            .filter(|(key, group)| seen(key) && named(&key.name) && classed(group) && chosen(key));
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|(key, _)| (&key.name, &key.account));
        let found = found.into_iter().map(|(key, group)| show_group(key, group));
        self.paged(caller, question, "logGroups", found.collect())
    }

    pub(super) fn describe_streams(
        &mut self,
        caller: &Caller,
        question: &Value,
    ) -> Result<Value, Refusal> {
        let key = self.find(caller, question)?;
        let prefix = question["logStreamNamePrefix"].as_str();
        let by_time = question["orderBy"] == "LastEventTime";
        if by_time && prefix.is_some() {
            return Err(invalid(
                "Cannot order by LastEventTime with a logStreamNamePrefix.",
            ));
        }
        let mut streams = BTreeMap::<String, Vec<Event>>::new();
        for event in &self.group(&key).events {
            if event.stream.starts_with(prefix.unwrap_or_default()) {
                let stream = streams.entry(event.stream.clone()).or_default();
                stream.push(event.clone());
            }
        }
        let mut found: Vec<Value> = streams
            .iter()
            .map(|(name, events)| show_stream(&key, name, events))
            .collect();
        if by_time {
            found.sort_by_key(|stream| stream["lastEventTimestamp"].as_i64());
        }
        if question["descending"] == true {
            found.reverse();
        }
        self.paged(caller, question, "logStreams", found)
    }

    /// The page of a list that the question asks for.
    fn paged(
        &mut self,
        caller: &Caller,
        question: &Value,
        name: &str,
        found: Vec<Value>,
    ) -> Result<Value, Refusal> {
        let limit = match question["limit"].as_u64() {
            None => MOST,
            Some(limit) if (1..=50).contains(&limit) => usize::try_from(limit).unwrap_or(MOST),
            Some(_) => return Err(invalid("limit has to be between 1 and 50")),
        };
        let first = match self.tokens.resume(caller, question)? {
            None => 0,
            Some(Behind::Entries(entries)) => entries,
            Some(Behind::Event(_)) => return Err(lost_token()),
        };
        let page: Vec<&Value> = found.iter().skip(first).take(limit).collect();
        let next = first + page.len();
        let mut answer = json!({ name: page });
        if next < found.len() {
            let token = self.tokens.issue(caller, question, Behind::Entries(next));
            answer["nextToken"] = Value::String(token);
        }
        Ok(answer)
    }
}

fn strings(list: &Value) -> Vec<&str> {
    let members = list.as_array().map(Vec::as_slice).unwrap_or_default();
    members.iter().filter_map(Value::as_str).collect()
}

fn show_group(key: &GroupKey, group: &GroupState) -> Value {
    let bytes: usize = group.events.iter().map(|event| event.message.len()).sum();
    json!({
        "logGroupName": key.name,
        "creationTime": group.created,
        "metricFilterCount": 0,
        "arn": format!("{}:*", key.arn()),
        "logGroupArn": key.arn(),
        "storedBytes": bytes,
        "logGroupClass": group.class,
    })
}

fn show_stream(key: &GroupKey, name: &str, events: &[Event]) -> Value {
    let first = events.first().map(|event| event.place);
    let last = events.last().map(|event| event.place);
    json!({
        "logStreamName": name,
        "creationTime": first.map(|place| place.0),
        "firstEventTimestamp": first.map(|place| place.0),
        "lastEventTimestamp": last.map(|place| place.0),
        "lastIngestionTime": last.map(|place| place.1),
        "arn": format!("{}:log-stream:{name}", key.arn()),
        "storedBytes": 0,
    })
}
