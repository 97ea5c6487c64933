//! FilterLogEvents.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answer::Refusal;
use super::super::call::Call;
use super::super::caller::Caller;
use super::super::fault::Fault;
use super::pattern::Pattern;
use super::store::{Event, GroupKey, GroupState, LogsState, Place, invalid};
use super::token::Behind;

/// What can be asked, besides for the group.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Question {
    #[serde(rename = "logGroupName")]
    _name: Option<String>,
    #[serde(rename = "logGroupIdentifier")]
    _identifier: Option<String>,
    #[serde(default)]
    log_stream_names: Vec<String>,
    log_stream_name_prefix: Option<String>,
    #[serde(default)]
    start_time: i64,
    end_time: Option<i64>,
    #[serde(default)]
    filter_pattern: String,
    #[serde(rename = "nextToken")]
    _token: Option<String>,
    limit: Option<i64>,
    #[serde(rename = "interleaved")]
    _interleaved: Option<bool>,
    #[serde(rename = "unmask")]
    _unmask: Option<bool>,
    start_from_head: Option<bool>,
}

impl Question {
    fn read(question: &Value) -> Result<Self, Refusal> {
        let asked: Self = serde_json::from_value(question.clone())
            .map_err(|error| Refusal::new("SerializationException", error.to_string()))?;
        let wrong = if asked.log_stream_name_prefix.is_some() && !asked.log_stream_names.is_empty()
        {
            "logStreamNames and logStreamNamePrefix are mutually exclusive"
        } else if asked.log_stream_name_prefix.as_deref() == Some("") {
            "logStreamNamePrefix has to have at least one character"
        } else if asked.log_stream_names.len() > 100 {
            "at most 100 logStreamNames can be given"
        } else if !(1..=10_000).contains(&asked.limit.unwrap_or(1)) {
            "limit has to be between 1 and 10000"
        } else if asked.start_time < 0 || asked.end_time.is_some_and(|end| end < asked.start_time) {
            "startTime and endTime are no span of time"
        } else if asked.start_from_head == Some(false) {
            "this server reads from the head only"
        } else {
            return Ok(asked);
        };
        Err(invalid(wrong))
    }

    fn wants(&self, event: &Event, pattern: &Pattern) -> bool {
        let prefix = self.log_stream_name_prefix.as_deref().unwrap_or_default();
        let named =
            self.log_stream_names.is_empty() || self.log_stream_names.contains(&event.stream);
        named
            && event.stream.starts_with(prefix)
            && event.place.0 >= self.start_time
            && self.end_time.is_none_or(|end| event.place.0 <= end)
            && pattern.matches(&event.message)
    }
}

impl LogsState {
    /// Answers with a page, after one more call's worth of late events has arrived.
    pub(super) fn filter(
        &mut self,
        call: &mut Call,
        caller: &Caller,
        question: &Value,
        fault: Option<&Fault>,
    ) -> Result<Value, Refusal> {
        let asked = Question::read(question)?;
        let pattern = Pattern::read(&asked.filter_pattern)?;
        let key = self.find(caller, question)?;
        self.check(&key, &asked)?;
        let behind = match self.tokens.resume(caller, question)? {
            None => None,
            Some(Behind::Event(place)) => Some(place),
            Some(Behind::Entries(_)) => return Err(super::super::fault::lost_token()),
        };
        let now = self.tokens.now();
        let bytes = self.page_bytes;
        let group = self.group(&key);
        group.arrive(false, now);
        let found: Vec<&Event> = events_from(group, asked.start_time)
            .filter(|event| asked.wants(event, &pattern))
            .collect();
        let page = Page::cut(&found, behind, asked.limit, bytes, fault);
        call.served = page.events.iter().map(|event| event.id.clone()).collect();
        let mut answer = json!({"events": page.shown(), "searchedLogStreams": []});
        if let Some(place) = page.next {
            let token = self.tokens.issue(caller, question, Behind::Event(place));
            answer["nextToken"] = Value::String(token);
        }
        Ok(answer)
    }

    /// What a group refuses to be asked.
    fn check(&self, key: &GroupKey, asked: &Question) -> Result<(), Refusal> {
        let Some(group) = self.groups.get(key) else {
            return Ok(());
        };
        if group.class != "STANDARD" {
            return Err(invalid(format!(
                "The FilterLogEvents operation is not supported for log groups of the class {}",
                group.class
            )));
        }
        let known = |name: &String| group.events.iter().any(|event| event.stream == *name);
        if !asked.log_stream_names.iter().all(known) {
            return Err(Refusal::new(
                "ResourceNotFoundException",
                "The specified log stream does not exist.",
            ));
        }
        Ok(())
    }
}

fn events_from(group: &GroupState, start: i64) -> impl Iterator<Item = &Event> {
    let first = group.events.partition_point(|event| event.place.0 < start);
    group.events[first..].iter()
}

/// The part of what was found that goes into one answer.
struct Page<'a> {
    events: &'a [&'a Event],
    /// Behind what the next page begins, if there is to be one.
    next: Option<Option<Place>>,
}

impl<'a> Page<'a> {
    /// `behind`: `None` on the first page.
    fn cut(
        found: &'a [&'a Event],
        behind: Option<Option<Place>>,
        limit: Option<i64>,
        bytes: usize,
        fault: Option<&Fault>,
    ) -> Self {
        let place = behind.flatten();
        let first = found.partition_point(|event| Some(event.place) <= place);
        if matches!(fault, Some(Fault::Empty)) {
            return Self {
                events: &[],
                next: Some(place),
            };
        }
        let mut most = usize::try_from(limit.unwrap_or(10_000)).unwrap_or(1);
        let mut again = 0;
        match fault {
            Some(Fault::Partial(events)) => most = most.min((*events).max(1)),
            Some(Fault::Repeated(events)) if behind.is_some() => {
                // One event at least is new, so that every walk comes to its end.
                again = (*events).min(first).min(most - 1);
            }
            _ => {}
        }
        let mut size = 0;
        let fits = |event: &&&Event| {
            size += event.message.len();
            size <= bytes || size == event.message.len()
        };
        let rest = found[first..].iter().take(most - again);
        let count = rest.take_while(fits).count();
        let events = &found[first - again..first + count];
        let more = first + count < found.len();
        let partial = matches!(fault, Some(Fault::Partial(_))) && !events.is_empty();
        let last = events.last().map_or(place, |event| Some(event.place));

        Self {
            events,
            next: (more || partial).then_some(last),
        }
    }

    fn shown(&self) -> Vec<Value> {
        let show = |event: &&Event| {
            json!({
                "logStreamName": event.stream,
                "timestamp": event.place.0,
                "message": event.message,
                "ingestionTime": event.place.1,
                "eventId": event.id,
            })
        };
        self.events.iter().map(show).collect()
    }
}
