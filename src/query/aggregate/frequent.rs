//! Which values there are and how often: `values(f)` and `topk(k, f)`.

use rustc_hash::FxHashMap;

use crate::query::coerce::shown;
use crate::query::natural::natural_order;
use crate::query::value::Value;

/// How many different values are kept; later ones are not seen.
pub const MOST_VALUES: usize = 10_000;

/// The values by their text, with how often they came.
#[derive(Debug, Default)]
pub(in crate::query) struct Frequent(FxHashMap<Box<str>, (u64, Value<'static>)>);

impl Frequent {
    pub(super) fn add(&mut self, value: &Value<'_>) -> usize {
        let text = shown(value);
        if let Some((count, _)) = self.0.get_mut(&*text) {
            *count += 1;
            return 0;
        }
        if self.0.len() >= MOST_VALUES {
            return 0;
        }
        self.0
            .insert(text.as_ref().into(), (1, value.clone().into_owned()));
        text.len() + value.size()
    }

    /// All of them in natural order.
    pub(super) fn in_order(self) -> Value<'static> {
        let mut values: Vec<_> = self.0.into_values().map(|(_, value)| value).collect();
        values.sort_by(natural_order);
        list(values)
    }

    /// The most frequent ones, most frequent first, then in natural order.
    pub(super) fn most_frequent(self, most: usize) -> Value<'static> {
        let mut counted: Vec<_> = self.0.into_values().collect();
        counted.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| natural_order(left, right)));
        list(
            counted
                .into_iter()
                .take(most)
                .map(|(_, value)| value)
                .collect(),
        )
    }
}

fn list(values: Vec<Value<'static>>) -> Value<'static> {
    if values.is_empty() {
        Value::Missing
    } else {
        Value::List(values.into())
    }
}
