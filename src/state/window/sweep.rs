//! Moves a stretch of time over two neighbouring buckets and tells where it first holds enough.

use super::{Aggregate, Bucket, Crossing, Mark, Tally, WindowPlan};

/// When a key is inside the stretch that ends at `x` milliseconds after the later bucket's start:
/// while `x < leaves`, and from `enters` on.
struct Presence {
    number: f64,
    aggregate: u16,
    leaves: u32,
    enters: u32,
    /// When the key was first seen in the earlier bucket.
    since: Option<u32>,
}

impl Presence {
    const fn holds_at(&self, x: u32) -> bool {
        x < self.leaves || x >= self.enters
    }
}

/// The first moment in `bucket` at which the stretch that ends there passes the condition.
pub(super) fn first_crossing(
    plan: &WindowPlan,
    before: Option<&Bucket>,
    bucket: &Bucket,
    accepts: &dyn Fn(&[f64]) -> bool,
) -> Option<Crossing> {
    if !accepts(&most(plan, before, bucket)) {
        return None;
    }
    let presences = presences(before, bucket);
    let mut moments: Vec<u32> = bucket.marks.iter().map(|mark| mark.first).collect();
    moments.sort_unstable();
    moments.dedup();
    let counters_only = plan
        .aggregates
        .iter()
        .all(|aggregate| matches!(aggregate.tally, Tally::Count | Tally::Sum));
    let (at, values) = if counters_only {
        sweep(plan, &presences, &moments, accepts)?
    } else {
        moments.into_iter().find_map(|x| {
            let values = values_at(plan, &presences, x);
            accepts(&values).then_some((x, values))
        })?
    };
    let start = bucket.number.saturating_mul(plan.length);
    let inside = presences.iter().filter(|one| one.holds_at(at));
    let first = inside.map(|one| match one.since.filter(|_| at < one.leaves) {
        // Where the stretch begins after the key was first seen, the last time is the one known.
        Some(since) if since > at => i64::from(since) - plan.length,
        Some(_) => i64::from(one.leaves) - plan.length,
        None => i64::from(one.enters),
    });
    Some(Crossing {
        window: start,
        first: start + first.min().unwrap_or_else(|| i64::from(at)),
        at: start + i64::from(at),
        values,
        seed: None,
    })
}

/// The values over the stretch that ends at `x` milliseconds after the bucket's start.
pub(super) fn level(
    plan: &WindowPlan,
    before: Option<&Bucket>,
    bucket: &Bucket,
    x: u32,
) -> Vec<f64> {
    values_at(plan, &presences(before, bucket), x)
}

/// The values if everything in both buckets lay in one stretch: what no stretch exceeds.
fn most(plan: &WindowPlan, before: Option<&Bucket>, bucket: &Bucket) -> Vec<f64> {
    let mut most = plan.nothing();
    for (place, (value, aggregate)) in most.iter_mut().zip(&plan.aggregates).enumerate() {
        for bucket in before.into_iter().chain([bucket]) {
            let range = bucket.of_aggregate(place);
            if aggregate.tally == Tally::Count {
                *value += range.len() as f64;
                continue;
            }
            for mark in bucket.marks.get(range).unwrap_or_default() {
                *value = aggregate.tally.add(*value, mark.number);
            }
        }
    }
    most
}

fn presences(before: Option<&Bucket>, bucket: &Bucket) -> Vec<Presence> {
    let mut presences: Vec<Presence> = bucket
        .marks
        .iter()
        .map(|mark| Presence {
            number: mark.number,
            aggregate: mark.aggregate,
            leaves: 0,
            enters: mark.first,
            since: None,
        })
        .collect();
    let Some(before) = before else {
        return presences;
    };
    for mark in &before.marks {
        let found = bucket.marks.binary_search_by_key(&mark.name(), Mark::name);
        let known = found.ok().and_then(|place| presences.get_mut(place));
        match known {
            Some(known) => {
                known.leaves = mark.last;
                known.since = Some(mark.first);
            }
            None => presences.push(Presence {
                number: mark.number,
                aggregate: mark.aggregate,
                leaves: mark.last,
                enters: u32::MAX,
                since: Some(mark.first),
            }),
        }
    }
    presences
}

/// Counts up and down along the moments at which keys enter and leave.
fn sweep(
    plan: &WindowPlan,
    presences: &[Presence],
    moments: &[u32],
    accepts: &dyn Fn(&[f64]) -> bool,
) -> Option<(u32, Vec<f64>)> {
    let mut values = vec![0.0; plan.aggregates.len()];
    let mut changes: Vec<(u32, usize, f64)> = Vec::with_capacity(presences.len() * 2);
    for one in presences {
        let place = usize::from(one.aggregate);
        let weight = weight(plan.aggregates.get(place), one.number);
        if one.leaves > 0 {
            changes.push((0, place, weight));
        }
        // A key seen again before it would leave stays.
        if one.enters > one.leaves || one.leaves == 0 {
            if one.leaves > 0 {
                changes.push((one.leaves, place, -weight));
            }
            if one.enters != u32::MAX {
                changes.push((one.enters, place, weight));
            }
        }
    }
    changes.sort_unstable_by_key(|(at, ..)| *at);
    let mut changes = changes.into_iter().peekable();
    for x in moments {
        while let Some((_, place, by)) = changes.next_if(|(at, ..)| at <= x) {
            if let Some(value) = values.get_mut(place) {
                *value += by;
            }
        }
        if accepts(&values) {
            return Some((*x, values));
        }
    }
    None
}

fn weight(aggregate: Option<&Aggregate>, number: f64) -> f64 {
    match aggregate.map(|aggregate| aggregate.tally) {
        Some(Tally::Sum) => number,
        _ => 1.0,
    }
}

fn values_at(plan: &WindowPlan, presences: &[Presence], x: u32) -> Vec<f64> {
    let mut values = plan.nothing();
    for one in presences.iter().filter(|one| one.holds_at(x)) {
        plan.add(&mut values, one.aggregate, one.number);
    }
    values
}
