#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::super::ast::{BinaryOp, Direction, Expr, ExprKind, Regex, SortKey, Stats, UnaryOp};
use super::super::functions;
use super::super::program::Program;
use super::super::samples::{Names, any_op, any_value};
use super::super::table::Table;
use super::super::value::Value;
use super::*;
use proptest::prelude::*;

const fn expr(kind: ExprKind) -> Expr {
    Expr {
        kind,
        span: Span::new(0, 0),
    }
}

fn name(text: &str) -> Name {
    Name {
        text: text.to_owned(),
        span: Span::default(),
    }
}

fn any_field() -> impl Strategy<Value = String> {
    let names = vec![
        "a",
        "b",
        "a.b",
        "x",
        "x.k",
        "@timestamp",
        "@message",
        "count(*)",
        "nosuch",
    ];
    prop::sample::select(names).prop_map(str::to_owned)
}

fn any_source() -> impl Strategy<Value = Regex> {
    let sources = vec!["", "a", "^a", "(?<x>.)", "(", "(a)|b", "[^ ]*(?<a>1*)", "$"];
    prop::sample::select(sources).prop_map(|source| Regex {
        source: source.to_owned(),
        span: Span::default(),
    })
}

fn any_call() -> impl Strategy<Value = String> {
    let mut names: Vec<_> = functions::names().map(str::to_owned).collect();
    names.push("nosuch".to_owned());
    prop::sample::select(names)
}

/// Trees no parser would make, too.
fn any_expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        4 => any_field().prop_map(ExprKind::Field),
        3 => "[a1. %/-]{0,4}".prop_map(ExprKind::Text),
        2 => any::<f64>().prop_map(ExprKind::Number),
        1 => any::<bool>().prop_map(ExprKind::Bool),
        1 => any_source().prop_map(ExprKind::Regex),
        1 => any::<u64>().prop_map(ExprKind::Period),
        1 => Just(ExprKind::Star),
    ];
    leaf.prop_map(expr).prop_recursive(4, 24, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            (any_op(), boxed(), boxed()).prop_map(|(op, a, b)| ExprKind::Binary(op, a, b)),
            boxed().prop_map(|a| ExprKind::Unary(UnaryOp::Not, a)),
            boxed().prop_map(|a| ExprKind::Unary(UnaryOp::Negate, a)),
            prop::collection::vec(inner.clone(), 0..4).prop_map(ExprKind::List),
            (boxed(), boxed(), any::<bool>()).prop_map(|(value, list, negated)| ExprKind::In {
                value,
                list,
                negated
            }),
            (boxed(), boxed(), any::<bool>()).prop_map(|(value, pattern, negated)| {
                ExprKind::Like {
                    value,
                    pattern,
                    negated,
                }
            }),
            (any_call(), prop::collection::vec(inner.clone(), 0..4)).prop_map(|(name, args)| {
                ExprKind::Call {
                    name,
                    args,
                    name_span: Span::default(),
                }
            }),
            (boxed(), "[ab.0]{0,3}").prop_map(|(of, key)| ExprKind::Member(of, key)),
            (boxed(), boxed()).prop_map(|(of, at)| ExprKind::Index(of, at)),
        ]
        .prop_map(expr)
    })
}

fn any_column() -> impl Strategy<Value = Column> {
    (any_expr(), prop::option::of(any_field())).prop_map(|(expr, alias)| Column {
        expr,
        alias: alias.map(|text| name(&text)),
    })
}

fn any_command() -> impl Strategy<Value = Command> {
    let columns = || prop::collection::vec(any_column(), 0..3);
    let names = || prop::collection::vec(any_field().prop_map(|text| name(&text)), 0..3);
    let pattern = prop_oneof![
        ("[a*\n]{0,4}", names()).prop_map(|(pattern, names)| ParsePattern::Glob {
            pattern,
            span: Span::default(),
            names
        }),
        (any_source(), prop::option::of(any_field())).prop_map(|(regex, multi)| {
            ParsePattern::Regex {
                regex,
                multi: multi.map(|text| name(&text)),
            }
        }),
        any_field().prop_map(|text| ParsePattern::Logfmt { into: name(&text) }),
        names().prop_map(|names| ParsePattern::Csv { names }),
    ];
    let kind = prop_oneof![
        columns().prop_map(CommandKind::Fields),
        any_expr().prop_map(CommandKind::Filter),
        (prop::option::of(any_expr()), pattern)
            .prop_map(|(input, pattern)| CommandKind::Parse(Parse { input, pattern })),
        (columns(), columns())
            .prop_map(|(aggregates, by)| CommandKind::Stats(Stats { aggregates, by })),
        columns().prop_map(CommandKind::Display),
        any_expr().prop_map(|expr| {
            CommandKind::Sort(vec![SortKey {
                expr,
                direction: Direction::Ascending,
            }])
        }),
        any::<u64>().prop_map(CommandKind::Limit),
        names().prop_map(CommandKind::Dedup),
        (any_expr(), any_field()).prop_map(|(list, text)| CommandKind::Unnest {
            list,
            into: name(&text)
        }),
    ];
    kind.prop_map(|kind| Command {
        kind,
        span: Span::default(),
    })
}

