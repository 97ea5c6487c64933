//! The natural order of values, in which `sort`, `min`, `max` and `sortsFirst` see them.
//!
//! Ascending: what is missing, then values that are not numbers, then numbers. Texts are cut into
//! runs of digits and of other characters; digits compare by length and then by value, other
//! characters by code point, and digits stand before other characters.

use std::cmp::Ordering;

use super::coerce::{number_of, shown};
use super::value::Value;

/// Compares any two values. It is a total order up to values that count as the same number.
#[must_use]
pub fn natural_order(left: &Value<'_>, right: &Value<'_>) -> Ordering {
    match (left.is_missing(), right.is_missing()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        (false, false) => {}
    }
    match (number_of(left), number_of(right)) {
        (Some(a), Some(b)) => (a + 0.0).total_cmp(&(b + 0.0)),
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (None, None) => natural_text_order(&shown(left), &shown(right)),
    }
}

/// Compares two texts run by run.
#[must_use]
fn natural_text_order(mut left: &str, mut right: &str) -> Ordering {
    while !left.is_empty() && !right.is_empty() {
        let (a, b) = (first_run(left), first_run(right));
        let order = match (is_digits(a), is_digits(b)) {
            (true, true) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => a.cmp(b),
        };
        if order.is_ne() {
            return order;
        }
        left = left.get(a.len()..).unwrap_or_default();
        right = right.get(b.len()..).unwrap_or_default();
    }
    left.len().cmp(&right.len())
}

fn is_digits(run: &str) -> bool {
    run.starts_with(|c: char| c.is_ascii_digit())
}

fn first_run(text: &str) -> &str {
    let digits = is_digits(text);
    let end = text
        .bytes()
        .position(|byte| byte.is_ascii_digit() != digits);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]
mod tests {
    use super::*;
    use crate::query::samples::any_value;
    use proptest::prelude::*;

    #[test]
    fn runs_of_digits_sort_by_length_then_value() {
        let mut texts = ["pod-10", "pod-9", "pod-010", "pod", "pod-9a", "Pod-1"];
        texts.sort_by(|a, b| natural_text_order(a, b));
        assert_eq!(
            texts,
            ["Pod-1", "pod", "pod-9", "pod-9a", "pod-10", "pod-010"]
        );
    }

    #[test]
    fn words_stand_before_numbers_and_missing_before_all() {
        let mut values = [
            Value::text("10"),
            Value::text("abc"),
            Value::Number(9.0),
            Value::Missing,
            Value::text("1.0.0"),
        ];
        values.sort_by(natural_order);
        assert_eq!(
            values,
            [
                Value::Missing,
                Value::text("1.0.0"),
                Value::text("abc"),
                Value::Number(9.0),
                Value::text("10")
            ]
        );
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in any_value(), b in any_value(), c in any_value()) {
            let (ab, bc, ac) = (natural_order(&a, &b), natural_order(&b, &c), natural_order(&a, &c));
            prop_assert_eq!(ab, natural_order(&b, &a).reverse());
            prop_assert_eq!(natural_order(&a, &a), Ordering::Equal);
            if ab == bc {
                prop_assert_eq!(ac, ab);
            }
        }

        #[test]
        fn texts_are_ordered_totally(a in "[a-c0-2]{0,5}", b in "[a-c0-2]{0,5}", c in "[a-c0-2]{0,5}") {
            let mut texts = [a.as_str(), b.as_str(), c.as_str()];
            texts.sort_by(|x, y| natural_text_order(x, y));
            prop_assert!(natural_text_order(texts[0], texts[2]).is_le());
            prop_assert_eq!(natural_text_order(&a, &b) == Ordering::Equal, a == b);
        }
    }
}
