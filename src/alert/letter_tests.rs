//! The letter can be read, and nothing in it acts on what shows it.

use proptest::prelude::*;

use super::super::sample;
use super::*;

const LIMIT: usize = 262_144;

#[test]
fn a_letter_tells_who_did_what_where() {
    let alert = sample::full();
    insta::assert_snapshot!(format!("{}\n\n{}", subject(&alert), body(&alert, LIMIT)));
}

#[test]
fn a_letter_shows_what_an_attacker_wrote_and_does_nothing_of_it() {
    let alert = sample::hostile();
    insta::assert_snapshot!(format!("{}\n\n{}", subject(&alert), body(&alert, LIMIT)));
}

#[test]
fn a_letter_that_is_too_long_says_that_it_was_cut() {
    let mut alert = sample::full();
    alert.runbook = Some("step\n".repeat(1000));
    let short = body(&alert, 2000);
    assert!(short.len() <= 2000);
    assert!(short.ends_with(CUT), "{short}");
    assert!(short.contains(&alert.id.to_string()));
}

proptest! {
    #[test]
    fn a_subject_is_short_printable_ascii(summary in "\\PC*|(?s).*", name in proptest::option::of("(?s).{0,300}")) {
        let mut alert = sample::full();
        alert.summary = summary;
        alert.cluster.name = name;
        let subject = subject(&alert);
        prop_assert!(subject.len() <= LONGEST_SUBJECT);
        prop_assert!(subject.starts_with("[HIGH]"));
        prop_assert!(subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }

    #[test]
    fn a_letter_hides_nothing_and_keeps_the_limit(text in "(?s).{0,300}", limit in 100_usize..4000) {
        let mut alert = sample::full();
        alert.summary.clone_from(&text);
        alert.actor.username = Some(text.clone());
        alert.runbook = Some(text);
        let body = body(&alert, limit);
        prop_assert!(body.len() <= limit);
        prop_assert!(!body.chars().any(|c| c != '\n' && escape::is_hidden(c)));
    }
}
