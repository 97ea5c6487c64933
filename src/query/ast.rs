//! The abstract syntax of a query, with the place of every node in the text.
//!
//! Pure data. Nothing here knows how a query is written, checked or evaluated; [`std::fmt::Display`]
//! (in `print`) writes any tree back as Insights text.

/// A half-open range of byte offsets into the query text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Span {
    /// The range from `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A whole query: its commands in the order they were written.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The commands between the pipes.
    pub commands: Vec<Command>,
}

/// One command of the pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// What it does.
    pub kind: CommandKind,
    /// From its keyword to its last argument.
    pub span: Span,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandKind {
    /// `fields a, expr as b`: adds columns, and computes new fields.
    Fields(Vec<Column>),
    /// `filter`, `where` or `filterIndex`: keeps the rows for which the condition is true.
    Filter(Expr),
    /// `parse`: takes new fields out of a text.
    Parse(Parse),
    /// `stats … by …`: groups rows and aggregates.
    Stats(Stats),
    /// `display a, b`: chooses the output columns.
    Display(Vec<Column>),
    /// `sort` or `order`: the order of the output.
    Sort(Vec<SortKey>),
    /// `limit` or `head`: the largest number of output rows.
    Limit(u64),
    /// `dedup a, b`: one row for each combination.
    Dedup(Vec<Name>),
    /// `unnest list into x`: one row for each element of a list.
    Unnest {
        /// The list.
        list: Expr,
        /// The field that holds the element.
        into: Name,
    },
}

/// A field's name as the query means it: the flattened path, backticks taken off.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The flattened path, for example `annotations.authorization.k8s.io/decision`.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// An expression with an optional alias.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What is computed.
    pub expr: Expr,
    /// The name after `as`.
    pub alias: Option<Name>,
}

/// The three ways to take a text apart, and what they are applied to.
#[derive(Clone, Debug, PartialEq)]
pub struct Parse {
    /// The text; `@message` when the query names none.
    pub input: Option<Expr>,
    /// How it is taken apart.
    pub pattern: ParsePattern,
}

/// How `parse` takes a text apart.
#[derive(Clone, Debug, PartialEq)]
pub enum ParsePattern {
    /// `"from * to *" as a, b`.
    Glob {
        /// The text with stars, unescaped.
        pattern: String,
        /// Where the pattern stands.
        span: Span,
        /// A name for each star.
        names: Vec<Name>,
    },
    /// `/regex with (?<name>…)/`, and with `as x multi` one row per match.
    Regex {
        /// The expression and its place.
        regex: Regex,
        /// The list of matches of `as x multi`.
        multi: Option<Name>,
    },
    /// `logfmt as m`: `key=value` pairs, read as `m.key`.
    Logfmt {
        /// The prefix of the new fields.
        into: Name,
    },
    /// `csv as a, b`.
    Csv {
        /// A name for each column.
        names: Vec<Name>,
    },
}

/// `stats aggregate as a, … by key as k, …`.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// The aggregates, or expressions over aggregates.
    pub aggregates: Vec<Column>,
    /// What the rows are grouped by.
    pub by: Vec<Column>,
}

/// One key of `sort`.
#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    /// What is compared.
    pub expr: Expr,
    /// Which way.
    pub direction: Direction,
}

/// The direction of a sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first; also what a key without a direction means.
    Descending,
}

/// An expression and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A field, or an alias made by an earlier command.
    Field(String),
    /// A text in quotes, unescaped.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `["a", 3]`.
    List(Vec<Expr>),
    /// A regular expression in slashes.
    Regex(Regex),
    /// A period such as `5m`, in milliseconds.
    Period(u64),
    /// `*`, the argument of `count`.
    Star,
    /// `-a` or `not a`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`, `a and b`, …
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a in […]`, `a not in […]`.
    In {
        /// What is looked for.
        value: Box<Expr>,
        /// Where it is looked for: a list, or a field that holds one.
        list: Box<Expr>,
        /// `not in`.
        negated: bool,
    },
    /// `a like b`, `a not like b`, `a =~ b`; the pattern is a text or a regex.
    Like {
        /// The text that is searched.
        value: Box<Expr>,
        /// What is searched for.
        pattern: Box<Expr>,
        /// `not like`.
        negated: bool,
    },
    /// A function of the row, or inside `stats` an aggregate.
    Call {
        /// The name in its documented spelling, for example `isPresent`.
        name: String,
        /// The arguments.
        args: Vec<Expr>,
        /// Where the name stands.
        name_span: Span,
    },
    /// `x.key`, `` x.`odd.key` `` on the result of a call such as `jsonParse`.
    Member(Box<Expr>, String),
    /// `x[0]`.
    Index(Box<Expr>, Box<Expr>),
}

/// A regular expression as written between slashes, `\/` already unescaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regex {
    /// Its source.
    pub source: String,
    /// Where it stands, slashes included.
    pub span: Span,
}

/// The operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-a`
    Negate,
    /// `not a`, `!a`
    Not,
}

/// The operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `a = b`, `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a < b`
    Less,
    /// `a <= b`
    LessEqual,
    /// `a > b`
    Greater,
    /// `a >= b`
    GreaterEqual,
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `a % b`
    Remainder,
    /// `a ^ b`
    Power,
}
