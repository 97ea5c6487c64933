//! Which messages are sent together. Pure.
//!
//! PublishBatch takes ten entries and 256 KB in all, attributes included. On a FIFO topic one entry may
//! fail while a later one of its group succeeds: so a call has one of each group at most.

use std::collections::HashSet;

/// The most entries of a call.
pub(super) const MOST_ENTRIES: usize = 10;

/// What packing has to know of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parcel<'a> {
    /// How many bytes it takes.
    pub(super) size: usize,
    /// The group within which the order is kept.
    pub(super) group: Option<&'a str>,
}

/// The places in `parcels` of those that go into the next call: of the places `left`, which are in
/// order. A parcel that is too large for `limit` by itself goes alone. Empty when none is left.
pub(super) fn next(parcels: &[Parcel<'_>], left: &[usize], limit: usize) -> Vec<usize> {
    let mut chosen = Vec::new();
    let mut total = 0_usize;
    let mut passed = HashSet::new();
    for &place in left {
        let Some(parcel) = parcels.get(place) else {
            continue;
        };
        let waits = parcel.group.is_some_and(|group| !passed.insert(group));
        let fits = chosen.is_empty() || total.saturating_add(parcel.size) <= limit;
        if waits || !fits {
            continue;
        }
        total = total.saturating_add(parcel.size);
        chosen.push(place);
        if chosen.len() == MOST_ENTRIES {
            break;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parcels(sizes: &[(usize, Option<u8>)]) -> Vec<Parcel<'static>> {
        const GROUPS: [&str; 3] = ["a", "b", "c"];
        let parcel = |&(size, group): &(usize, Option<u8>)| Parcel {
            size,
            group: group.map(|group| GROUPS[usize::from(group) % 3]),
        };
        sizes.iter().map(parcel).collect()
    }

    #[test]
    fn a_full_call_leaves_the_rest_for_the_next() {
        let parcels = parcels(&[(1, None); 25]);
        let left: Vec<_> = (0..25).collect();
        assert_eq!(next(&parcels, &left, 100), (0..10).collect::<Vec<_>>());
        assert_eq!(next(&parcels, &left[20..], 100), [20, 21, 22, 23, 24]);
        assert!(next(&parcels, &[], 100).is_empty());
    }

    #[test]
    fn one_of_each_group_goes() {
        let parcels = parcels(&[(1, Some(0)), (1, Some(0)), (1, Some(1)), (1, Some(0))]);
        assert_eq!(next(&parcels, &[0, 1, 2, 3], 100), [0, 2]);
    }

    proptest! {
        #[test]
        fn each_goes_once_in_order_within_its_group_and_no_call_is_too_large(
            sizes in proptest::collection::vec((1_usize..60, proptest::option::of(0_u8..3)), 0..60)
        ) {
            let parcels = parcels(&sizes);
            let mut left: Vec<_> = (0..parcels.len()).collect();
            let mut sent = Vec::new();
            while !left.is_empty() {
                let call = next(&parcels, &left, 100);
                prop_assert!((1..=MOST_ENTRIES).contains(&call.len()));
                let total: usize = call.iter().map(|place| parcels[*place].size).sum();
                prop_assert!(total <= 100);
                let groups: Vec<_> = call.iter().filter_map(|place| parcels[*place].group).collect();
                let distinct: HashSet<_> = groups.iter().collect();
                prop_assert_eq!(groups.len(), distinct.len());
                left.retain(|place| !call.contains(place));
                sent.extend(call);
            }
            for group in ["a", "b", "c"] {
                let of_group: Vec<_> = sent.iter().filter(|place| parcels[**place].group == Some(group)).collect();
                prop_assert!(of_group.is_sorted());
            }
            sent.sort_unstable();
            prop_assert_eq!(sent, (0..parcels.len()).collect::<Vec<_>>());
        }
    }
}
