//! Sets of small numbers: queries and questions, by their place.

/// One bit for each number.
pub(super) type Bits = Vec<u64>;

/// No number yet, of so many that there are.
pub(super) fn none_of(many: usize) -> Bits {
    vec![0; many.div_ceil(64)]
}

/// Adds a number.
pub(super) fn set(bits: &mut Bits, number: usize) {
    if let Some(word) = bits.get_mut(number / 64) {
        *word |= 1 << (number % 64);
    }
}

/// Whether a number is in it.
pub(super) fn has(bits: &Bits, number: usize) -> bool {
    let word = bits.get(number / 64);
    word.is_some_and(|word| word >> (number % 64) & 1 == 1)
}

/// How many are in it.
pub(super) fn count(bits: &Bits) -> u32 {
    bits.iter().map(|word| word.count_ones()).sum()
}

/// Takes out all of another set.
pub(super) fn drop_all(bits: &mut Bits, out: &Bits) {
    for (word, mask) in bits.iter_mut().zip(out) {
        *word &= !mask;
    }
}

/// Takes out the first number from the word at a place on, and moves the place there.
pub(super) fn take_next(bits: &mut Bits, place: &mut usize) -> Option<usize> {
    loop {
        let word = bits.get_mut(*place)?;
        if *word != 0 {
            let bit = word.trailing_zeros() as usize;
            *word &= *word - 1;
            return Some(*place * 64 + bit);
        }
        *place += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn they_are_taken_out_in_order(
            all in prop::collection::btree_set(0..200_usize, 0..60),
            out in prop::collection::btree_set(0..200_usize, 0..60),
        ) {
            let bits = |numbers: &BTreeSet<usize>| {
                let mut bits = none_of(200);
                numbers.iter().for_each(|number| set(&mut bits, *number));
                bits
            };
            let (mut left, mut place) = (bits(&all), 0);
            prop_assert_eq!(count(&left) as usize, all.len());
            prop_assert!((0..250).all(|number| has(&left, number) == all.contains(&number)));
            drop_all(&mut left, &bits(&out));
            let taken: Vec<_> = std::iter::from_fn(|| take_next(&mut left, &mut place)).collect();
            prop_assert_eq!(taken, all.difference(&out).copied().collect::<Vec<_>>());
        }
    }
}
