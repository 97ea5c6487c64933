//! One walk over a stretch of a log: call after call, through empty pages, until there is no token left.
//! Tokens live here only.

use std::sync::Arc;

use aws_sdk_cloudwatchlogs::operation::filter_log_events::FilterLogEventsOutput;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

use super::access::Client;
use super::budget::Budget;
use super::delivery::{Class, Delivery, Fetched, Found, Page, Stream, What};
use super::failure::{Asked, Failure};
use super::lateness::Lateness;
use super::outlet::{Closed, Outlet};
use super::plan::Stretch;
use super::progress::Progress;
use super::seen::Seen;
use crate::record::Origin;

/// Events that a page may have. CloudWatch stops at 1 MB in any case, which audit events reach first; an
/// emulator that does not must not fill the memory.
const LIMIT: i32 = 2_000;

/// Failures in a row after which a walk is given up, to be begun again later.
const PATIENCE: u32 = 6;

/// The same for refusals for there being too many calls, which end by themselves.
const THROTTLED_PATIENCE: u32 = 60;

/// Pages in a row that bring nothing new and a token that was followed before.
const CIRCLES: u32 = 50;

/// A log group and how it is asked.
pub(super) struct Target {
    pub(super) origin: Arc<Origin>,
    pub(super) client: Arc<Client>,
    pub(super) budget: Arc<Budget>,
    pub(super) name: String,
    /// The ARN to ask by, where the group belongs to another account than the caller.
    pub(super) identifier: Option<String>,
    /// The ARN, for messages.
    pub(super) resource: String,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// There was no token left.
    Whole {
        /// How many calls it took.
        calls: u64,
        /// What it brought.
        found: Found,
        /// Whether the position was sent.
        told: bool,
    },
    /// Its token was refused: it must begin again, and be shorter.
    Broken,
    /// It failed.
    Failed(Class),
}

/// One log of a group while it is read.
pub(super) struct Walker {
    pub(super) outlet: Arc<Outlet>,
    pub(super) target: Arc<Target>,
    pub(super) stream: Stream,
    pub(super) seen: Seen,
    pub(super) lateness: Lateness,
    /// Failures since something last went well.
    pub(super) failures: u32,
}

/// The position that the last page of a walk tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Advance {
    /// Milliseconds since the Unix epoch.
    pub(super) to: i64,
    /// Whether it is told even if nothing was found.
    pub(super) always: bool,
}

impl Walker {
    /// Walks over a stretch and sends what is there. The last page sets `advance`.
    ///
    /// # Errors
    /// When nobody takes the pages any more.
    pub(super) async fn walk(
        &mut self,
        stretch: Stretch,
        advance: Option<Advance>,
    ) -> Result<End, Closed> {
        let mut at = Progress::default();
        loop {
            match self.step(stretch, advance, &mut at).await? {
                Ok(true) => {}
                Ok(false) => {
                    return Ok(End::Whole {
                        calls: at.calls,
                        found: at.found,
                        told: at.told,
                    });
                }
                Err(failure) if failure.is_parameter() && at.token.is_some() => {
                    tracing::debug!(log_group = %self.stream.group, "a token was refused");
                    return Ok(End::Broken);
                }
                Err(failure) => {
                    self.failed(&failure).await?;
                    at.failures += 1;
                    let patience = match failure.class {
                        Class::Throttled => THROTTLED_PATIENCE,
                        Class::Retry => PATIENCE,
                        Class::Denied | Class::Gone | Class::Config => 0,
                    };
                    if at.failures >= patience {
                        return Ok(End::Failed(failure.class));
                    }
                    let wait = self.outlet.wait(failure.class, at.failures);
                    tokio::time::sleep(wait).await;
                }
            }
            if at.circles > CIRCLES || at.token.is_some() && at.calls >= stretch.most {
                return Ok(End::Broken);
            }
        }
    }

