//! `query.md`: the query language.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use trailhound::query::functions::{FUNCTIONS, Function, Since};
use trailhound::query::{
    DEFAULT_LIMIT, LONGEST_LIST, LONGEST_TEXT, MAX_DEPTH, MAX_QUERY_CHARS, MOST_BYTES,
    MOST_DISTINCT, MOST_GROUPS, MOST_ROWS, MOST_ROWS_PER_EVENT, MOST_SAMPLES, MOST_STATS,
    MOST_VALUES, REGEX_SIZE_LIMIT, Refusal, parse, refused_commands, refused_forms,
    refused_functions,
};

use super::markdown::{bytes, code, grouped, table};
use super::part;

/// What is accepted: form, an example that the parser takes, meaning.
const COMMANDS: [(&str, &str, &str); 15] = [
    (
        "fields",
        "fields @timestamp, actor, concat(verb, \" \", request.path) as what",
        "adds columns and computes new fields; a later item may use an earlier one",
    ),
    (
        "filter, where",
        "filter outcome = \"succeeded\" and actor.kind = \"human\"",
        "keeps the rows for which the condition is true; several are joined by `and`",
    ),
    (
        "filterIndex",
        "filterIndex verb in [\"get\", \"list\"]",
        "the same with `=` and `in` only: an index has no meaning here",
    ),
    (
        "parse glob",
        "parse userAgent \"*/*\" as client, version",
        "each star becomes a field; rows that do not match stay, without the fields",
    ),
    (
        "parse regex",
        "parse @message /arn=\"?(?<who>[^\" ]+)/",
        "each named group becomes a field",
    ),
    (
        "parse multi",
        "parse requestURI /command=(?<word>[^&]*)/ as words multi",
        "one row for each match",
    ),
    (
        "parse logfmt",
        "parse @message logfmt as line",
        "`key=value` pairs become `line.key`",
    ),
    (
        "parse csv",
        "parse userAgent csv as first, second",
        "each column becomes a field",
    ),
    (
        "stats",
        "stats count(*) as n, count_distinct(source.ip) as from by actor, bin(1h)",
        "groups rows; after it only its columns exist",
    ),
    (
        "display",
        "display actor, verb",
        "chooses the columns of the result",
    ),
    (
        "sort, order",
        "sort n desc, actor asc",
        "orders the result; without a direction descending",
    ),
    (
        "limit, head",
        "limit 20",
        "the largest number of rows of the result",
    ),
    (
        "dedup",
        "dedup actor, source.ip",
        "one row for each combination",
    ),
    (
        "unnest",
        "unnest jsonParse(requestObject.spec.list) into item",
        "one row for each element of a list",
    ),
    (
        "# comment",
        "filter verb = \"get\" # not over SPDY",
        "to the end of the line",
    ),
];

/// Operators from the tightest to the loosest.
const OPERATORS: [(&str, &str); 11] = [
    ("- (sign)", "the negative"),
    ("^", "power; `2 ^ 3 ^ 2` is `2 ^ (3 ^ 2)`"),
    ("* / %", "product, quotient, remainder; by zero missing"),
    ("+ -", "sum, difference; missing if a side is no number"),
    ("= ==", "equal, by value: `\"403\" = 403`"),
    ("!= < <= > >=", "unequal, and order of numbers and times"),
    ("in [...], not in [...]", "equal to one of a list, to none"),
    (
        "like \"text\", =~ /regex/, not like",
        "the text holds that text (no wildcards), or a match of the expression; case counts, `(?i)` at its head says it does not",
    ),
    ("not, !", "the opposite"),
    ("and", "both"),
    ("or", "either"),
];

pub(super) fn page() -> String {
    let mut out = format!(
        "# Query language\n\nThat of CloudWatch Logs Insights, evaluated offline.\n\n{}",
        part("query-intro.md")
    );
    commands(&mut out);
    operators(&mut out);
    let _ = write!(out, "\n{}", part("query-values.md"));
    functions(&mut out);
    refused(&mut out);
    lints(&mut out);
    limits(&mut out);
    let _ = write!(out, "\n{}", part("query-decisions.md"));
    out
}

fn commands(out: &mut String) {
    let rows = COMMANDS.map(|(form, example, meaning)| {
        let stands_first = format!("fields 1 as n | {example}");
        for text in [example, &stands_first] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
        [code(form), code(example), meaning.to_owned()]
    });
    let _ = write!(
        out,
        "\n## Commands\n\n{}",
        table(["command", "example", "does"], rows)
    );
}

fn operators(out: &mut String) {
    let rows = OPERATORS.map(|(operator, meaning)| [code(operator), meaning.to_owned()]);
    let _ = write!(
        out,
        "\n## Operators\n\nFrom the tightest to the loosest. Parentheses come first; `and` beside `or` wants them.\n\n{}",
        table(["operator", "means"], rows)
    );
}

