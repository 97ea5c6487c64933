//! Remembers how questions were answered for the same values: user agents, user names and addresses
//! come again and again, and searching them is dearer than comparing them.

use std::hash::Hasher as _;

use rustc_hash::FxHasher;

use crate::query::{FieldId, Row, Value};

/// How many answers are kept.
const KEPT: usize = 1024;

/// The longest values that an answer is kept for, in bytes.
const LONGEST: usize = 256;

/// The answers to questions that look at nothing but a few fields.
#[derive(Clone, Debug, Default)]
pub(super) struct Recall {
    /// The question and values that are asked for.
    key: Vec<u8>,
    /// Answers with their questions and values, each at the place that a quick hash of them gives.
    known: Vec<(Vec<u8>, bool)>,
}

impl Recall {
    /// The answer to a question, which `answer` gives where it is not known; the question reads these
    /// fields and nothing else.
    pub(super) fn answer(
        &mut self,
        question: usize,
        fields: &[FieldId],
        row: &dyn Row,
        answer: impl FnOnce() -> bool,
    ) -> bool {
        self.key.clear();
        self.key.extend_from_slice(&question.to_le_bytes());
        let simple = |field: &FieldId| add(&mut self.key, &row.value(*field));
        if !fields.iter().all(simple) {
            return answer();
        }
        if self.known.is_empty() {
            self.known.resize_with(KEPT, Default::default);
        }
        let mut quick = FxHasher::default();
        quick.write(&self.key);
        let place = usize::try_from(quick.finish() % KEPT as u64).unwrap_or_default();
        let Some((key, known)) = self.known.get_mut(place) else {
            return answer();
        };
        // A key is never empty, so a place where nothing is kept has none.
        if *key != self.key {
            *known = answer();
            key.clear();
            key.extend_from_slice(&self.key);
        }
        *known
    }
}

/// Adds a value to a key; `false` when it is too long, or not simple.
fn add(key: &mut Vec<u8>, value: &Value<'_>) -> bool {
    match value {
        Value::Missing => key.push(0),
        Value::Bool(flag) => key.extend_from_slice(&[1, u8::from(*flag)]),
        Value::Number(number) => {
            key.push(2);
            key.extend_from_slice(&number.to_bits().to_le_bytes());
        }
        Value::Text(text) if text.len() <= LONGEST => {
            key.push(3);
            key.extend_from_slice(&text.len().to_le_bytes());
            key.extend_from_slice(text.as_bytes());
        }
        Value::Text(_) | Value::Time(_) | Value::List(_) | Value::Json(_) => return false,
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
            "[01]{0,2}|x{300}".prop_map(|text| Value::Text(text.into())),
            "[01]".prop_map(|text| Value::List(vec![Value::Text(text.into())].into())),
        ]
    }

    proptest! {
        #[test]
        fn a_recalled_answer_is_the_one_that_would_be_given(
            rows in prop::collection::vec((0..3_usize, any_value(), any_value()), 0..80)
        ) {
            let mut recall = Recall::default();
            for (question, one, other) in rows {
                let row = Pair(one, other);
                // As good as any: it depends on all that it may depend on.
                let text = format!("{question} {:?} {:?}", row.0, row.1);
                let answer = text.bytes().fold(0_u8, u8::wrapping_add) % 2 == 0;
                let fields = [FieldId(0), FieldId(1)];
                prop_assert_eq!(recall.answer(question, &fields, &row, || answer), answer);
            }
        }
    }
}
