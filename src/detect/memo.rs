//! What was worked out for the same key before, in a table of limited size: two keys that fall on one
//! place take turns in it.

use std::hash::Hasher as _;

use rustc_hash::FxHasher;

use crate::query::{FieldId, Row, Value};

/// The longest key that is remembered, in bytes.
const LONGEST: usize = 4096;

/// What is remembered by key.
#[derive(Clone, Debug)]
pub(super) struct Memo<T> {
    /// How many keys there is room for.
    room: usize,
    /// The key that is asked for.
    key: Vec<u8>,
    /// Keys with what is known, each at the place that a quick hash gives.
    known: Vec<(Box<[u8]>, T)>,
}

impl<T: Default> Memo<T> {
    /// Nothing is known, and there is room for so many.
    pub(super) const fn new(room: usize) -> Self {
        Self {
            room,
            key: Vec::new(),
            known: Vec::new(),
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }

    /// What is known for the key that `write` writes, which is not empty; `work` tells it where nothing
    /// is. `None` where `write` says that there is no key, or where it is too long.
    #[inline]
    pub(super) fn get(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> bool,
        work: impl FnOnce() -> T,
    ) -> Option<&T> {
        self.key.clear();
        if !write(&mut self.key) || self.key.len() > LONGEST {
            return None;
        }
        if self.known.is_empty() {
            self.known.resize_with(self.room, Default::default);
        }
        let mut quick = FxHasher::default();
        quick.write(&self.key);
        let place = usize::try_from(quick.finish()).unwrap_or_default() % self.room.max(1);
        let (key, known) = self.known.get_mut(place)?;
        // A place where nothing is kept has an empty key.
        if **key != *self.key {
            *known = work();
            *key = self.key.as_slice().into();
        }
        Some(known)
    }
}

/// Adds the values of some fields to a key; `false` when one is not simple.
#[inline]
pub(super) fn add_values(key: &mut Vec<u8>, fields: &[FieldId], row: &dyn Row) -> bool {
    fields.iter().all(|field| add(key, &row.value(*field)))
}

#[inline]
fn add(key: &mut Vec<u8>, value: &Value<'_>) -> bool {
    match value {
        Value::Missing => key.push(0),
        Value::Bool(flag) => key.push(1 + u8::from(*flag)),
        Value::Number(number) => {
            key.push(3);
            key.extend_from_slice(&number.to_bits().to_le_bytes());
        }
        Value::Text(text) => {
            key.push(4);
            key.extend_from_slice(&text.len().to_le_bytes());
            key.extend_from_slice(text.as_bytes());
        }
        Value::Time(_) | Value::List(_) | Value::Json(_) => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Pair(Value<'static>, Value<'static>);

    impl Row for Pair {
        fn value(&self, field: FieldId) -> Value<'_> {
            if field.0 == 0 { &self.0 } else { &self.1 }.reborrow()
        }
    }

    fn any_value() -> impl Strategy<Value = Value<'static>> {
        prop_oneof![
            Just(Value::Missing),
            any::<bool>().prop_map(Value::Bool),
            (0..3).prop_map(|number| Value::Number(f64::from(number))),
            "[01]{0,2}|x{5000}".prop_map(|text| Value::Text(text.into())),
            "[01]".prop_map(|text| Value::List(vec![Value::Text(text.into())].into())),
        ]
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_would_be_worked_out(
            rows in prop::collection::vec((0..3_u8, any_value(), any_value()), 0..80)
        ) {
            let mut memo = Memo::new(7);
            for (name, one, other) in rows {
                let row = Pair(one, other);
                let text = format!("{name} {:?} {:?}", row.0, row.1);
                let is_short = !text.contains("xxx") && !text.contains("List");
                let write = |key: &mut Vec<u8>| {
                    key.push(name);
                    add_values(key, &[FieldId(0), FieldId(1)], &row)
                };
                let known = memo.get(write, || text.clone());
                prop_assert_eq!(known, is_short.then_some(&text));
            }
        }
    }
}
