//! What an event adds to what a stateful detector remembers: digests and a time, no text of the event.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use smallvec::SmallVec;

use super::detector::Detector;
use super::kind::{Kind, Threshold};
use super::probe::{Names, Probe};
use crate::query::{Bound, Measure, Row, Value, number_of, shown};
use crate::record::{Cluster, Entry};
use crate::state::{Digest, Digester, Hasher, Observed};

/// What one event adds to one detector's memory. Merging it twice, or in another order, changes
/// nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The detector's place among [`Engine::detectors`](super::Engine::detectors).
    pub detector: usize,
    /// When the event happened, in milliseconds since the Unix epoch.
    pub time: i64,
    pub(super) step: u16,
    /// The group, the owner of a value, or what the steps have in common; the cluster is in it.
    pub(super) key: Digest,
    /// Empty where it does not matter which event it is.
    pub(super) event: Digest,
    pub(super) what: What,
}

impl Contribution {
    /// The sighting of a value.
    pub(super) fn sighting(detector: usize, time: i64, owner: Digest, value: Digest) -> Self {
        Self {
            detector,
            time,
            step: 0,
            key: owner,
            event: Digest::default(),
            what: What::Seen { value },
        }
    }

    /// Whether it is a sighting of a value.
    #[must_use]
    pub const fn is_sighting(&self) -> bool {
        matches!(self.what, What::Seen { .. })
    }

    /// The step of a sequence that the event is, counted from 0.
    #[must_use]
    pub const fn step(&self) -> u16 {
        self.step
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// What most rows show to a threshold: one thing without a number, and no keys that matter.
    One {
        aggregate: u16,
        key: Digest,
    },
    Counted(Arc<Counted>),
    Seen {
        value: Digest,
    },
    Step,
}

/// What a row shows to a threshold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Counted {
    pub(super) observed: SmallVec<[Observed; 1]>,
    /// Where the filters after `stats` look at them.
    pub(super) keys: Vec<Value<'static>>,
}

impl From<Counted> for What {
    fn from(counted: Counted) -> Self {
        let Counted { observed, keys } = &counted;
        match observed.as_slice() {
            [one] if keys.is_empty() && one.number.to_bits() == 0 => Self::One {
                aggregate: one.aggregate,
                key: one.key,
            },
            _ => Self::Counted(Arc::new(counted)),
        }
    }
}

impl What {
    /// What it shows to a threshold; `None` where it is for no threshold.
    pub(super) fn counted(&self) -> Option<Cow<'_, Counted>> {
        Some(match self {
            Self::One { aggregate, key } => Cow::Owned(Counted {
                observed: SmallVec::from([Observed {
                    aggregate: *aggregate,
                    key: *key,
                    number: 0.0,
                }]),
                keys: Vec::new(),
            }),
            Self::Counted(counted) => Cow::Borrowed(counted),
            Self::Seen { .. } | Self::Step => return None,
        })
    }
}

/// What a detector's row is grouped by, by name.
pub type Group = Vec<(String, Option<String>)>;

/// The digest of a cluster: what keeps its state apart from all others'.
#[must_use]
pub fn cluster_digest(cluster: &Cluster) -> Digest {
    let parts = [
        &cluster.account,
        &cluster.region,
        &cluster.name,
        &cluster.log_group,
    ];
    let mut hasher = Hasher::default();
    for part in parts {
        // Nothing is not the same as an empty text.
        hasher.add(&[u8::from(part.is_some())]);
        hasher.add(part.as_deref().unwrap_or_default().as_bytes());
    }
    hasher.finish()
}

/// The digest of an event: the same for every stage of a
/// [request](crate::record::AuditRecord::request_name), and for every copy of a line.
#[must_use]
pub fn event_digest(entry: &Entry<'_>) -> Digest {
    let request = entry.audit().and_then(|facts| facts.record.request_name());
    match request.map(|name| name.map(|text| text.cow())) {
        Some(name) => Digest::of(name.iter().map(|text| &**text)),
        None => Digest::of([entry.event.message.trim_end()]),
    }
}

/// Who contributes what, for one event.
pub(super) struct Source<'e, 'a> {
    pub(super) detector: usize,
    pub(super) step: u16,
    pub(super) cluster: Digest,
    /// `None` where nothing tells when it happened.
    pub(super) time: Option<i64>,
    entry: &'e Entry<'a>,
    event: OnceCell<Digest>,
}

impl<'e, 'a> Source<'e, 'a> {
    /// The first step of a detector, for an event of a cluster.
    pub(super) fn new(detector: usize, cluster: Digest, entry: &'e Entry<'a>) -> Self {
        Self {
            detector,
            step: 0,
            cluster,
            time: entry.time(),
            entry,
            event: OnceCell::new(),
        }
    }

    /// The digest of the event: many contributions need none.
    fn event(&self) -> Digest {
        *self.event.get_or_init(|| event_digest(self.entry))
    }

    fn contribution(&self, key: Digest, event: Digest, what: What) -> Option<Contribution> {
        let contribution = Contribution {
            detector: self.detector,
            time: self.time?,
            step: self.step,
            key,
            event,
            what,
        };
        Some(contribution)
    }
}

impl Detector {
    /// Hands out what the rows of an event contribute that fulfils every question of the probe.
    pub(super) fn contribute(
        &self,
        probe: &Probe,
        row: &dyn Row,
        from: &Source<'_, '_>,
        digester: &mut Digester,
        on: &mut dyn FnMut(Contribution),
    ) {
        let mut number = 0_u64;
        probe.program.for_each_answered(row, &mut |bound| {
            if let Some(contribution) = self.of_row(bound, from, number, digester) {
                on(contribution);
            }
            number += 1;
        });
    }

