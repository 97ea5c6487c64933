//! Tests of one value against constants: what most conditions of a detector come down to.
//!
//! They agree with the comparisons of `coerce` and differ only in speed: nothing is allocated, and
//! everything that can be prepared is.

use rustc_hash::FxHashSet;

use super::coerce::{Comparison, any, equal, number_of, number_of_text, text_of};
use super::pattern::Pattern;
use super::truth::Truth;
use super::value::Value;

/// From how many texts on a list is a hash set.
const LONG_LIST: usize = 8;

/// A test of a value.
#[derive(Debug)]
pub(super) enum Test {
    /// It equals the text.
    Text(Box<str>, Value<'static>),
    /// It equals some other constant.
    Equals(Value<'static>),
    /// It equals one of several constants.
    Among(Among),
    /// It has the pattern in it.
    Matches(Pattern),
    /// It stands in this order to a number.
    Order(Comparison, f64),
}

impl Test {
    /// The test for equality with a constant that is not a list.
    pub(super) fn equals(constant: Value<'static>) -> Self {
        match &constant {
            Value::Text(text) => Self::Text(text.as_ref().into(), constant),
            _ => Self::Equals(constant),
        }
    }

    /// Whether the value, or any element of it, passes; turned round for each element if `negated`.
    pub(super) fn passes(&self, value: &Value<'_>, negated: bool) -> Truth {
        match value {
            Value::List(items) => any(items, &|item| self.passes(item, negated)),
            single => self.single(single).negated_if(negated),
        }
    }

    fn single(&self, value: &Value<'_>) -> Truth {
        match (self, value) {
            (_, Value::Missing | Value::Json(_)) => Truth::Unknown,
            (Self::Text(constant, _), Value::Text(text)) => Truth::from(**constant == **text),
            (Self::Text(_, constant) | Self::Equals(constant), _) => equal(value, constant),
            (Self::Among(among), _) => among.has(value),
            (Self::Matches(pattern), Value::Text(text)) => Truth::from(pattern.matches(text)),
            (Self::Matches(pattern), _) => {
                text_of(value).map_or(Truth::Unknown, |text| Truth::from(pattern.matches(&text)))
            }
            (Self::Order(op, constant), _) => number_of(value).map_or(Truth::Unknown, |number| {
                Truth::from(op.numbers(number, *constant))
            }),
        }
    }

    /// Roughly what it costs, to ask cheap questions first.
    pub(super) const fn cost(&self) -> u32 {
        match self {
            Self::Text(..) => 1,
            Self::Equals(_) | Self::Order(..) => 2,
            Self::Among(_) => 3,
            Self::Matches(pattern) if pattern.is_regex() => 20,
            Self::Matches(_) => 6,
        }
    }
}

/// The constants of `in […]`.
#[derive(Debug)]
pub(super) struct Among {
    texts: Texts,
    /// Constants that are not texts, which a text may equal all the same.
    others: Box<[Value<'static>]>,
    all: Box<[Value<'static>]>,
}

#[derive(Debug)]
enum Texts {
    Few(Box<[Box<str>]>),
    Many(FxHashSet<Box<str>>),
}

impl Among {
    /// Prepares the constants, none of which is missing or a list.
    pub(super) fn new(all: Vec<Value<'static>>) -> Self {
        let mut texts = Vec::new();
        let mut others = Vec::new();
        for value in &all {
            match value {
                Value::Text(text) => texts.push(text.as_ref().into()),
                other => others.push(other.clone()),
            }
        }
        let texts = if texts.len() < LONG_LIST {
            Texts::Few(texts.into())
        } else {
            Texts::Many(texts.into_iter().collect())
        };
        Self {
            texts,
            others: others.into(),
            all: all.into(),
        }
    }

    fn has(&self, value: &Value<'_>) -> Truth {
        let Value::Text(text) = value else {
            return Truth::from(
                self.all
                    .iter()
                    .any(|constant| equal(value, constant).holds()),
            );
        };
        let found = match &self.texts {
            Texts::Few(texts) => texts.iter().any(|constant| **constant == **text),
            Texts::Many(texts) => texts.contains(text.as_ref()),
        };
        Truth::from(found || self.has_other(text))
    }

    fn has_other(&self, text: &str) -> bool {
        if self.others.is_empty() {
            return false;
        }
        let number = number_of_text(text);
        self.others.iter().any(|constant| match constant {
            Value::Number(constant) => number == Some(*constant),
            other => equal(other, &Value::text(text)).holds(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::any_value;
    use super::*;
    use proptest::prelude::*;

    fn any_constant() -> impl Strategy<Value = Value<'static>> {
        any_value().prop_filter("lists and nothing are no constants", |value| {
            !matches!(value, Value::List(_) | Value::Missing | Value::Json(_))
        })
    }

    #[test]
    fn a_missing_value_passes_neither_a_test_nor_its_opposite() {
        let tests = [
            Test::equals(Value::text("x")),
            Test::Among(Among::new(vec![])),
            Test::Matches(Pattern::text("")),
            Test::Order(Comparison::Less, 1.0),
        ];
        for test in tests {
            assert_eq!(test.passes(&Value::Missing, false), Truth::Unknown);
            assert_eq!(test.passes(&Value::Missing, true), Truth::Unknown);
        }
    }

    #[test]
    fn like_sees_the_decimal_text_of_a_number() {
        let test = Test::Matches(Pattern::text("40"));
        assert_eq!(test.passes(&Value::Number(404.0), false), Truth::True);
        assert_eq!(test.passes(&Value::Number(504.0), true), Truth::True);
    }

    proptest! {
        #[test]
        fn prepared_tests_agree_with_the_comparisons(
            value in any_value(), constant in any_constant(), negated: bool
        ) {
            let op = if negated { Comparison::NotEqual } else { Comparison::Equal };
            let slow = op.values(&value, &constant);
            prop_assert_eq!(Test::equals(constant).passes(&value, negated), slow);
        }

        #[test]
        fn membership_is_a_disjunction_of_equalities(
            value in any_constant(), constants in prop::collection::vec(any_constant(), 0..14)
        ) {
            let slow = constants.iter().any(|constant| equal(&value, constant).holds());
            prop_assert_eq!(Test::Among(Among::new(constants)).passes(&value, false), Truth::from(slow));
        }
    }
}
