//! Writes a syntax tree back as Insights text, with backticks and parentheses where they are needed.
//!
//! Reading the text again gives the same tree, places apart. Where the console's precedence is not
//! documented there are parentheses even if this program needs none. What no text can hold stays
//! approximate: a name or regular expression with a line break, a period that no unit says.

mod expression;
#[cfg(test)]
mod tests;

use std::fmt::{self, Display, Formatter};

use super::ast::{
    Column, Command, CommandKind, Direction, Name, Parse, ParsePattern, Query, SortKey, Stats,
};
use super::names;
use expression::{Operand, RegexLiteral, TextLiteral};

/// What a column is called in the result: its alias, or its text, such as `count(*)` or `bin(5m)`.
#[must_use]
pub fn column_name(column: &Column) -> String {
    match (&column.alias, &column.expr.kind) {
        (Some(alias), _) => alias.text.clone(),
        (None, super::ast::ExprKind::Field(name)) => name.clone(),
        (None, _) => column.expr.to_string(),
    }
}

impl Display for Query {
    /// One command on each line; with `{:#}` all on one line.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let between = if f.alternate() { " | " } else { "\n| " };
        separated(f, &self.commands, between)
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Display for CommandKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields(columns) => list(f, "fields ", columns),
            Self::Filter(condition) => write!(f, "filter {condition}"),
            Self::Parse(parse) => parse.fmt(f),
            Self::Stats(stats) => stats.fmt(f),
            Self::Display(columns) => list(f, "display ", columns),
            Self::Sort(keys) => list(f, "sort ", keys),
            Self::Limit(rows) => write!(f, "limit {rows}"),
            Self::Dedup(names) => list(f, "dedup ", names),
            Self::Unnest { list, into } => write!(f, "unnest {list} into {into}"),
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&names::written(&self.text))
    }
}

impl Display for Column {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)?;
        match &self.alias {
            Some(alias) => write!(f, " as {alias}"),
            None => Ok(()),
        }
    }
}

impl Display for SortKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Ascending => "asc",
            Direction::Descending => "desc",
        };
        write!(f, "{} {direction}", self.expr)
    }
}

impl Display for Stats {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, "stats ", &self.aggregates)?;
        if self.by.is_empty() {
            Ok(())
        } else {
            list(f, " by ", &self.by)
        }
    }
}

impl Display for Parse {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("parse ")?;
        if let Some(input) = &self.input {
            write!(f, "{} ", Operand(input))?;
        }
        self.pattern.fmt(f)
    }
}

impl Display for ParsePattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Glob { pattern, names, .. } => {
                TextLiteral(pattern).fmt(f)?;
                list(f, " as ", names)
            }
            Self::Regex { regex, multi } => {
                RegexLiteral(regex).fmt(f)?;
                match multi {
                    Some(name) => write!(f, " as {name} multi"),
                    None => Ok(()),
                }
            }
            Self::Logfmt { into } => write!(f, "logfmt as {into}"),
            Self::Csv { names } => list(f, "csv as ", names),
        }
    }
}

/// `before a, b, c`
fn list<T: Display>(f: &mut Formatter<'_>, before: &str, items: &[T]) -> fmt::Result {
    f.write_str(before)?;
    separated(f, items, ", ")
}

fn separated<T: Display>(f: &mut Formatter<'_>, items: &[T], between: &str) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}
