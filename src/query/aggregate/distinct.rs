//! How many different values there are: exactly up to [`MOST_DISTINCT`], then an estimate.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use rustc_hash::FxHashSet;

use crate::query::coerce::shown;
use crate::query::value::Value;

/// Up to how many different values are counted exactly. Beyond, the count is an estimate that is off
/// by about 1.6 percent (one standard deviation).
pub const MOST_DISTINCT: usize = 10_000;

/// How many of the smallest hashes the estimate keeps.
const KEPT_HASHES: usize = 4096;

/// The values seen, by their text: `401` and `"401"` are one.
#[derive(Debug)]
pub(in crate::query) enum Distinct {
    Exact(FxHashSet<Box<str>>),
    Smallest(BTreeSet<u64>),
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Exact(FxHashSet::default())
    }
}

impl Distinct {
    pub(super) fn add(&mut self, value: &Value<'_>) -> usize {
        let text = shown(value);
        match self {
            Self::Exact(texts) if texts.contains(&*text) => 0,
            Self::Exact(texts) if texts.len() < MOST_DISTINCT => {
                texts.insert(text.as_ref().into());
                text.len() + size_of::<Box<str>>()
            }
            Self::Exact(texts) => {
                let mut smallest = BTreeSet::new();
                for text in texts.iter() {
                    keep(&mut smallest, hash(text));
                }
                keep(&mut smallest, hash(&text));
                *self = Self::Smallest(smallest);
                0
            }
            Self::Smallest(smallest) => {
                keep(smallest, hash(&text));
                0
            }
        }
    }

    pub(super) fn estimate(&self) -> f64 {
        match self {
            Self::Exact(texts) => texts.len() as f64,
            Self::Smallest(smallest) => {
                let largest = smallest.last().copied().unwrap_or(u64::MAX);
                let share = largest as f64 / u64::MAX as f64;
                ((smallest.len() as f64 - 1.0) / share).round()
            }
        }
    }
}

fn keep(smallest: &mut BTreeSet<u64>, hash: u64) {
    smallest.insert(hash);
    if smallest.len() > KEPT_HASHES {
        smallest.pop_last();
    }
}

/// The same in every run and on every machine, so that results are.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
