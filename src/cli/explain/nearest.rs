//! Which events are worth an explanation: those that match, and the nearest misses.
//!
//! A condition that does not hold weighs the more the fewer events fulfil it, so that an exec of the
//! wrong person is nearer to "exec of somebody" than anything else that person does.

use rustc_hash::FxHashMap;

use super::case::Verdict;
use super::memory::Judged;
use crate::cli::summary::grouped;
use crate::detect::Group;
use crate::query::Truth;

/// How many cases are kept at most until all events are known.
const MOST_KEPT: usize = 20_000;

/// Gathers cases.
pub(super) struct Nearest<C> {
    limit: usize,
    events: u64,
    alerts: u64,
    silenced: u64,
    folded: u64,
    counts: u64,
    /// For each query and each of its conditions, how many events fulfil it.
    held: Vec<Vec<u64>>,
    matched: Vec<C>,
    /// What may become an alert once the input has ended.
    waiting: Vec<C>,
    /// Of each group that is counted for, the event at which it stood highest.
    counted: FxHashMap<Group, Counted<C>>,
    /// Misses by the query and those of its conditions that they fulfil.
    misses: FxHashMap<Fulfilled, Misses<C>>,
    kept: usize,
}

/// A query, and which of its conditions hold.
type Fulfilled = (usize, Box<[bool]>);

struct Misses<C> {
    count: u64,
    /// The first of them, with their places in the input.
    first: Vec<(u64, C)>,
}

struct Counted<C> {
    progress: f64,
    /// The event's place in the input.
    place: u64,
    case: C,
}

