//! Arbitrary syntax trees for property tests, and their form without places.

use proptest::prelude::*;
use proptest::sample::select;

use crate::query::ast::*;
use crate::query::functions::FUNCTIONS;
use crate::query::samples::any_op;

const NOWHERE: Span = Span { start: 0, end: 0 };

/// The tree with every place taken out of its debug text.
pub(super) fn without_places(query: &Query) -> String {
    let text = format!("{query:?}");
    let places = regex::Regex::new(r"Span \{ start: \d+, end: \d+ \}").unwrap();
    places.replace_all(&text, "_").into_owned()
}

fn expr(kind: ExprKind) -> Expr {
    Expr {
        kind,
        span: NOWHERE,
    }
}

fn field_name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z@_][a-zA-Z0-9_]{0,5}(\\.[a-z0-9]{1,3}){0,2}",
        1 => "[ -~éß‘]{1,8}",
        1 => select(vec!["and", "BY", "true", "logfmt", "csv", "null", "in", "@LOGSTREAM", "a.", ".b"])
            .prop_map(str::to_owned),
    ]
}

fn name() -> impl Strategy<Value = Name> {
    field_name().prop_map(|text| Name {
        text,
        span: NOWHERE,
    })
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-1000i32..1000).prop_map(f64::from),
        any::<f64>().prop_filter("finite", |n| n.is_finite())
    ]
}

fn regex() -> impl Strategy<Value = Regex> {
    let piece = select(vec![
        "a", "b+", "/", "\\.", "\\\\", "[^x]", "(?i)", "\"", "'", "#", "|", "é",
    ]);
    prop::collection::vec(piece, 1..5).prop_map(|pieces| Regex {
        source: pieces.concat(),
        span: NOWHERE,
    })
}

fn literal() -> impl Strategy<Value = Expr> {
    prop_oneof![
        "\\PC{0,6}".prop_map(ExprKind::Text),
        "[\"'\\\\\n\tnt]{0,5}".prop_map(ExprKind::Text),
        number().prop_map(ExprKind::Number),
        any::<bool>().prop_map(ExprKind::Bool),
    ]
    .prop_map(expr)
}

fn leaf() -> impl Strategy<Value = Expr> {
    let period = (1u64..=24).prop_map(|n| ExprKind::Period(n * 3_600_000));
    prop_oneof![
        3 => field_name().prop_map(ExprKind::Field).prop_map(expr),
        2 => literal(),
        1 => period.prop_map(expr),
        1 => regex().prop_map(|r| expr(ExprKind::Regex(r))),
    ]
}

fn call(args: Vec<Expr>, which: usize) -> Expr {
    let name = FUNCTIONS[which % FUNCTIONS.len()].name.to_owned();
    expr(ExprKind::Call {
        name,
        args,
        name_span: NOWHERE,
    })
}

fn expression() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new).boxed();
        let list = prop::collection::vec(literal(), 0..3)
            .prop_map(|items| expr(ExprKind::List(items)))
            .boxed();
        let haystack = prop_oneof![
            list.clone(),
            field_name().prop_map(|f| expr(ExprKind::Field(f)))
        ];
        prop_oneof![
            (any_op(), boxed.clone(), boxed.clone())
                .prop_map(|(op, a, b)| ExprKind::Binary(op, a, b)),
            boxed.clone().prop_map(|a| ExprKind::Unary(UnaryOp::Not, a)),
            boxed
                .clone()
                .prop_map(|a| ExprKind::Unary(UnaryOp::Negate, a)),
            (boxed.clone(), haystack, any::<bool>()).prop_map(|(value, list, negated)| {
                ExprKind::In {
                    value,
                    list: Box::new(list),
                    negated,
                }
            }),
            (boxed.clone(), boxed.clone(), any::<bool>()).prop_map(|(value, pattern, negated)| {
                ExprKind::Like {
                    value,
                    pattern,
                    negated,
                }
            }),
            (prop::collection::vec(inner, 0..3), any::<usize>())
                .prop_map(|(args, i)| call(args, i).kind),
            Just(call(vec![expr(ExprKind::Star)], 0).kind),
            (boxed.clone(), "[ -~]{1,5}").prop_map(|(map, key)| ExprKind::Member(map, key)),
            (boxed.clone(), boxed).prop_map(|(list, index)| ExprKind::Index(list, index)),
            list.prop_map(|list| list.kind),
        ]
        .prop_map(expr)
    })
}

fn column() -> impl Strategy<Value = Column> {
    (expression(), prop::option::of(name())).prop_map(|(expr, alias)| Column { expr, alias })
}

fn columns() -> impl Strategy<Value = Vec<Column>> {
    prop::collection::vec(column(), 1..3)
}

fn names() -> impl Strategy<Value = Vec<Name>> {
    prop::collection::vec(name(), 1..3)
}

fn pattern() -> impl Strategy<Value = ParsePattern> {
    prop_oneof![
        ("\\PC{0,6}", names()).prop_map(|(pattern, names)| ParsePattern::Glob {
            pattern,
            span: NOWHERE,
            names
        }),
        (regex(), prop::option::of(name()))
            .prop_map(|(regex, multi)| ParsePattern::Regex { regex, multi }),
        name().prop_map(|into| ParsePattern::Logfmt { into }),
        names().prop_map(|names| ParsePattern::Csv { names }),
    ]
}

fn sort_key() -> impl Strategy<Value = SortKey> {
    (
        expression(),
        select(vec![Direction::Ascending, Direction::Descending]),
    )
        .prop_map(|(expr, direction)| SortKey { expr, direction })
}

pub(super) fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        columns().prop_map(CommandKind::Fields),
        expression().prop_map(CommandKind::Filter),
        (prop::option::of(expression()), pattern())
            .prop_map(|(input, pattern)| CommandKind::Parse(Parse { input, pattern })),
        (columns(), prop::collection::vec(column(), 0..3))
            .prop_map(|(aggregates, by)| CommandKind::Stats(Stats { aggregates, by })),
        columns().prop_map(CommandKind::Display),
        prop::collection::vec(sort_key(), 1..3).prop_map(CommandKind::Sort),
        (1u64..1_000_000).prop_map(CommandKind::Limit),
        names().prop_map(CommandKind::Dedup),
        (expression(), name()).prop_map(|(list, into)| CommandKind::Unnest { list, into }),
    ]
    .prop_map(|kind| Command {
        kind,
        span: NOWHERE,
    })
}
