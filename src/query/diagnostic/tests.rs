#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail loudly"
)]

use super::*;

fn unknown(start: usize, end: usize) -> Diagnostics {
    let span = Span::new(start, end);
    Diagnostic::error("unknown-field", span, "there is no field `verbs`").into()
}

#[test]
fn a_caret_stands_under_the_place_with_file_line_and_column() {
    let source = Source::new("rule.toml", "fields verb\n| filter verbs = 'get'").starting_at(7, 1);
    let drawn = unknown(21, 26).render(&source, Style::Plain);
    insta::assert_snapshot!(drawn, @r"
    error[unknown-field]: there is no field `verbs`
     --> rule.toml:8:10
      |
    8 | | filter verbs = 'get'
      |          ^^^^^
    ");
}

#[test]
fn the_column_of_a_one_line_query_counts_what_stands_before_it() {
    let source = Source::new("rule.toml", "filter verbs = 'get'").starting_at(4, 10);
    let drawn = unknown(7, 12).render(&source, Style::Plain);
    assert!(drawn.contains("rule.toml:4:17"), "{drawn}");
}

#[test]
fn a_suggestion_is_drawn_as_a_change() {
    let span = Span::new(7, 12);
    let diagnostic = Diagnostic::warning("other-case", span, "odd case")
        .help("the field is `verb`")
        .suggest(span, "verb");
    let drawn = Diagnostics::from(diagnostic)
        .render(&Source::new("-", "filter Verbs = 'get'"), Style::Plain);
    assert!(drawn.contains("the field is `verb`"), "{drawn}");
    assert!(drawn.contains("filter verb = 'get'"), "{drawn}");
}

#[test]
fn nothing_of_the_text_reaches_the_terminal_unescaped() {
    let text = "filter \u{1b}[31mverbs\u{202e}\u{7} = 'get'";
    let source = Source::new("a\u{1b}b", text);
    for style in [Style::Plain, Style::Colored] {
        let start = text.find("verbs").unwrap();
        let mut all = unknown(start, start + 5);
        all.push(Diagnostic::error("x", Span::new(0, 1), "bad \u{1b}]0;x\u{7}").help("\u{9b}1m"));
        let drawn = all.render(&source, style);
        assert!(drawn.contains("\\u{1b}[31mverbs\\u{202e}\\u{7}"), "{drawn}");
        assert!(!drawn.contains(['\u{7}', '\u{202e}', '\u{9b}']), "{drawn}");
        assert!(
            style == Style::Colored || !drawn.contains('\u{1b}'),
            "{drawn}"
        );
        assert!(!drawn.contains("\u{1b}]"), "{drawn}");
    }
}

#[test]
fn places_outside_the_text_are_drawn_at_its_end() {
    let drawn = unknown(500, 900).render(&Source::new("-", "filter é"), Style::Plain);
    assert!(drawn.contains("there is no field"), "{drawn}");
}

#[test]
fn the_same_finding_is_told_once() {
    let mut all = unknown(0, 1);
    all.append(unknown(0, 1));
    assert_eq!(all.len(), 1);
}
