//! `trailhound filter-pattern`: what a subscription has to let through.
//!
//! The pattern alone goes to standard output; what it hides, and for whom, to standard error.

mod check;

use std::io::Write as _;

use anyhow::Result;

use super::Exit;
use super::args::{FilterPatternArgs, PatternForm};
use super::setup;
use crate::pattern::{CUT, MOST_CHARS, Needs, Terms, shorten, terms};

pub(super) fn run(args: &FilterPatternArgs) -> Result<Exit> {
    let settings = setup::settings(args.detectors.config.as_deref())?;
    let engine = setup::engine_of(&args.detectors, &settings, &args.only, &args.without)?;
    let mut needy = Vec::new();
    for detector in engine.detectors() {
        match detector.unset_lists.as_slice() {
            [] => needy.push(detector),
            unset => anstream::eprintln!(
                "{} is left out: it finds nothing until this list is set: {}",
                detector.id,
                unset.join(", ")
            ),
        }
    }
    let needs = Needs::of(needy);
    let text = match args.form {
        PatternForm::Json => json(&needs),
        PatternForm::Terms => plain(&needs),
    };
    writeln!(std::io::stdout(), "{text}")?;
    if args.check.is_empty() {
        return Ok(Exit::Done);
    }
    check::run(args, &settings, &engine, &text)
}

/// The JSON form, and a word on what it hides.
fn json(needs: &Needs) -> String {
    let made = shorten(&needs.audit);
    for words in &made.left_out {
        anstream::eprintln!("generalised, to stay within {MOST_CHARS} characters: {words}");
    }
    force(&made.everything, "that a JSON pattern can test");
    let text = made.text();
    if text.is_empty() {
        say_empty();
        return text;
    }
    anstream::eprintln!(
        "hides every line that is no JSON: audit events that CloudWatch cut off ({CUT}), and the authenticator's lines"
    );
    // The second filter of a log group passes what the first can't see.
    let rest = terms(&Needs {
        audit: Vec::new(),
        authenticator: needs.authenticator.clone(),
    });
    let rest = if rest.any_of.is_empty() {
        // A line of the authenticator begins with its time and level.
        Terms {
            any_of: vec![CUT.to_owned(), "level=".to_owned()],
            ..Terms::default()
        }
    } else {
        rest
    };
    let whom: Vec<&str> = needs
        .authenticator
        .iter()
        .flat_map(|one| one.detectors.iter().map(String::as_str))
        .collect();
    if !whom.is_empty() {
        anstream::eprintln!("detectors of the authenticator's log: {}", whom.join(", "));
    }
    anstream::eprintln!("a second filter passes what they need: {}", rest.text());
    text
}

/// The plain form, and a word on what it is worth.
fn plain(needs: &Needs) -> String {
    let made = terms(needs);
    force(&made.everything, "that is a text in the line");
    if made.too_long {
        anstream::eprintln!("the terms together are longer than {MOST_CHARS} characters");
    }
    let text = made.text();
    if text.is_empty() {
        say_empty();
    } else {
        anstream::eprintln!(
            "passes every line that CloudWatch cut off, and hides none that is needed"
        );
    }
    text
}

fn force(everything: &[String], condition: &str) {
    if !everything.is_empty() {
        anstream::eprintln!(
            "these detectors need everything, for want of a condition {condition} (leave them out with --without): {}",
            everything.join(", ")
        );
    }
}

fn say_empty() {
    anstream::eprintln!("the pattern is empty: it passes everything");
}
