//! A stretch of event time.

/// A stretch of event time, in milliseconds since the Unix epoch; open where there is no end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first instant that counts.
    pub since: Option<i64>,
    /// The first instant that counts no more.
    pub until: Option<i64>,
}

impl Window {
    /// Whether an instant lies in it. What happened at an unknown time does: nothing is dropped for
    /// want of a clock.
    #[must_use]
    pub fn holds(&self, time: Option<i64>) -> bool {
        let Some(time) = time else { return true };
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    /// Whether it has no end on either side, so that nobody need ask for the time.
    pub(super) const fn is_open(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }
}
