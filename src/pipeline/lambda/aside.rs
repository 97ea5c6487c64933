//! Sets aside what can't be read, so that it is not tried for ever: counts it, and says where it is.

use super::intercept::Seen;
use super::outcome::Outcome;
use crate::alert::escape;
use crate::decode::Reader;
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
    /// What a reader sees of it; nothing where the program falls over it, and it was set aside for that.
    pub(super) fn seen(
        &mut self,
        name: &str,
        reader: &mut Reader,
        read: impl FnOnce(&mut Reader, &mut Seen),
    ) -> Option<Seen> {
        let mut seen = Seen::default();
        if reader.contain(|reader| read(reader, &mut seen)).is_ok() {
            return Some(seen);
        }
        let detail = "the program fell over it: this is a mistake in trailhound";
        self.set_aside(name, "poisonous", detail, false);
        None
    }

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

#[cfg(test)]
#[allow(clippy::panic, reason = "tests may fail loudly")]
mod tests {
    use super::*;
    use crate::decode::Limits;
    use crate::record::Origin;

    #[test]
    fn what_the_program_falls_over_is_set_aside_and_the_next_is_read() {
        let mut outcome = Outcome::default();
        let mut one = One {
            place: 0,
            kind: Kind::Kinesis,
            outcome: &mut outcome,
        };
        let mut reader = Reader::new(Limits::default());
        let fall = |_: &mut Reader, _: &mut Seen| panic!("a mistake");
        assert!(one.seen("a", &mut reader, fall).is_none());
        let read = |reader: &mut Reader, seen: &mut Seen| {
            let (line, origin) = ("hello\n".as_bytes(), Origin::default());
            let _ = reader.read("b", line, &origin, &mut |item| {
                seen.note(&item);
                std::ops::ControlFlow::Continue(())
            });
        };
        let seen = one.seen("b", &mut reader, read);
        assert!(seen.is_some_and(|seen| seen.set_aside().is_some()));
        assert_eq!(outcome.set_aside, 1);
    }
}
