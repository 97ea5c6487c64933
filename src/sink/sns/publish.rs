//! Alerts published to a topic.

use aws_config::SdkConfig;
use aws_sdk_sns::Client;

use super::call;
use super::connect::{SnsSettings, client};
use super::message::{self, DEFAULT_LIMIT, Message};
use super::pack::{MOST_ENTRIES, Parcel, next};
use super::topic::{BadTopic, Topic};
use crate::alert::Alert;
use crate::sink::deliver::{Class, Failure, Pending, Sink, Verdict};
use crate::sink::outbox::Waiting;

/// Limits that a topic may have: <https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html>.
const LIMITS: std::ops::RangeInclusive<usize> = 1024..=1_048_576;

/// Publishes alerts to an SNS topic.
#[derive(Debug)]
pub struct SnsSink {
    settings: SnsSettings,
    topic: Topic,
    client: Client,
    /// The most bytes of a message, once it is known.
    limit: Option<usize>,
}

impl SnsSink {
    /// A sink for a topic. `base` tells credentials, endpoints and the like; the region is the topic's.
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// When the topic's ARN is none.
    pub async fn connect(settings: SnsSettings, base: &SdkConfig) -> Result<Self, BadTopic> {
        let topic = Topic::parse(&settings.topic_arn)?;
        let client = client(&settings, &topic, base).await;
        Ok(Self {
            limit: settings.max_bytes,
            settings,
            topic,
            client,
        })
    }

    /// The most bytes of a message. The topic is asked once; when that is not permitted, or it can't
    /// tell, the default holds.
    async fn limit(&mut self) -> usize {
        if let Some(limit) = self.limit {
            return limit;
        }
        match call::longest(&self.client, &self.topic).await {
            Ok(told) => {
                let (least, most) = LIMITS.into_inner();
                let limit = told.unwrap_or(DEFAULT_LIMIT).clamp(least, most);
                self.limit = Some(limit);
                limit
            }
            Err(failure) => {
                if failure.class == Class::Denied {
                    self.limit = Some(DEFAULT_LIMIT);
                }
                DEFAULT_LIMIT
            }
        }
    }

    async fn publish(&mut self, alerts: &[Waiting]) -> Vec<(i64, Verdict)> {
        let limit = self.limit().await;
        let form = self.settings.body;
        let made = |waiting: &Waiting| Message::of(&waiting.alert, &self.topic, form, limit);
        let messages: Vec<_> = alerts.iter().map(made).collect();
        let mut round = Round::new(alerts, &messages, limit);
        while let Some(places) = round.next() {
            let outcome = self.call(&messages, &places).await;
            round.note(&places, outcome);
        }
        round.verdicts
    }

    async fn call(
        &self,
        messages: &[Option<Message>],
        places: &[usize],
    ) -> Result<Vec<Verdict>, Failure> {
        let chosen: Vec<_> = places
            .iter()
            .filter_map(|place| messages.get(*place)?.as_ref())
            .collect();
        call::publish(&self.client, &self.topic, &chosen).await
    }
}

/// Alerts that are published one call after the other.
struct Round<'a> {
    verdicts: Vec<(i64, Verdict)>,
    parcels: Vec<Parcel<'a>>,
    /// Places of those that have not been sent, in order.
    left: Vec<usize>,
    /// The most bytes of a call.
    most: usize,
    /// Whether each goes alone from now on, since a call was refused as a whole.
    singly: bool,
}

impl<'a> Round<'a> {
    fn new(alerts: &[Waiting], messages: &'a [Option<Message>], limit: usize) -> Self {
        let unmade = |limit: usize| {
            let reason = format!("it can't be made short enough for the topic's {limit} bytes");
            Verdict::Failed(Failure::new(Class::Refused, reason))
        };
        let both = || alerts.iter().zip(messages);
        let verdict = |message: &Option<Message>| match message {
            Some(_) => Verdict::Held,
            None => unmade(limit),
        };
        let parcel = |message: &'a Option<Message>| Parcel {
            size: message.as_ref().map_or(0, Message::size),
            group: message
                .as_ref()
                .and_then(|message| message.fifo.as_ref())
                .map(|(group, _)| group.as_str()),
        };
        Self {
            verdicts: both()
                .map(|(waiting, made)| (waiting.number, verdict(made)))
                .collect(),
            parcels: messages.iter().map(parcel).collect(),
            left: (0..messages.len())
                .filter(|place| messages.get(*place).is_some_and(Option::is_some))
                .collect(),
            most: limit.min(DEFAULT_LIMIT),
            singly: false,
        }
    }

    /// The places of the next call.
    fn next(&self) -> Option<Vec<usize>> {
        let mut places = next(&self.parcels, &self.left, self.most);
        if self.singly {
            places.truncate(1);
        }
        (!places.is_empty()).then_some(places)
    }

    fn note(&mut self, places: &[usize], outcome: Result<Vec<Verdict>, Failure>) {
        match outcome {
            Ok(verdicts) => {
                self.left.retain(|place| !places.contains(place));
                for (place, verdict) in places.iter().zip(verdicts) {
                    self.set(*place, verdict);
                }
            }
            // One bad message may have spoiled the call for the others.
            Err(failure) if failure.class == Class::Refused && places.len() > 1 => {
                self.singly = true;
            }
            Err(failure) => {
                let stops = failure.class != Class::Refused;
                self.left.retain(|place| !places.contains(place));
                for place in places {
                    self.set(*place, Verdict::Failed(failure.clone()));
                }
                if stops {
                    // The others would fail the same way: they stay untried.
                    self.left.clear();
                }
            }
        }
    }

    /// Notes a verdict. What follows a failure in the same group waits with it, unless the failed one
    /// is given up.
    fn set(&mut self, place: usize, verdict: Verdict) {
        let holds = matches!(&verdict, Verdict::Failed(failure) if failure.class != Class::Refused);
        let group = self.parcels.get(place).and_then(|parcel| parcel.group);
        if holds && group.is_some() {
            let parcels = &self.parcels;
            self.left
                .retain(|other| parcels.get(*other).and_then(|parcel| parcel.group) != group);
        }
        if let Some((_, known)) = self.verdicts.get_mut(place) {
            *known = verdict;
        }
    }
}

impl Sink for SnsSink {
    fn name(&self) -> &str {
        &self.settings.name
    }

    fn most(&self) -> usize {
        MOST_ENTRIES
    }

    fn is_ordered(&self) -> bool {
        self.topic.is_fifo()
    }

    fn group(&self, alert: &Alert) -> String {
        message::group(alert)
    }

    fn deliver<'a>(&'a mut self, alerts: &'a [Waiting]) -> Pending<'a, Vec<(i64, Verdict)>> {
        Box::pin(self.publish(alerts))
    }

    fn check(&mut self) -> Pending<'_, Result<String, Failure>> {
        Box::pin(async move {
            let told = call::longest(&self.client, &self.topic).await?;
            let limit = self.settings.max_bytes.or(told).unwrap_or(DEFAULT_LIMIT);
            let arn = &self.topic.arn;
            Ok(format!("{arn} is there; a message may have {limit} bytes"))
        })
    }
}

#[cfg(test)]
#[path = "publish_tests.rs"]
mod tests;
