#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use proptest::prelude::*;

use super::super::{End, Kind, Object, Raw};
use super::*;

/// The plain way to find the end of a container, one byte after the other.
fn naive_container_end(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (false, b'"') => in_string = true,
            (false, b'{' | b'[') => depth += 1,
            (false, b'}' | b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

proptest! {
    #[test]
    fn containers_end_where_the_plain_scan_says(inner in r#"[\[\]{}"a: ,]{0,300}|(\PC|"[a\[{}\]]{0,70}"|\\"){0,80}"#) {
        // Outside strings a backslash has no meaning in JSON, so only text inside strings holds one.
        let inside = serde_json::to_string(&inner).unwrap();
        let text = format!("{{\"k\":{inside},\"l\":[[{inside}],{{}}]}} trailing ]}}");
        prop_assert_eq!(container_end(text.as_bytes(), 0), naive_container_end(text.as_bytes()));
        let cut = text.as_bytes().get(..text.len() - 15).unwrap();
        prop_assert_eq!(container_end(cut, 0), naive_container_end(cut));
    }

    #[test]
    fn any_text_is_walked_without_panic(text in "\\PC{0,200}|[\\[\\]{}\":,\\\\a1]{0,200}") {
        let mut object = Object::new(&text);
        for (key, value) in object.by_ref() {
            let _ = (key.cow(), value.elements().count(), value.members().count());
        }
        prop_assert_ne!(object.end(), End::Open);
    }

    #[test]
    fn strings_come_back_as_they_were_written(key in "\\PC{0,40}", value in "\\PC{0,100}") {
        let json = serde_json::json!({ &key: &value }).to_string();
        let (read_key, read) = Object::new(&json).next().unwrap();
        prop_assert_eq!(read_key.cow(), key.as_str());
        prop_assert_eq!(read.text().unwrap().cow(), value.as_str());
    }

    #[test]
    fn every_prefix_keeps_the_members_that_are_complete(texts in prop::collection::vec("\\PC{0,20}", 1..6)) {
        let members: Vec<String> = texts
            .iter()
            .enumerate()
            .map(|(at, text)| format!("\"k{at}\":{}", serde_json::to_string(text).unwrap()))
            .collect();
        let whole = format!("{{{}}}", members.join(","));
        for (cut, _) in whole.char_indices() {
            let prefix = &whole[..cut];
            let expected = (0..members.len())
                .filter(|at| cut > members[..=*at].join(",").len())
                .count();
            prop_assert_eq!(Object::new(prefix).count(), expected, "{}", prefix);
        }
    }
}

#[test]
fn runs_of_backslashes_across_blocks_are_paired() {
    for run in 0..140 {
        let text = format!("[\"{}\\\\\",\"x\"] ]", "\\\\".repeat(run));
        assert_eq!(
            container_end(text.as_bytes(), 0),
            Some(text.len() - 2),
            "{run}"
        );
    }
}

#[test]
fn a_number_at_the_cut_is_not_taken_for_the_whole() {
    let mut object = Object::new(r#"{"code":40"#);
    assert!(object.next().is_none());
    assert_eq!(object.end(), End::Cut(1));
}

#[test]
fn a_container_at_the_cut_is_given_with_what_it_holds() {
    let mut object = Object::new(r#"{"user":{"username":"bob","uid":"x"#);
    let (_, user) = object.next().unwrap();
    assert!(!user.is_complete());
    assert_eq!(user.kind(), Kind::Object);
    assert_eq!(user.get("username").unwrap().text().unwrap().cow(), "bob");
    assert_eq!(user.get("uid"), None);
    assert!(object.next().is_none());
    assert_eq!(object.end(), End::Cut(1));
}

#[test]
fn something_that_cannot_stand_there_breaks_the_walk() {
    let mut object = Object::new(r#"{"a":1,b:2}"#);
    assert_eq!(object.by_ref().count(), 1);
    assert_eq!(object.end(), End::Broken(7));
    assert_eq!(Raw::parse("nonsense"), None);
}