#[test]
fn a_tree_that_is_too_deep_is_refused_and_a_long_chain_is_not() {
    let field = || Box::new(expr(ExprKind::Field("a".to_owned())));
    let filter = |condition: Box<Expr>| {
        let command = Command {
            kind: CommandKind::Filter(*condition),
            span: Span::default(),
        };
        Program::compile(
            &Query {
                commands: vec![command],
            },
            &mut Names::default(),
        )
    };
    let mut chain = field();
    let mut deep = field();
    for _ in 0..1000 {
        chain = Box::new(expr(ExprKind::Binary(BinaryOp::Or, chain, field())));
        deep = Box::new(expr(ExprKind::Unary(UnaryOp::Not, deep)));
    }
    assert!(filter(chain).is_ok());
    assert!(
        filter(deep)
            .unwrap_err()
            .message
            .contains("nested too deeply")
    );
}

#[test]
fn eleven_stats_are_refused_and_ten_are_not() {
    let count = |commands: usize| {
        let text = vec!["stats count(*)"; commands].join(" | ");
        let query = super::super::parse(&text).unwrap();
        Program::compile(&query, &mut Names::default()).map(|_| ())
    };
    assert!(count(MOST_STATS).is_ok());
    assert!(count(MOST_STATS + 1).is_err());
}

#[test]
fn every_function_of_the_catalogue_can_be_evaluated() {
    for function in functions::FUNCTIONS {
        let most = function.max_args.unwrap_or(3).min(5);
        for count in function.min_args..=most {
            if count == 0 && function.name == "count" {
                continue;
            }
            let args = match (function.name, count) {
                ("regexReplace", _) => "a, 'b', 'c'".to_owned(),
                ("parseDate" | "formatDate" | "strftime", 2) => "a, '%Y'".to_owned(),
                ("parseDate" | "formatDate" | "strftime", 3) => "a, '%Y', 'UTC'".to_owned(),
                ("isIpInSubnet" | "isIpv4InSubnet" | "isIpv6InSubnet", _) => {
                    "a, '10.0.0.0/8'".to_owned()
                }
                ("pct", _) => "a, 95".to_owned(),
                ("rate", _) => "a, 1m".to_owned(),
                ("topk", _) => "3, a".to_owned(),
                ("bin", _) => "5m".to_owned(),
                _ => vec!["a"; count].join(", "),
            };
            let command = if function.is_aggregate() {
                "stats"
            } else {
                "fields"
            };
            let text = format!("{command} {}({args}) as r", function.name);
            let query = super::super::parse(&text).unwrap();
            let compiled = Program::compile(&query, &mut Names::default());
            assert!(compiled.is_ok(), "{text}: {compiled:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_tree_and_no_row_make_it_panic(
        commands in prop::collection::vec(any_command(), 0..5),
        rows in prop::collection::vec((any_value(), any_value(), any_value()), 0..4)
    ) {
        let mut names = Names::default();
        if let Ok(program) = Program::compile(&Query { commands }, &mut names) {
            let mut table = Table::new(&program);
            for (a, b, x) in rows {
                let row = names.row(&[
                    ("a", a), ("b", b), ("x", x),
                    ("@timestamp", Value::Time(5)), ("@message", Value::text("a=1 b=\"x\"")),
                ]);
                let mut rows = 0;
                program.for_each_match(&row, &mut |bound| {
                    rows += 1;
                    bound.each_key(&mut |_| {});
                    bound.each_argument(&mut |_| {});
                    let _ = bound.value("x.k");
                });
                prop_assert_eq!(program.matches(&row), rows > 0);
                prop_assert!(table.push(&row).is_ok());
            }
            prop_assert!(table.finish().is_ok());
        }
    }
}
