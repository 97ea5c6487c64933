//! What a condition comes to where only some of the things that it asks are known.

use super::field::FieldId;
use super::node::{Condition, Frame};
use super::truth::Truth;

/// What a condition says of every row for which the known parts say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// It holds for none.
    Never,
    /// It holds for all.
    Always,
    /// The other parts decide.
    Open,
}

/// Whether what is told by these fields alone is known.
pub(super) type Told<'t> = &'t dyn Fn(&[FieldId]) -> bool;

/// The truths that are possible, one bit each.
#[derive(Clone, Copy)]
struct Possible(u8);

/// All truths, each at the place of its bit.
const TRUTHS: [Truth; 3] = [Truth::False, Truth::Unknown, Truth::True];

impl Possible {
    const ALL: Self = Self(0b111);

    const fn only(truth: Truth) -> Self {
        Self(1 << truth as u8)
    }

    const fn has(self, truth: Truth) -> bool {
        self.0 & Self::only(truth).0 != 0
    }

    fn truths(self) -> impl Iterator<Item = Truth> {
        TRUTHS.into_iter().filter(move |truth| self.has(*truth))
    }

    fn with(self, other: Self, join: fn(Truth, Truth) -> Truth) -> Self {
        let pairs = self
            .truths()
            .flat_map(|one| other.truths().map(move |two| join(one, two)));
        pairs.fold(Self(0), |sum, truth| Self(sum.0 | Self::only(truth).0))
    }
}

impl Condition {
    /// What it says of all rows for which what is told by known fields says the same as for this one.
    pub(super) fn given<'r>(&'r self, frame: &Frame<'r>, told: Told<'_>) -> Given {
        let possible = self.possible(frame, told);
        match (possible.has(Truth::True), possible.0.count_ones()) {
            (false, _) => Given::Never,
            (true, 1) => Given::Always,
            _ => Given::Open,
        }
    }

    fn possible<'r>(&'r self, frame: &Frame<'r>, told: Told<'_>) -> Possible {
        let joined = |parts: &'r [Self], start, join| {
            parts.iter().fold(Possible::only(start), |sum, part| {
                sum.with(part.possible(frame, told), join)
            })
        };
        match self {
            Self::All(parts) => joined(parts, Truth::True, Truth::and),
            Self::Any(parts) => joined(parts, Truth::False, Truth::or),
            Self::Not(condition) => {
                let truths = condition.possible(frame, told).truths();
                truths.fold(Possible(0), |sum, truth| {
                    Possible(sum.0 | Possible::only(!truth).0)
                })
            }
            leaf if leaf.leaf_fields().is_some_and(|fields| told(&fields)) => {
                Possible::only(leaf.truth(frame))
            }
            _ => Possible::ALL,
        }
    }

    /// The fields that alone tell a part; `None` for one that looks at the time, or at what was computed.
    pub(super) fn leaf_fields(&self) -> Option<Vec<FieldId>> {
        let mut fields = Vec::new();
        self.add_fields(&mut fields);
        (self.is_of_row() && self.is_timeless()).then_some(fields)
    }
}