    /// One call: whether there is more.
    async fn step(
        &mut self,
        stretch: Stretch,
        advance: Option<Advance>,
        at: &mut Progress,
    ) -> Result<Result<bool, Failure>, Closed> {
        let outlet = Arc::clone(&self.outlet);
        let target = Arc::clone(&self.target);
        let epoch = target.budget.turn().await;
        let _lane = target
            .budget
            .under_way
            .acquire()
            .await
            .map_err(|_| Closed)?;
        at.calls += 1;
        let call = self.call(stretch, at.token.clone());
        // Kept until the page is in the channel, whose bound is the judge's pace.
        let (answered, _held) = outlet.room.during(call).await;
        let answer = match answered {
            Ok(answer) => answer,
            Err(failure) => {
                if failure.class == Class::Throttled {
                    target.budget.refused(epoch);
                }
                return Ok(Err(failure));
            }
        };
        target.budget.answered();
        self.recovered();
        at.failures = 0;
        let next = answer.next_token.clone().filter(|token| !token.is_empty());
        let events = self.take(answer, &mut at.found);
        at.follow(next, events.is_empty());
        let last = at.token.is_none();
        let found = at.found.events > 0;
        let advance = advance.filter(|advance| last && (found || advance.always));
        at.told = advance.is_some();
        self.send(events, advance.map(|advance| advance.to)).await?;
        Ok(Ok(!last))
    }

    async fn call(
        &self,
        stretch: Stretch,
        token: Option<String>,
    ) -> Result<FilterLogEventsOutput, Failure> {
        let call = self
            .target
            .client
            .logs
            .filter_log_events()
            .log_stream_name_prefix(self.stream.kind.prefix())
            .start_time(stretch.start.max(0))
            .end_time(stretch.end.max(0))
            .limit(LIMIT)
            .set_next_token(token);
        let call = match &self.target.identifier {
            Some(arn) => call.log_group_identifier(arn),
            None => call.log_group_name(&self.target.name),
        };
        call.send().await.map_err(|error| Failure::of(&error))
    }

    /// The events of an answer that are of this log and were not delivered before.
    fn take(&mut self, answer: FilterLogEventsOutput, found: &mut Found) -> Vec<Fetched> {
        let prefix = self.stream.kind.prefix();
        let mut events = Vec::new();
        for event in answer.events.unwrap_or_default() {
            let Some(event) = fetched(event, prefix) else {
                continue;
            };
            found.newest = found.newest.max(Some(event.timestamp));
            if let Some(ingested) = event.ingestion_time {
                self.lateness.note(event.timestamp, ingested);
            }
            if self.seen.is_new(&event) {
                found.events += 1;
                found.bytes += event.message.len() as u64;
                events.push(event);
            } else {
                found.repeats += 1;
            }
        }
        events
    }

    async fn send(&self, events: Vec<Fetched>, advance: Option<i64>) -> Result<(), Closed> {
        if events.is_empty() && advance.is_none() {
            return Ok(());
        }
        let page = Page {
            stream: self.stream.clone(),
            origin: Arc::clone(&self.target.origin),
            events,
            advance,
            received: self.outlet.clock.now(),
        };
        let sent = self.outlet.out.send(Delivery::Page(page)).await;
        sent.map_err(|_| Closed)
    }

    async fn failed(&mut self, failure: &Failure) -> Result<(), Closed> {
        let identity = self.target.client.known().unwrap_or_default();
        let message = failure.message(&Asked {
            principal: identity.arn.as_deref(),
            role: self.target.client.access.role_arn.as_deref(),
            action: "logs:FilterLogEvents",
            resource: &self.target.resource,
        });
        self.failures = self.failures.saturating_add(1);
        let (group, kind) = (&self.stream.group, self.stream.kind.as_str());
        // The first of a row is worth a line; the others are counted and told when it is over.
        if self.failures == 1 && failure.class != Class::Throttled {
            tracing::warn!(log_group = %group, log = kind, class = failure.class.as_str(), "{message}");
        } else {
            tracing::debug!(log_group = %group, log = kind, class = failure.class.as_str(), "{message}");
        }
        let class = failure.class;
        self.outlet
            .tell(&self.stream, What::Failed { class, message })
            .await
    }

    fn recovered(&mut self) {
        if self.failures > 1 {
            let (group, kind) = (&self.stream.group, self.stream.kind.as_str());
            tracing::info!(log_group = %group, log = kind, failures = self.failures, "reading again");
        }
        self.failures = 0;
    }
}

/// An event of the log whose streams begin with `prefix`. Emulators give those of other logs too.
fn fetched(event: FilteredLogEvent, prefix: &str) -> Option<Fetched> {
    let log_stream = event.log_stream_name?;
    log_stream.starts_with(prefix).then(|| Fetched {
        log_stream,
        timestamp: event.timestamp.unwrap_or_default(),
        ingestion_time: event.ingestion_time,
        event_id: event.event_id.unwrap_or_default(),
        message: event.message.unwrap_or_default(),
    })
}
