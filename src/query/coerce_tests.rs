use super::super::samples::any_value;
use super::*;
use proptest::prelude::*;

fn list(items: &[Value<'static>]) -> Value<'static> {
    Value::List(items.to_vec().into())
}

#[test]
fn plain_decimals_look_like_numbers_and_nothing_else_does() {
    for (text, number) in [("0", 0.0), ("-12", -12.0), ("3.50", 3.5), ("007", 7.0)] {
        assert_eq!(number_of_text(text), Some(number), "{text}");
    }
    for text in [
        "", "-", ".", "1.", ".5", "+1", "1e5", "0x1", " 1", "1 ", "1.2.3", "nan", "inf", "١",
    ] {
        assert_eq!(number_of_text(text), None, "{text:?}");
    }
    assert_eq!(number_of_text(&"9".repeat(LONGEST_NUMBER + 1)), None);
}

#[test]
fn a_number_equals_every_spelling_of_it_but_texts_equal_only_themselves() {
    assert_eq!(
        equal(&Value::Number(401.0), &Value::text("401")),
        Truth::True
    );
    assert_eq!(
        equal(&Value::text("0401"), &Value::Number(401.0)),
        Truth::True
    );
    assert_eq!(
        equal(&Value::text("0401"), &Value::text("401")),
        Truth::False
    );
    assert_eq!(
        equal(&Value::Number(1.0), &Value::text("one")),
        Truth::False
    );
}

#[test]
fn a_boolean_equals_its_word_and_one_or_zero() {
    for right in [Value::Bool(true), Value::text("true"), Value::Number(1.0)] {
        assert_eq!(equal(&Value::Bool(true), &right), Truth::True, "{right:?}");
        assert_eq!(
            equal(&Value::Bool(false), &right),
            Truth::False,
            "{right:?}"
        );
    }
    assert_eq!(
        equal(&Value::Bool(true), &Value::text("TRUE")),
        Truth::False
    );
}

#[test]
fn a_time_equals_its_milliseconds_and_its_text() {
    let time = Value::Time(1_700_000_000_123);
    assert_eq!(
        equal(&time, &Value::Number(1_700_000_000_123.0)),
        Truth::True
    );
    assert_eq!(
        equal(&time, &Value::text("2023-11-14 22:13:20.123")),
        Truth::True
    );
    assert_eq!(equal(&time, &Value::Bool(true)), Truth::False);
}

#[test]
fn order_exists_only_between_numbers() {
    let less = |a: &str, b: &str| Comparison::Less.values(&Value::text(a), &Value::text(b));
    assert_eq!(less("9", "10"), Truth::True);
    assert_eq!(less("10", "9"), Truth::False);
    assert_eq!(less("a", "b"), Truth::Unknown);
    assert_eq!(less("1", "b"), Truth::Unknown);
}

#[test]
fn any_element_of_a_list_satisfies_also_a_negative_comparison() {
    let groups = list(&[Value::text("a"), Value::text("b")]);
    let a = Value::text("a");
    assert_eq!(Comparison::Equal.values(&groups, &a), Truth::True);
    assert_eq!(Comparison::NotEqual.values(&groups, &a), Truth::True);
    assert_eq!(
        Comparison::NotEqual.values(&list(std::slice::from_ref(&a)), &a),
        Truth::False
    );
}

#[test]
fn an_empty_list_is_like_a_missing_field() {
    for nothing in [list(&[]), Value::Missing] {
        for op in [Comparison::Equal, Comparison::NotEqual, Comparison::Less] {
            assert_eq!(op.values(&nothing, &Value::Number(1.0)), Truth::Unknown);
        }
    }
}

#[test]
fn values_show_as_a_person_expects() {
    assert_eq!(shown(&Value::Missing), "");
    assert_eq!(
        shown(&list(&[Value::text("a"), Value::Number(2.5)])),
        "a, 2.5"
    );
    assert_eq!(shown(&Value::Number(-0.0)), "0");
    assert_eq!(shown(&Value::Number(1e21)), "1000000000000000000000");
    assert_eq!(shown(&Value::Time(0)), "1970-01-01 00:00:00.000");
    assert_eq!(shown(&Value::Time(i64::MAX)), i64::MAX.to_string());
}

#[test]
fn only_true_and_numbers_but_zero_count_as_conditions() {
    let truths = [
        (Value::text("true"), Truth::True),
        (Value::text("1"), Truth::True),
        (Value::text("0"), Truth::False),
        (Value::text("yes"), Truth::False),
        (Value::Number(0.0), Truth::False),
        (Value::Missing, Truth::Unknown),
        (list(&[Value::Number(0.0), Value::Number(1.0)]), Truth::True),
    ];
    for (value, truth) in truths {
        assert_eq!(truth_of(&value), truth, "{value:?}");
    }
}

proptest! {
    #[test]
    fn equality_is_symmetric(a in any_value(), b in any_value()) {
        prop_assert_eq!(Comparison::Equal.values(&a, &b), Comparison::Equal.values(&b, &a));
    }

    #[test]
    fn a_mirrored_comparison_says_the_same(a in any_value(), b in any_value()) {
        for op in [Comparison::Less, Comparison::LessEqual, Comparison::Greater, Comparison::GreaterEqual] {
            prop_assert_eq!(op.values(&a, &b), op.mirrored().values(&b, &a));
        }
    }

    #[test]
    fn owning_changes_nothing(a in any_value()) {
        let owned = a.clone().into_owned();
        prop_assert_eq!(shown(&a), shown(&owned));
        let borrowed = a.reborrow();
        prop_assert_eq!(shown(&a), shown(&borrowed));
    }

    #[test]
    fn the_text_of_a_number_reads_as_that_number(number in -1e30_f64..1e30) {
        let text = number_text(number);
        if text.len() <= LONGEST_NUMBER {
            prop_assert_eq!(number_of_text(&text), Some(number));
        }
    }
}
