//! What the detector remembers while its events are explained: merged as in a replay, so that both
//! come to the same alerts.

use anyhow::Result;

use super::case::Verdict;
use super::state::State;
use crate::alert::{Alert, AlertId, Cause, RawEvent, identify, raise, reference};
use crate::detect::{
    Allow, Contribution, Engine, Finding, Folded, Group, Kind, Lateness, Raised, Scratch, Standing,
};
use crate::pipeline::{fold, seed_of, settle};
use crate::record::Entry;
use crate::state::{MemoryStore, Store as _};

/// The state of one detector, and what it takes to merge events into it.
#[derive(Debug, Default)]
pub(super) struct Memory {
    store: MemoryStore,
    scratch: Scratch,
}

/// What became of an event.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    /// What it added to the state.
    pub(super) states: Vec<State>,
    /// Whether it may become an alert once the input has ended.
    pub(super) waits: bool,
}

/// What the engine found, without its borrows.
enum Found {
    Hit(Option<usize>, Option<Folded>),
    Contribution(Contribution),
}

impl Memory {
    /// Remembers when a cluster was heard of.
    pub(super) fn notice(&mut self, engine: &Engine, entry: &Entry<'_>) -> Result<()> {
        if let Some(time) = entry.time() {
            let cluster = self.scratch.cluster(entry.cluster);
            let store = &mut self.store;
            store.transact(&mut |cells| engine.notice(cluster, time, cells))?;
        }
        Ok(())
    }

    /// Asks the one detector of an engine about an entry, and merges what it says. Exceptions are told
    /// by their place among the engine's.
    pub(super) fn judge(&mut self, engine: &Engine, entry: &Entry<'_>) -> Result<Judged> {
        let mut found = Vec::new();
        engine.judge(entry, &mut self.scratch, |finding| match finding {
            Finding::Hit(hit) => {
                let same = |allow: &Allow| hit.silenced.is_some_and(|by| std::ptr::eq(by, allow));
                let at = engine.allows().iter().position(same);
                found.push(Found::Hit(at, hit.folded));
            }
            Finding::Contribution(_, one) => found.push(Found::Contribution(one)),
        });
        let mut judged = Judged {
            verdict: Verdict::Quiet,
            states: Vec::new(),
            waits: false,
        };
        for found in found {
            match found {
                Found::Hit(Some(at), _) => judged.verdict = Verdict::Silenced(at),
                Found::Hit(None, None) => {
                    let id = engine
                        .detectors()
                        .first()
                        .map(|one| identify(&one.id, entry));
                    judged.verdict = id.map_or(Verdict::Quiet, Verdict::Alert);
                }
                Found::Hit(None, Some(folded)) => {
                    judged.verdict = self.fold(engine, entry, &folded)?;
                }
                Found::Contribution(one) => self.contribute(engine, entry, one, &mut judged)?,
            }
        }
        Ok(judged)
    }

    fn fold(&mut self, engine: &Engine, entry: &Entry<'_>, folded: &Folded) -> Result<Verdict> {
        let Some(alert) = alert(engine, entry, Cause::Folded(folded)) else {
            return Ok(Verdict::Quiet);
        };
        let mut first = false;
        self.store.transact(&mut |cells| {
            let place = (alert.detector.id.as_str(), alert.place());
            let mut tell = |wants_alert: bool| {
                let alert = wants_alert.then(|| alert.clone());
                (Some(reference(entry)), alert)
            };
            first = fold(place, folded, cells, &mut tell, &mut seed_of)?.is_some();
            Ok(())
        })?;
        Ok(if first {
            Verdict::Alert(alert.id)
        } else {
            Verdict::Folded(alert.id)
        })
    }

    fn contribute(
        &mut self,
        engine: &Engine,
        entry: &Entry<'_>,
        contribution: Contribution,
        judged: &mut Judged,
    ) -> Result<()> {
        let group = engine.group(&contribution, entry);
        let mut crossings: Vec<Raised> = Vec::new();
        let (mut planted, mut standing) = (false, None);
        self.store.transact(&mut |cells| {
            crossings.clear();
            let mut seed = || {
                planted = true;
                seed_of(alert(engine, entry, Cause::Seen(&group)).as_ref())
            };
            let mut on = |raised| crossings.push(raised);
            engine.merge(
                &contribution,
                Lateness::default(),
                cells,
                &mut seed,
                &mut on,
            )?;
            standing = engine.standing(&contribution, cells)?;
            Ok(())
        })?;
        let named = |raised: Raised| {
            let id = group_id(engine, entry, &group, Some(&raised))?;
            Some((id, raised))
        };
        let raised: Vec<_> = crossings.into_iter().filter_map(named).collect();
        judged.waits |= planted;
        match (raised.first(), &judged.verdict) {
            (Some((id, _)), Verdict::Quiet | Verdict::Counts) => {
                judged.verdict = Verdict::Alert(*id);
            }
            (None, Verdict::Quiet) => judged.verdict = Verdict::Counts,
            _ => {}
        }
        let own = own_id(engine, entry, &group, standing.as_ref());
        judged
            .states
            .push(State::new(contribution, &group, standing, own, raised));
        Ok(())
    }

    /// Looks again where a contribution stands.
    pub(super) fn look_again(&mut self, engine: &Engine, state: &mut State) -> Result<()> {
        self.store.transact(&mut |cells| {
            state.standing = engine.standing(&state.contribution, cells)?;
            Ok(())
        })?;
        Ok(())
    }

    /// The alerts that come once the input has ended.
    pub(super) fn finish(&mut self, engine: &Engine) -> Result<Vec<Alert>> {
        Ok(settle(engine, &mut self.store, i64::MAX, i64::MAX)?)
    }
}

fn alert(engine: &Engine, entry: &Entry<'_>, cause: Cause<'_>) -> Option<Alert> {
    let detector = engine.detectors().first()?;
    let schema = engine.schema();
    Some(raise(detector, entry, cause, schema, RawEvent::LeftOut))
}

fn group_id(
    engine: &Engine,
    entry: &Entry<'_>,
    group: &Group,
    raised: Option<&Raised>,
) -> Option<AlertId> {
    let cause = raised.map_or(Cause::Seen(group), |raised| Cause::Group(group, raised));
    Some(alert(engine, entry, cause)?.id)
}

/// The id of the alert that a group has, or would have.
fn own_id(
    engine: &Engine,
    entry: &Entry<'_>,
    group: &Group,
    standing: Option<&Standing>,
) -> Option<AlertId> {
    let window = match standing? {
        Standing::Seen { .. } => return group_id(engine, entry, group, None),
        Standing::Counted { window, .. } | Standing::Steps { window, .. } => *window,
    };
    let raised = Raised {
        window: Some(window),
        first: window,
        at: window,
        columns: Vec::new(),
    };
    group_id(engine, entry, group, Some(&raised))
}

/// Whether the detector's alerts are decided once the input has ended.
pub(super) fn is_decided_late(engine: &Engine) -> bool {
    engine.detectors().iter().any(|one| match &one.kind {
        Kind::FirstSeen(_) => true,
        Kind::Threshold(threshold) => !threshold.plan.monotone,
        Kind::Match | Kind::Sequence(_) => false,
    })
}
