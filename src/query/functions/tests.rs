#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]

use super::*;

#[test]
fn every_spelling_finds_its_function_in_any_case() {
    for function in FUNCTIONS {
        for spelling in std::iter::once(&function.name).chain(function.aliases) {
            for written in [spelling.to_lowercase(), spelling.to_uppercase()] {
                assert_eq!(find(&written), Some(function), "{written}");
            }
        }
    }
}

#[test]
fn every_function_can_be_called() {
    for function in FUNCTIONS {
        assert!(
            function.max_args.is_none_or(|max| max >= function.min_args),
            "{}",
            function.name
        );
        assert!(!function.doc.is_empty(), "{}", function.name);
    }
}

#[test]
fn the_number_of_arguments_is_told_in_words() {
    let arity = |name| find(name).unwrap().arity();
    assert_eq!(arity("now"), "no argument");
    assert_eq!(arity("abs"), "1 argument");
    assert_eq!(arity("replace"), "3 arguments");
    assert_eq!(arity("substr"), "2 to 3 arguments");
    assert_eq!(arity("concat"), "at least 1 argument");
}