    fn of_row(
        &self,
        bound: &Bound<'_>,
        from: &Source<'_, '_>,
        row: u64,
        digester: &mut Digester,
    ) -> Option<Contribution> {
        match &self.kind {
            Kind::Match => None,
            Kind::Threshold(threshold) => {
                // Several rows of one event count one by one.
                let of_row = || match row {
                    0 => from.event(),
                    _ => numbered(from.event(), row),
                };
                let values_alone = |measure: &Measure| *measure == Measure::Distinct;
                let event = match threshold.measures.iter().all(values_alone) {
                    true => Digest::default(),
                    false => of_row(),
                };
                let mut keys = Vec::new();
                start(digester, from.cluster);
                bound.each_key(&mut |key| {
                    add_value(digester, &key);
                    if threshold.keys_matter {
                        keys.push(key.into_owned());
                    }
                });
                let key = digester.finish().among(from.cluster);
                let observed = observe(threshold, bound, event, digester);
                from.contribution(key, event, Counted { observed, keys }.into())
            }
            Kind::FirstSeen(seen) => {
                let owner = if seen.key.0.is_empty() {
                    from.cluster
                } else {
                    digest(digester, from.cluster, &seen.key, bound)?
                };
                let value = digest(digester, owner, &seen.value, bound)?;
                from.contribution(owner, Digest::default(), What::Seen { value })
            }
            Kind::Sequence(sequence) => {
                let key = digest(digester, from.cluster, &sequence.by, bound)?;
                from.contribution(key, from.event(), What::Step)
            }
        }
    }

    /// What the row of an event that made a contribution is grouped by.
    pub(super) fn group(
        &self,
        probe: &Probe,
        row: &dyn Row,
        from: &Source<'_, '_>,
        wanted: &Contribution,
    ) -> Group {
        let mut group = Group::new();
        let mut digester = Digester::once();
        let mut number = 0_u64;
        probe.program.for_each_match(row, &mut |bound| {
            let this = self.of_row(bound, from, number, &mut digester);
            if group.is_empty() && this.as_ref() == Some(wanted) {
                group = self.named(probe, bound);
            }
            number += 1;
        });
        group
    }

    fn named(&self, probe: &Probe, bound: &Bound<'_>) -> Group {
        let of =
            |names: &Names| -> Group { names.0.iter().cloned().zip(names.texts(bound)).collect() };
        match &self.kind {
            Kind::Match => Group::new(),
            Kind::Threshold(_) => {
                let mut names = probe.program.stats_columns().iter().cloned();
                let mut group = Group::new();
                bound.each_key(&mut |key| {
                    let text = (!key.is_missing()).then(|| shown(&key).into_owned());
                    group.extend(names.next().map(|name| (name, text)));
                });
                group
            }
            Kind::FirstSeen(seen) => [of(&seen.key), of(&seen.value)].concat(),
            Kind::Sequence(sequence) => of(&sequence.by),
        }
    }
}

/// What each aggregate sees of a row.
fn observe(
    threshold: &Threshold,
    bound: &Bound<'_>,
    event: Digest,
    digester: &mut Digester,
) -> SmallVec<[Observed; 1]> {
    let mut observed = SmallVec::new();
    let mut measures = threshold.measures.iter().enumerate();
    bound.each_argument(&mut |value| {
        let Some((place, measure)) = measures.next() else {
            return;
        };
        let mut see = |key: Digest, number: f64| {
            observed.push(Observed {
                aggregate: u16::try_from(place).unwrap_or(u16::MAX),
                key,
                number,
            });
        };
        match (measure, &value) {
            (Measure::Rows, _) => see(event, 0.0),
            (_, Value::Missing) => {}
            (Measure::Present, _) => see(event, 0.0),
            (Measure::Distinct, Value::List(items)) => {
                for item in items.iter().filter(|item| !item.is_missing()) {
                    see(of_value(digester, item), 0.0);
                }
            }
            (Measure::Distinct, value) => see(of_value(digester, value), 0.0),
            (_, Value::List(items)) => {
                for (at, number) in items.iter().enumerate() {
                    if let Some(number) = number_of(number) {
                        see(numbered(event, at as u64), settled(*measure, number));
                    }
                }
            }
            (_, value) => {
                if let Some(number) = number_of(value) {
                    see(event, settled(*measure, number));
                }
            }
        }
    });
    observed
}

/// What is below nothing would undo what was summed up before.
fn settled(measure: Measure, number: f64) -> f64 {
    if measure == Measure::Sum {
        number.max(0.0)
    } else {
        number
    }
}

fn start(digester: &mut Digester, with: Digest) {
    digester.start();
    digester.add(&with.0);
}

fn numbered(event: Digest, number: u64) -> Digest {
    let mut hasher = Hasher::default();
    hasher.add(&event.0);
    hasher.add(&number.to_le_bytes());
    hasher.finish()
}

fn of_value(digester: &mut Digester, value: &Value<'_>) -> Digest {
    digester.start();
    digester.add(shown(value).as_bytes());
    digester.finish()
}

/// The digest of some values, of a cluster or of what is its own, among the cluster's others: what one page
/// of its log changes lies side by side. `None` when one of the values is missing.
fn digest(
    digester: &mut Digester,
    with: Digest,
    names: &Names,
    bound: &Bound<'_>,
) -> Option<Digest> {
    start(digester, with);
    for name in &names.0 {
        let value = bound.value(name);
        if value.is_missing() {
            return None;
        }
        add_value(digester, &value);
    }
    Some(digester.finish().among(with))
}

fn add_value(digester: &mut Digester, value: &Value<'_>) {
    // Nothing is not the same as an empty text.
    digester.add(&[u8::from(!value.is_missing())]);
    digester.add(shown(value).as_bytes());
}
