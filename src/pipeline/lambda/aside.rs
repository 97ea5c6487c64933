//! Sets aside what can't be read, so that it is not tried for ever: counts it, and says where it is.

use super::intercept::Seen;
use super::outcome::Outcome;
use crate::alert::escape;
use crate::source::lambda::Kind;

/// The record that is being read.
pub(super) struct One<'o> {
    /// Its place in the batch.
    pub(super) place: usize,
    /// Who sent it.
    pub(super) kind: Kind,
    /// Where it is counted.
    pub(super) outcome: &'o mut Outcome,
}

impl One<'_> {
    /// Sets it aside if it has to be. One that was not read to its end is not judged by what was seen of it.
    pub(super) fn note(&mut self, name: &str, seen: Seen, ended: bool) {
        if let Some((reason, detail, over_limit)) = seen.set_aside()
            && !ended
        {
            self.set_aside(name, reason, &detail, over_limit);
        }
    }

    /// Says what is not tried again. Somebody may have made it so that it can't be read.
    pub(super) fn set_aside(&mut self, name: &str, reason: &str, detail: &str, over_limit: bool) {
        self.outcome.set_aside += 1;
        self.outcome.over_limit += u64::from(over_limit);
        let kind = self.kind.as_str();
        let (record, detail) = (escape::visible(name), escape::visible(detail));
        tracing::error!(
            kind,
            %record,
            reason,
            %detail,
            over_limit,
            "a record can't be read, or not whole: it was set aside, and is not tried again"
        );
    }
}
