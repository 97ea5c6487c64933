//! Where all that was found goes out: fills in whose it is and where it stands, and holds the
//! limit of a log event.
//!
//! Knows nothing of shapes.

use std::borrow::Cow;
use std::ops::ControlFlow;

use simdutf8::basic::from_utf8;

use super::item::{Item, Problem};
use super::{Limits, Refusal};
use crate::record::{LogEvent, Origin, Position};

/// What an envelope tells about a log event, beside the message.
#[derive(Clone, Debug, Default)]
pub(super) struct Label<'a> {
    pub(super) timestamp: Option<i64>,
    pub(super) ingestion_time: Option<i64>,
    pub(super) event_id: Option<Cow<'a, str>>,
    pub(super) owner: Owner<'a>,
}

/// Whose a log event is, as far as an envelope tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owner<'a> {
    pub(super) log_group: Option<Cow<'a, str>>,
    pub(super) log_stream: Option<Cow<'a, str>>,
    pub(super) account: Option<Cow<'a, str>>,
    pub(super) region: Option<Cow<'a, str>>,
}

impl Owner<'_> {
    fn is_unknown(&self) -> bool {
        let Self {
            log_group,
            log_stream,
            account,
            region,
        } = self;
        [log_group, log_stream, account, region]
            .into_iter()
            .all(Option::is_none)
    }
}

/// The way out for one input.
pub(super) struct Outlet<'o> {
    file: &'o str,
    hint: &'o Origin,
    on: &'o mut dyn FnMut(Item<'_>) -> ControlFlow<()>,
    /// The limits of this input.
    pub(super) limits: Limits,
    offset: u64,
    line: u64,
    /// The last origin made from an [`Owner`]: neighbours mostly share it.
    origin: Origin,
}

impl<'o> Outlet<'o> {
    /// A way out to `on`; `hint` is what is known of the whole input.
    pub(super) fn new(
        file: &'o str,
        hint: &'o Origin,
        limits: Limits,
        on: &'o mut dyn FnMut(Item<'_>) -> ControlFlow<()>,
    ) -> Self {
        Self {
            file,
            hint,
            on,
            limits,
            offset: 0,
            line: 1,
            origin: hint.clone(),
        }
    }

    /// Says where the following items stand.
    pub(super) fn place(&mut self, offset: u64, line: u64) {
        (self.offset, self.line) = (offset, line);
    }

    fn position(&self) -> Position<'o> {
        Position {
            file: self.file,
            offset: self.offset,
            line: self.line,
        }
    }

    /// A log line without an envelope.
    pub(super) fn line(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        match from_utf8(bytes) {
            Ok(line) => self.event(Cow::Borrowed(line), Label::default()),
            Err(_) => {
                let text = self.repaired(bytes)?;
                self.event(Cow::Owned(text), Label::default())
            }
        }
    }

    /// Bytes as text. Bytes that are not UTF-8 are replaced, and that is a problem of its own.
    pub(super) fn text<'t>(&mut self, bytes: &'t [u8]) -> ControlFlow<(), Cow<'t, str>> {
        match from_utf8(bytes) {
            Ok(text) => ControlFlow::Continue(Cow::Borrowed(text)),
            Err(_) => self.repaired(bytes).map_continue(Cow::Owned),
        }
    }

    fn repaired(&mut self, bytes: &[u8]) -> ControlFlow<(), String> {
        self.problem(
            Refusal::NotUtf8,
            "bytes that are not UTF-8 were replaced by U+FFFD",
        )?;
        ControlFlow::Continue(String::from_utf8_lossy(bytes).into_owned())
    }

    /// A log event. An empty message is none.
    pub(super) fn event(&mut self, message: Cow<'_, str>, label: Label<'_>) -> ControlFlow<()> {
        if message.len() > self.limits.event {
            return self.too_large(message.len());
        }
        if message.is_empty() {
            return ControlFlow::Continue(());
        }
        let position = self.position();
        let Label {
            timestamp,
            ingestion_time,
            event_id,
            owner,
        } = label;
        let origin = if owner.is_unknown() {
            self.hint
        } else {
            self.settle(&owner);
            &self.origin
        };
        (self.on)(Item::Event(LogEvent {
            message,
            timestamp,
            ingestion_time,
            event_id,
            origin,
            position,
        }))
    }

    /// Refuses a log event of so many bytes.
    pub(super) fn too_large(&mut self, bytes: usize) -> ControlFlow<()> {
        let limit = self.limits.event;
        let detail = format!("log event of {bytes} bytes, more than {limit} (limit `event`)");
        self.problem(Refusal::TooLargeEvent, detail)
    }

    /// Refuses a log event of unknown size.
    pub(super) fn too_long(&mut self) -> ControlFlow<()> {
        let detail = format!(
            "log event of more than {} bytes (limit `event`)",
            self.limits.event
        );
        self.problem(Refusal::TooLargeEvent, detail)
    }

    /// Refuses an envelope of unknown size.
    pub(super) fn too_long_envelope(&mut self) -> ControlFlow<()> {
        let limit = self.limits.envelope;
        let detail = format!("envelope of more than {limit} bytes (limit `envelope`)");
        self.problem(Refusal::TooLargeEnvelope, detail)
    }

    /// Something that was not read, or not read whole.
    pub(super) fn problem(
        &mut self,
        reason: Refusal,
        detail: impl Into<Cow<'static, str>>,
    ) -> ControlFlow<()> {
        let position = self.position();
        (self.on)(Item::Problem(Problem {
            reason,
            position,
            detail: detail.into(),
        }))
    }

    /// A probe of CloudWatch Logs.
    pub(super) fn control(&mut self) -> ControlFlow<()> {
        let position = self.position();
        (self.on)(Item::Control(position))
    }

    /// Makes `origin` that of `owner`; what the owner leaves out is the input's.
    fn settle(&mut self, owner: &Owner<'_>) {
        let Origin {
            log_group,
            log_stream,
            account,
            region,
        } = &mut self.origin;
        settle_one(log_group, &owner.log_group, &self.hint.log_group);
        settle_one(log_stream, &owner.log_stream, &self.hint.log_stream);
        settle_one(account, &owner.account, &self.hint.account);
        settle_one(region, &owner.region, &self.hint.region);
    }
}

fn settle_one(slot: &mut Option<String>, told: &Option<Cow<'_, str>>, hint: &Option<String>) {
    let wanted = told.as_deref().or(hint.as_deref());
    if slot.as_deref() != wanted {
        *slot = wanted.map(str::to_owned);
    }
}
