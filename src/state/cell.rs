//! A cell: what is remembered under one key.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Baseline, Digest, Fold, Sequence, Window};

/// Which cell: a detector's id, and a digest that contains the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place<'d> {
    /// The detector, or another name for a family of cells.
    pub detector: &'d str,
    /// What is remembered about.
    pub key: Digest,
}

/// What is remembered under one key. Empty until something is merged into it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// The earliest time of anything.
    First(i64),
    /// Events of a group, for thresholds.
    Window(Window),
    /// When a value was seen.
    Baseline(Baseline),
    /// The steps of a sequence.
    Sequence(Sequence),
    /// Alerts that are one.
    Fold(Box<Fold>),
}

macro_rules! variant {
    ($name:ident, $variant:ident, $what:literal) => {
        #[doc = concat!("The ", $what, " in this cell; an empty or foreign cell becomes a new one.")]
        pub fn $name(&mut self) -> &mut $variant {
            if !matches!(self, Self::$variant(_)) {
                *self = Self::$variant(Default::default());
            }
            match self {
                Self::$variant(inside) => inside,
                // Just set.
                _ => unreachable!(),
            }
        }
    };
}

impl Cell {
    variant!(window, Window, "window");
    variant!(baseline, Baseline, "baseline");
    variant!(sequence, Sequence, "sequence");
    variant!(fold, Fold, "fold");

    /// Merges a time: the earliest stays. Returns what stays, and whether it is new.
    pub fn earliest(&mut self, time: i64) -> (i64, bool) {
        match self {
            Self::First(first) if *first <= time => (*first, false),
            _ => {
                *self = Self::First(time);
                (time, true)
            }
        }
    }

    /// Becomes empty when nothing is left inside.
    pub fn tidy(&mut self) {
        let empty = match self {
            Self::Window(window) => window.is_empty(),
            Self::Sequence(sequence) => sequence.is_empty(),
            Self::Empty | Self::First(_) | Self::Baseline(_) | Self::Fold(_) => false,
        };
        if empty {
            *self = Self::Empty;
        }
    }

    /// Since when anything in it waits to be decided, until no more events can come.
    #[must_use]
    pub fn waits(&self) -> Option<i64> {
        match self {
            Self::Baseline(baseline) => baseline.waits(),
            Self::Window(window) => window.waits(),
            Self::Fold(fold) => fold.waits(),
            Self::Empty | Self::First(_) | Self::Sequence(_) => None,
        }
    }

    /// About how many bytes it takes beyond its own size.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Empty | Self::First(_) => 0,
            Self::Window(window) => window.size(),
            Self::Baseline(baseline) => baseline.size(),
            Self::Sequence(sequence) => sequence.size(),
            Self::Fold(fold) => fold.size(),
        }
    }
}

/// How many bytes a list takes beyond its own size: none while it has one item.
pub(super) fn held<T>(list: &SmallVec<[T; 1]>) -> usize {
    match list.spilled() {
        true => list.capacity() * size_of::<T>(),
        false => 0,
    }
}
