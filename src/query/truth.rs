//! Three-valued logic: what a condition says of a row that may lack the fields it asks for.
//!
//! The tables are Kleene's, as in SQL. A filter keeps a row only when its condition is [`Truth::True`].

/// The answer of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It does not hold.
    False,
    /// A value it depends on is missing or not comparable.
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    /// Both: the weaker of the two.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }

    /// Either: the stronger of the two.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, _) | (_, Self::True) => Self::True,
            (Self::False, Self::False) => Self::False,
            _ => Self::Unknown,
        }
    }

    /// Turned round when `turn` holds; [`Truth::Unknown`] stays.
    #[must_use]
    pub const fn negated_if(self, turn: bool) -> Self {
        match (self, turn) {
            (Self::False, true) => Self::True,
            (Self::True, true) => Self::False,
            (as_is, _) => as_is,
        }
    }

    /// Whether a filter keeps the row.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Self::True)
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        self.negated_if(true)
    }
}

impl From<bool> for Truth {
    fn from(flag: bool) -> Self {
        if flag { Self::True } else { Self::False }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, False, True, Unknown};
    use proptest::prelude::*;

    const ALL: [Truth; 3] = [False, Unknown, True];

    #[test]
    fn and_or_not_follow_kleene() {
        let and = ALL.map(|a| ALL.map(|b| a.and(b)));
        assert_eq!(
            and,
            [
                [False, False, False],
                [False, Unknown, Unknown],
                [False, Unknown, True]
            ]
        );
        let or = ALL.map(|a| ALL.map(|b| a.or(b)));
        assert_eq!(
            or,
            [
                [False, Unknown, True],
                [Unknown, Unknown, True],
                [True, True, True]
            ]
        );
        assert_eq!(ALL.map(|a| !a), [True, Unknown, False]);
    }

    #[test]
    fn only_true_passes_a_filter() {
        assert_eq!(ALL.map(Truth::holds), [false, false, true]);
    }

    fn any_truth() -> impl Strategy<Value = Truth> {
        prop::sample::select(ALL.to_vec())
    }

    proptest! {
        #[test]
        fn the_laws_of_de_morgan_hold(a in any_truth(), b in any_truth(), c in any_truth()) {
            prop_assert_eq!(!(a.and(b)), (!a).or(!b));
            prop_assert_eq!(!!a, a);
            prop_assert_eq!(a.and(b), b.and(a));
            prop_assert_eq!(a.and(b.or(c)), a.and(b).or(a.and(c)));
            prop_assert_eq!(a.and(b.and(c)), a.and(b).and(c));
        }
    }
}