fn functions(out: &mut String) {
    let row = |function: &Function| {
        let mut name = code(function.name);
        for alias in function.aliases {
            let _ = write!(name, ", {}", code(alias));
        }
        let new = if function.since == Since::New {
            "new"
        } else {
            ""
        };
        [
            name,
            function.arity(),
            new.to_owned(),
            function.doc.to_owned(),
        ]
    };
    let head = ["function", "takes", "", "yields"];
    let rows = FUNCTIONS
        .iter()
        .filter(|function| !function.is_aggregate())
        .map(row);
    let _ = write!(
        out,
        "\n## Functions of a row\n\nThose marked *new* came in 2026: the console of some regions may lack them.\n\n{}",
        table(head, rows)
    );
    let rows = FUNCTIONS
        .iter()
        .filter(|function| function.is_aggregate())
        .map(row);
    let _ = write!(
        out,
        "\n## Functions of a group, in `stats`\n\nThey may be combined: `sum(a) / count(*) as mean`. Missing values do not count; of a \
         list each element does.\n\n{}",
        table(head, rows)
    );
}

fn refused(out: &mut String) {
    let row = |refusal: &Refusal| {
        [
            code(refusal.name),
            refusal.reason.to_owned(),
            refusal.help.to_owned(),
        ]
    };
    let head = ["", "because", "instead"];
    for (what, rows) in [
        (
            "Commands",
            refused_commands().iter().map(row).collect::<Vec<_>>(),
        ),
        ("Functions", refused_functions().iter().map(row).collect()),
        ("Forms", refused_forms().into_iter().map(row).collect()),
    ] {
        let _ = write!(out, "\n## {what} that are refused\n\n{}", table(head, rows));
    }
}

fn lints(out: &mut String) {
    let text = part("lints.md");
    let told: BTreeSet<&str> = text
        .lines()
        .skip(2)
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let mut known = BTreeSet::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/query");
    gather(&source, &mut known);
    let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    assert_eq!(
        told, known,
        "docs/reference/parts/lints.md and the source name other lints"
    );
    let _ = write!(
        out,
        "\n## Lints\n\nWhat is said of a query, by the name in its message. An *error* stops the query, a *warning* does not.\n\n{text}"
    );
}

/// The lints that the source names.
fn gather(folder: &Path, names: &mut BTreeSet<String>) {
    let lint = regex::Regex::new(r#"(?:error|warning|warn)\(\s*"([a-z]+(?:-[a-z]+)*)","#).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("test") {
            continue;
        }
        if path.is_dir() {
            gather(&path, names);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            names.extend(lint.captures_iter(&text).map(|found| found[1].to_owned()));
        }
    }
}

fn limits(out: &mut String) {
    let number = |number: usize| grouped(number as u64);
    let size = |size: usize| bytes(size as u64);
    let rows = [
        ("characters of a query", number(MAX_QUERY_CHARS), "refused"),
        ("height of an expression", number(MAX_DEPTH), "refused"),
        (
            "compiled size of a regular expression",
            size(REGEX_SIZE_LIMIT),
            "refused",
        ),
        ("`stats` in a query", number(MOST_STATS), "refused"),
        ("rows of a result, by `limit`", number(MOST_ROWS), "refused"),
        (
            "rows of a result without `limit`",
            number(DEFAULT_LIMIT),
            "the rest is left out",
        ),
        (
            "rows that one event becomes",
            number(MOST_ROWS_PER_EVENT),
            "the rest is left out",
        ),
        (
            "groups of `stats`",
            number(MOST_GROUPS),
            "the query ends with an error",
        ),
        (
            "memory of a table",
            size(MOST_BYTES),
            "the query ends with an error",
        ),
        (
            "different values of `count_distinct`, for each group",
            number(MOST_DISTINCT),
            "an estimate from there on",
        ),
        (
            "values of `pct` and `median`, for each group",
            number(MOST_SAMPLES),
            "an estimate from there on",
        ),
        (
            "different values of `values` and `topk`, for each group",
            number(MOST_VALUES),
            "new ones are left out",
        ),
        (
            "bytes of a text that a function yields",
            size(LONGEST_TEXT),
            "cut",
        ),
        (
            "elements of a list that a function yields",
            number(LONGEST_LIST),
            "the rest is left out",
        ),
    ];
    let rows = rows.map(|(what, limit, beyond)| [what.to_owned(), limit, beyond.to_owned()]);
    let _ = write!(
        out,
        "\n## Limits\n\n{}",
        table(["of", "limit", "beyond it"], rows)
    );
}
