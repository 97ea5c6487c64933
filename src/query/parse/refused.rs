//! What exists in Logs Insights and is not accepted here, each with its reason; and words of other
//! languages with what to write instead.

/// A construct that is known and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// How it is written; commands and functions in lower case.
    pub name: &'static str,
    /// Why it is refused.
    pub reason: &'static str,
    /// What to do instead.
    pub help: &'static str,
}

impl Refusal {
    pub(super) fn message(&self) -> String {
        format!("`{}` is not accepted: {}", self.name, self.reason)
    }
}

const fn refusal(name: &'static str, reason: &'static str, help: &'static str) -> Refusal {
    Refusal { name, reason, help }
}

/// Why a search over a stored range of time cannot run on a stream.
const WHOLE_RANGE: &str = "it needs all rows of a stored range of time at once";
const CONSOLE: &str = "use it in the console, on what the alert points to";
const STATS: &str = "count or group with `stats ... by`";

/// The refused commands, in lower case.
static COMMANDS: [Refusal; 27] = [
    refusal(
        "pattern",
        "it clusters the text of a stored range of time",
        CONSOLE,
    ),
    refusal("diff", "it compares two stored ranges of time", CONSOLE),
    refusal(
        "anomaly",
        "it needs a model that only the console has",
        CONSOLE,
    ),
    refusal(
        "source",
        "the console does not take it, so the query could not be pasted there",
        "choose log groups in the configuration; name the stream by `filter @logStream like /^.../`",
    ),
    refusal(
        "join",
        "it reads a second set of logs",
        "join by a sequence of two detectors",
    ),
    refusal(
        "lookup",
        "its tables are kept in CloudWatch",
        "use a configured `${list}` and `in`",
    ),
    refusal(
        "cidrlookup",
        "its tables are kept in CloudWatch",
        "use isIpInSubnet with a list",
    ),
    refusal(
        "unmask",
        "nothing is masked here, and the console asks a permission for it",
        "leave it out",
    ),
    refusal(
        "expand",
        "it is too new to be in every region",
        "use `jsonParse` and `unnest`",
    ),
    refusal(
        "search",
        "it is not documented",
        "write `filter @message like \"...\"`",
    ),
    refusal(
        "tail",
        "it is not documented",
        "write `sort @timestamp asc | limit 10`",
    ),
    refusal("filldown", WHOLE_RANGE, CONSOLE),
    refusal("fillmissing", WHOLE_RANGE, CONSOLE),
    refusal("accum", WHOLE_RANGE, STATS),
    refusal("autoregress", WHOLE_RANGE, CONSOLE),
    refusal("addtotals", WHOLE_RANGE, STATS),
    refusal("appendcols", WHOLE_RANGE, CONSOLE),
    refusal("outlier", WHOLE_RANGE, CONSOLE),
    refusal(
        "logcompare",
        "it compares two stored ranges of time",
        CONSOLE,
    ),
    refusal(
        "sessionize",
        WHOLE_RANGE,
        "use `stats ... by` the session's key and bin",
    ),
    refusal("countfrequent", WHOLE_RANGE, STATS),
    refusal("relevantfields", WHOLE_RANGE, CONSOLE),
    refusal(
        "estimate",
        "it is about the cost of a search in the console",
        "leave it out",
    ),
    refusal(
        "json",
        "it is too new to be in every region",
        "use the function `jsonParse`",
    ),
    refusal(
        "eval",
        "it belongs to another language",
        "write `fields expression as name`",
    ),
    refusal(
        "select",
        "it belongs to another language",
        "write `fields a, b | filter ...`",
    ),
    refusal(
        "rename",
        "it belongs to another language",
        "write `fields a as b`",
    ),
];

/// The refused functions, in lower case.
static FUNCTIONS: [Refusal; 6] = [
    refusal(
        "unmask",
        "nothing is masked here, and the console asks a permission for it",
        "leave it out",
    ),
    refusal(
        "ago",
        "it is not documented",
        "a stream is always about now; in the console choose the range of time",
    ),
    refusal("querystarttime", "a stream has no start", "leave it out"),
    refusal("queryendtime", "a stream has no end", "leave it out"),
    refusal(
        "querytimerange",
        "a stream has no range of time",
        "leave it out",
    ),
    refusal(
        "histogram",
        "the form of its result is not documented",
        "use count(*) by floor(field / width)",
    ),
];

/// A query inside a query.
pub(super) static SUBQUERY: Refusal = refusal(
    "in (SOURCE ...)",
    "a query inside a query reads a second set of logs",
    "use a configured `${list}`",
);

/// `by bin(5m) offset 1h`
pub(super) static OFFSET: Refusal = refusal(
    "offset",
    "it is too new to be in every region, and windows are aligned to the epoch",
    "leave it out",
);

/// The commands that are refused.
#[must_use]
pub fn refused_commands() -> &'static [Refusal] {
    &COMMANDS
}

/// The functions that are refused.
#[must_use]
pub fn refused_functions() -> &'static [Refusal] {
    &FUNCTIONS
}

/// Forms of commands that are accepted otherwise.
#[must_use]
pub fn refused_forms() -> [&'static Refusal; 2] {
    [&SUBQUERY, &OFFSET]
}

pub(super) fn command(lower: &str) -> Option<&'static Refusal> {
    COMMANDS.iter().find(|refusal| refusal.name == lower)
}

pub(super) fn function(lower: &str) -> Option<&'static Refusal> {
    FUNCTIONS.iter().find(|refusal| refusal.name == lower)
}

/// What to write for an operator in words that does not exist here.
pub(super) fn instead_of(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "is" => Some("write `ispresent(field)` or `not ispresent(field)`"),
        "contains" | "has" => Some("write `like \"text\"`"),
        "matches" | "regex" | "regexp" | "rlike" => Some("write `like /regex/`"),
        "startswith" => Some("write `like /^text/`"),
        "endswith" => Some("write `like /text$/`"),
        "between" => Some("write `field >= low and field <= high`"),
        "eq" => Some("write `=`"),
        "ne" | "neq" => Some("write `!=`"),
        "xor" => Some("write it with `and`, `or` and `not`"),
        "group" => Some("write `stats ... by field`"),
        _ => None,
    }
}

/// What to write for a function of other languages.
pub(super) fn instead_of_function(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "isnull" | "isnil" | "ismissing" => Some("write `not ispresent(field)`"),
        "isnotnull" | "exists" | "has" => Some("write `ispresent(field)`"),
        "ifnull" | "nvl" | "nullif" => Some("write `coalesce(field, other)`"),
        "length" | "len" => Some("write `strlen(text)`"),
        "substring" | "mid" => Some("write `substr(text, from, length)`, counted from 0"),
        "lower" | "lcase" => Some("write `tolower(text)`"),
        "upper" | "ucase" => Some("write `toupper(text)`"),
        "dc" | "dcount" | "distinct_count" | "approx_distinct" | "distinct" => {
            Some("write `count_distinct(field)`")
        }
        "mean" | "average" => Some("write `avg(field)`"),
        "percentile" | "perc" => Some("write `pct(field, 99)`"),
        "parse_json" | "json_extract" | "spath" | "from_json" => {
            Some("write `jsonParse(text).key`")
        }
        "match" | "matches" | "regexp_like" | "regex_match" => Some("write `field like /regex/`"),
        "cidrmatch" | "ipv4_is_in_range" => Some("write `isIpInSubnet(field, \"10.0.0.0/8\")`"),
        _ => None,
    }
}