impl<C> Nearest<C> {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            events: 0,
            alerts: 0,
            silenced: 0,
            folded: 0,
            counts: 0,
            held: Vec::new(),
            matched: Vec::new(),
            waiting: Vec::new(),
            counted: FxHashMap::default(),
            misses: FxHashMap::default(),
            kept: 0,
        }
    }

    /// Counts an event without keeping it. `truths` are those of each query.
    pub(super) fn count(&mut self, truths: &[Vec<Truth>], judged: &Judged) {
        self.events += 1;
        self.held.resize_with(truths.len(), Vec::new);
        for (held, truths) in self.held.iter_mut().zip(truths) {
            held.resize(truths.len(), 0);
            for (held, truth) in held.iter_mut().zip(truths) {
                *held += u64::from(truth.holds());
            }
        }
        match &judged.verdict {
            Verdict::Alert(_) => {
                let raised = judged.states.iter().map(|state| state.raised.len());
                self.alerts += (raised.sum::<usize>() as u64).max(1);
            }
            Verdict::Silenced(_) => self.silenced += 1,
            Verdict::Folded(_) => self.folded += 1,
            Verdict::Counts => self.counts += 1,
            Verdict::Quiet => {}
        }
    }

    /// Counts alerts that came at the end of the input.
    pub(super) fn count_late(&mut self, alerts: usize) {
        self.alerts += alerts as u64;
    }

    /// Counts an event, and keeps its case if it may be shown.
    pub(super) fn add(&mut self, truths: &[Vec<Truth>], judged: &Judged, case: impl FnOnce() -> C) {
        self.count(truths, judged);
        match &judged.verdict {
            Verdict::Quiet => self.add_miss(truths, case),
            Verdict::Counts => self.add_counted(judged, case),
            _ => {
                if self.matched.len() < self.limit {
                    self.matched.push(case());
                }
            }
        }
    }

    fn add_counted(&mut self, judged: &Judged, case: impl FnOnce() -> C) {
        if judged.waits {
            if self.waiting.len() < MOST_KEPT {
                self.waiting.push(case());
            }
            return;
        }
        let Some(state) = judged.states.first() else {
            return;
        };
        let progress = state.progress();
        let place = self.events;
        match self.counted.get_mut(&state.group) {
            Some(known) if known.progress >= progress => {}
            Some(known) => {
                *known = Counted {
                    progress,
                    place,
                    case: case(),
                };
            }
            None if self.kept >= MOST_KEPT => {}
            None => {
                self.kept += 1;
                let counted = Counted {
                    progress,
                    place,
                    case: case(),
                };
                self.counted.insert(state.group.clone(), counted);
            }
        }
    }

    fn add_miss(&mut self, truths: &[Vec<Truth>], case: impl FnOnce() -> C) {
        let held = |truths: &Vec<Truth>| truths.iter().map(|truth| truth.holds()).collect();
        let queries = truths.iter().map(held).enumerate();
        let Some(fulfilled) = queries.reduce(nearer) else {
            return;
        };
        if !fulfilled.1.contains(&true) {
            return;
        }
        let misses = self.misses.entry(fulfilled).or_insert(Misses {
            count: 0,
            first: Vec::new(),
        });
        misses.count += 1;
        if misses.first.len() < self.limit && self.kept < MOST_KEPT {
            self.kept += 1;
            misses.first.push((self.events, case()));
        }
    }

    /// Tells each waiting case what became of it; `decide` says whether it is an alert.
    pub(super) fn settle<E>(
        &mut self,
        mut decide: impl FnMut(&mut C) -> Result<bool, E>,
    ) -> Result<(), E> {
        for mut case in std::mem::take(&mut self.waiting) {
            if decide(&mut case)? {
                self.matched.push(case);
            } else {
                self.waiting.push(case);
            }
        }
        for counted in self.counted.values_mut() {
            decide(&mut counted.case)?;
        }
        Ok(())
    }

    /// What there was, in words.
    pub(super) fn summary(&self) -> String {
        let misses = self.misses.iter();
        let near: u64 = misses
            .filter(|(held, _)| self.is_near(held))
            .map(|(_, misses)| misses.count)
            .sum();
        let mut parts = vec![
            format!("{} asked", grouped(self.events)),
            match self.alerts {
                1 => "1 alert".to_owned(),
                alerts => format!("{} alerts", grouped(alerts)),
            },
            format!("{} silenced", grouped(self.silenced)),
        ];
        for (count, word) in [(self.folded, "folded"), (self.counts, "counted")] {
            if count > 0 {
                parts.push(format!("{} {word}", grouped(count)));
            }
        }
        match near {
            _ if self.misses.is_empty() => {}
            1 => parts.push("1 near miss".to_owned()),
            _ => parts.push(format!("{} near misses", grouped(near))),
        }
        parts.join(", ")
    }

    /// The cases to show: matches in the order of the input, for which half of the room is kept, then
    /// misses, the nearest first.
    pub(super) fn finish(mut self) -> Vec<C> {
        let mut misses = self.sorted_counted();
        misses.extend(self.sorted_misses());
        misses.truncate(self.limit);
        let free = self.limit.saturating_sub(misses.len());
        let mut cases = self.matched;
        cases.truncate(free.max(self.limit.div_ceil(2)));
        let free = self.limit.saturating_sub(cases.len());
        cases.extend(misses.into_iter().take(free));
        cases
    }

    /// What is counted without being an alert: the group that stands highest first.
    fn sorted_counted(&mut self) -> Vec<C> {
        let mut sorted: Vec<_> = std::mem::take(&mut self.counted).into_values().collect();
        sorted.sort_by(|a, b| {
            let more = b.progress.total_cmp(&a.progress);
            more.then(a.place.cmp(&b.place))
        });
        let waited = std::mem::take(&mut self.waiting).into_iter();
        let mut cases: Vec<C> = waited.collect();
        cases.extend(sorted.into_iter().map(|counted| counted.case));
        cases.truncate(self.limit);
        cases
    }

    /// The nearest misses, as many as may be shown. Those that fulfil the same conditions get a
    /// quarter of the room, and more only where others leave it.
    fn sorted_misses(&mut self) -> Vec<C> {
        let misses = std::mem::take(&mut self.misses);
        let any_near = !self.matched.is_empty() || misses.keys().any(|held| self.is_near(held));
        let alike = self.limit.div_ceil(4);
        let mut sorted = Vec::new();
        for (held, misses) in misses {
            if any_near && !self.is_near(&held) {
                continue;
            }
            let distance = self.distance(&held);
            let first = misses.first.into_iter().enumerate();
            sorted.extend(first.map(|(nth, (place, case))| (nth >= alike, distance, place, case)));
        }
        sorted.sort_by(|(a_more, a, x, _), (b_more, b, y, _)| {
            a_more.cmp(b_more).then(a.total_cmp(b)).then(x.cmp(y))
        });
        sorted.truncate(self.limit);
        sorted.sort_by(|(_, a, x, _), (_, b, y, _)| a.total_cmp(b).then(x.cmp(y)));
        sorted.into_iter().map(|(.., case)| case).collect()
    }

    /// Whether it fulfils a condition that most events don't. Of a few events, or of events that were
    /// chosen so that most fulfil every condition, all are near that fulfil any.
    fn is_near(&self, (query, held): &Fulfilled) -> bool {
        let Some(by) = self.held.get(*query) else {
            return false;
        };
        let is_rare = |by: &u64| by.saturating_mul(2) < self.events;
        let all = self.events <= self.limit as u64 || !by.iter().any(is_rare);
        let mut both = held.iter().zip(by);
        both.any(|(held, by)| *held && (all || is_rare(by)))
    }

    /// How far from a match: the sum of what the conditions weigh that do not hold.
    #[allow(clippy::cast_precision_loss, reason = "only the order matters")]
    fn distance(&self, (query, held): &Fulfilled) -> f64 {
        let all = self.events as f64 + 1.0;
        let by = self.held.get(*query).into_iter().flatten();
        let both = held.iter().zip(by);
        both.filter(|(held, _)| !**held)
            .map(|(_, by)| (all / (*by as f64 + 0.5)).ln())
            .sum()
    }
}

