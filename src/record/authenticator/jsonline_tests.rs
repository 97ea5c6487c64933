//! Lines of `--log-format json`, whole and cut.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use proptest::prelude::*;

use super::*;

#[test]
fn members_become_pairs_whatever_their_type() {
    let found =
        parse(r#"{"msg":"a\nb","n":12,"f":1.5,"t":true,"z":null,"g":["a","b"],"o":{"k":1}}"#);
    let read: Vec<_> = found.pairs.iter().map(|p| (&*p.key, &*p.value)).collect();
    let expected = [
        ("msg", "a\nb"),
        ("n", "12"),
        ("f", "1.5"),
        ("t", "true"),
        ("z", ""),
        ("g", "[a b]"),
        ("o", r#"{"k":1}"#),
    ];
    assert_eq!(read, expected);
    assert!(!found.truncated);
}

#[test]
fn texts_without_escapes_are_borrowed() {
    let found = parse(r#"{"msg":"plain"}"#);
    assert!(matches!(
        found.pairs.first().unwrap().value,
        Cow::Borrowed("plain")
    ));
}

#[test]
fn a_number_at_the_cut_is_not_trusted() {
    let found = parse(r#"{"msg":"a","n":12"#);
    assert_eq!(found.pairs.len(), 1);
    assert!(found.truncated);
}

#[test]
fn members_beyond_the_limit_are_left_and_told() {
    let members: Vec<_> = (0..=MAX_PAIRS).map(|n| format!("\"k{n}\":\"v\"")).collect();
    let line = format!("{{{}}}", members.join(","));
    let found = parse(&line);
    assert_eq!(found.pairs.len(), MAX_PAIRS);
    assert!(found.truncated);
}

proptest! {
    #[test]
    fn any_text_gives_a_bounded_result(line in "\\{.*") {
        prop_assert!(parse(&line).pairs.len() <= MAX_PAIRS);
    }

    #[test]
    fn every_prefix_keeps_each_complete_member(
        values in prop::collection::vec(".{0,8}", 1..8),
        at in 0.0..1.0_f64,
    ) {
        let members: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(n, value)| format!("\"k{n}\":{}", serde_json::to_string(value).unwrap()))
            .collect();
        let line = format!("{{{}}}", members.join(","));
        let cut = line.floor_char_boundary((line.len() as f64 * at) as usize);
        let found = parse(&line[..cut]);
        let mut end = 1;
        for (n, value) in values.iter().enumerate() {
            end += members[n].len();
            if end <= cut {
                prop_assert_eq!(found.pairs.get(n).map(|p| &*p.value), Some(value.as_str()));
            }
            end += 1;
        }
    }
}
