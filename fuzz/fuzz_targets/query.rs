//! A text as a query: read, checked, written and read again, compiled, asked of a handful of
//! entries, and its table made.
#![no_main]

use std::hint::black_box;

use libfuzzer_sys::fuzz_target;
use trailhound::query::ast::Query;
use trailhound::query::{
    Diagnostics, MAX_QUERY_CHARS, Program, Source, Style, Table, check, parse, parse_condition,
    parse_with_warnings,
};
use trailhound::record::field::{EntryRow, FieldSchema, LogKind};
use trailhound_fuzz::{LINES, with_line};

fuzz_target!(|text: &str| {
    draw(text, &parse_condition(text).diagnostics);
    let parsed = parse_with_warnings(text);
    draw(text, &parsed.diagnostics);
    let Some(query) = parsed.query else { return };
    is_read_back(&query);
    for log in [LogKind::Audit, LogKind::Any] {
        run(text, &query, log);
    }
});

/// Drawing takes far longer than finding, so only some are drawn.
fn draw(text: &str, found: &Diagnostics) {
    if !text.len().is_multiple_of(4) {
        return;
    }
    black_box(found.render(&Source::new("query", text), Style::Plain));
}

/// Writing a query and reading it again gives the same query, places apart.
fn is_read_back(query: &Query) {
    let written = query.to_string();
    // Parentheses, quotes and keywords may be more than the text had.
    if written.chars().count() > MAX_QUERY_CHARS {
        return;
    }
    match parse(&written) {
        Ok(again) => assert_eq!(without_places(query), without_places(&again), "{written}"),
        Err(found) => {
            let deep = found.iter().all(|one| one.lint == "too-deep");
            assert!(deep, "{written}\n{found}");
        }
    }
}

/// The debug text of a tree, every place taken out.
fn without_places(query: &Query) -> String {
    let debug = format!("{query:?}");
    let mut pieces = debug.split("Span { ");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(piece.split_once('}').map_or(piece, |(_, rest)| rest));
    }
    text
}

/// Compiles a query for one kind of log, asks it about the entries, and makes its table.
fn run(text: &str, query: &Query, log: LogKind) {
    let mut schema = FieldSchema::new(log);
    let checked = check(query, &mut schema).diagnostics;
    draw(text, &checked);
    let program = match Program::compile(query, &mut schema) {
        Ok(program) => program,
        Err(error) => {
            assert!(checked.has_errors(), "the checks let through: {error:?}");
            return;
        }
    };
    let mut table = Some(Table::new(&program));
    for line in LINES {
        with_line(line, |entry| {
            let row = EntryRow::new(entry, &schema);
            black_box(program.matches(&row));
            table = table.take().and_then(|mut table| {
                table.push(&row).ok()?;
                Some(table)
            });
        });
    }
    black_box(table.map(Table::finish));
}