/// Of two queries the one of which more holds; the first of equals.
fn nearer(best: Fulfilled, next: Fulfilled) -> Fulfilled {
    let held = |one: &Fulfilled| one.1.iter().filter(|held| **held).count();
    if held(&next) * best.1.len() > held(&best) * next.1.len() {
        next
    } else {
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RARE: [Truth; 3] = [Truth::True, Truth::True, Truth::False];
    const USUAL: [Truth; 3] = [Truth::False, Truth::Unknown, Truth::True];
    const NONE: [Truth; 3] = [Truth::False; 3];

    fn gathered(limit: usize, events: &[([Truth; 3], Verdict)]) -> (Vec<usize>, String) {
        let mut nearest = Nearest::new(limit);
        for (at, (truths, verdict)) in events.iter().enumerate() {
            let judged = Judged {
                verdict: verdict.clone(),
                states: Vec::new(),
                waits: false,
            };
            nearest.add(&[truths.to_vec()], &judged, || at);
        }
        let summary = nearest.summary();
        (nearest.finish(), summary)
    }

    #[test]
    fn what_is_true_of_most_events_makes_no_near_miss() {
        let mut events = vec![(USUAL, Verdict::Quiet); 30];
        events.push((NONE, Verdict::Quiet));
        events.push((RARE, Verdict::Quiet));
        let (cases, summary) = gathered(20, &events);
        assert_eq!(cases, [31]);
        assert_eq!(summary, "32 asked, 0 alerts, 0 silenced, 1 near miss");
    }

    #[test]
    fn of_a_few_events_all_are_near_the_nearest_first() {
        let part = [Truth::True, Truth::False, Truth::False];
        let events = [USUAL, part, RARE, USUAL, NONE].map(|truths| (truths, Verdict::Quiet));
        assert_eq!(gathered(20, &events).0, [2, 0, 1, 3]);
    }

    #[test]
    fn matches_come_first_and_leave_half_of_the_room() {
        let silenced = ([Truth::True; 3], Verdict::Silenced(1));
        let mut events = vec![silenced; 10];
        events.extend(vec![(RARE, Verdict::Quiet); 10]);
        assert_eq!(gathered(4, &events).0, [0, 1, 10, 11]);
        assert_eq!(gathered(14, &events).0.len(), 14);
        assert_eq!(gathered(100, &events).0.len(), 20);
        assert!(gathered(0, &events).0.is_empty());
    }

    #[test]
    fn misses_of_one_kind_leave_room_for_others() {
        let part = [Truth::True, Truth::False, Truth::False];
        let mut events = vec![(RARE, Verdict::Quiet); 9];
        events.extend(vec![(part, Verdict::Quiet); 2]);
        events.extend(vec![(NONE, Verdict::Quiet); 20]);
        assert_eq!(gathered(8, &events).0, [0, 1, 2, 3, 4, 5, 9, 10]);
        assert_eq!(gathered(4, &events).0, [0, 1, 2, 9]);
    }

    #[test]
    fn where_nothing_is_near_the_nearest_are_shown_all_the_same() {
        let events = vec![(USUAL, Verdict::Quiet); 30];
        assert_eq!(gathered(2, &events).0, [0, 1]);
    }
}
