//! The pipeline and its commands, except for `parse` and `stats`, which have files of their own.

use super::cursor::{Failed, Parse, Parser};
use super::refused::{self, Refusal};
use crate::query::ast::{
    BinaryOp, Column, Command, CommandKind, Direction, Expr, ExprKind, SortKey,
};
use crate::query::diagnostic::Diagnostic;
use crate::query::lex::{Kind, Symbol};
use crate::query::{functions, names};

/// The commands that are accepted, for suggestions.
pub(super) const COMMANDS: [&str; 13] = [
    "fields",
    "filter",
    "where",
    "filterIndex",
    "parse",
    "stats",
    "display",
    "sort",
    "order",
    "limit",
    "head",
    "dedup",
    "unnest",
];

impl Parser<'_> {
    /// All commands. One that is wrong is reported and left out, the next are still read.
    pub(super) fn query(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        loop {
            match self.command() {
                Ok(command) => commands.push(command),
                Err(Failed) => self.skip_command(),
            }
            if !self.eat(Symbol::Pipe) {
                return commands;
            }
        }
    }

    /// Nothing but a condition.
    pub(super) fn lone_condition(&mut self) -> Parse<Expr> {
        let condition = self.expression()?;
        if *self.kind() == Kind::End {
            return Ok(condition);
        }
        if self.is(Symbol::Pipe) {
            let found = Diagnostic::error("syntax", self.span(), "only a condition is wanted here");
            return self.fail(found.help("leave out `filter` and write one condition without `|`"));
        }
        self.end_of_command().map(|()| condition)
    }

    fn command(&mut self) -> Parse<Command> {
        let start = self.span();
        let keyword = match self.kind() {
            Kind::Word(word) => word,
            Kind::Symbol(Symbol::Pipe) | Kind::End => {
                let message = "there is no command here";
                let found = Diagnostic::error("empty-command", start, message);
                return self.fail(found.help("a query neither begins nor ends with `|`"));
            }
            _ => return self.unexpected("a command such as `filter`"),
        };
        let kind = self.command_named(keyword)?;
        self.end_of_command()?;
        Ok(Command {
            kind,
            span: start.to(self.last_span()),
        })
    }

    fn command_named(&mut self, keyword: &str) -> Parse<CommandKind> {
        let lower = keyword.to_ascii_lowercase();
        if let Some(refusal) = refused::command(&lower) {
            return self.refuse(refusal);
        }
        let read = match lower.as_str() {
            "fields" => |p: &mut Self| Ok(CommandKind::Fields(p.columns()?)),
            "filter" | "where" => |p: &mut Self| Ok(CommandKind::Filter(p.condition()?)),
            "filterindex" => Self::filter_index,
            "parse" => |p: &mut Self| Ok(CommandKind::Parse(p.extraction()?)),
            "stats" => |p: &mut Self| Ok(CommandKind::Stats(p.stats()?)),
            "display" => |p: &mut Self| Ok(CommandKind::Display(p.columns()?)),
            "sort" | "order" => |p: &mut Self| Ok(CommandKind::Sort(p.sort_keys()?)),
            "limit" | "head" => Self::limit,
            "dedup" => |p: &mut Self| Ok(CommandKind::Dedup(p.names("a field")?)),
            "unnest" => Self::unnest,
            _ => return self.unknown_command(keyword),
        };
        self.advance();
        read(self)
    }

    pub(super) fn refuse<T>(&mut self, refusal: &Refusal) -> Parse<T> {
        let found = Diagnostic::error("refused", self.span(), refusal.message());
        self.fail(found.help(refusal.help))
    }

    fn unknown_command<T>(&mut self, word: &str) -> Parse<T> {
        let span = self.span();
        let found = Diagnostic::error(
            "unknown-command",
            span,
            format!("there is no command `{word}`"),
        );
        let called = matches!(self.kind_after(1), Kind::Symbol(Symbol::LeftParen));
        if called && functions::find(word).is_some_and(functions::Function::is_aggregate) {
            let insert = crate::query::ast::Span::new(span.start, span.start);
            let help = "counting and summing is done by `stats`";
            return self.fail(found.help(help).suggest(insert, "stats "));
        }
        match names::closest(word, COMMANDS) {
            Some(near) => self.fail(
                found
                    .help(format!("did you mean `{near}`?"))
                    .suggest(span, near),
            ),
            None if !matches!(self.kind_after(1), Kind::Word(_)) => self.fail(
                found.help("a condition begins with `filter`, a list of fields with `fields`"),
            ),
            None => self.fail(found.help(format!("the commands are {}", COMMANDS.join(", ")))),
        }
    }

    /// A command must be over; says what is probably missing if it is not.
    fn end_of_command(&mut self) -> Parse<()> {
        if self.at_end_of_command() {
            return Ok(());
        }
        let span = self.span();
        let message = format!(
            "expected an operator, `|` or the end of the query, found {}",
            self.found()
        );
        let found = Diagnostic::error("syntax", span, message);
        let help = match self.kind() {
            Kind::Word(word) => refused::instead_of(word)
                .or_else(|| {
                    COMMANDS
                        .iter()
                        .any(|c| c.eq_ignore_ascii_case(word))
                        .then_some("put `|` before the next command")
                })
                .unwrap_or("is `and`, a comma or an operator missing in front of it?"),
            Kind::Quoted(_) | Kind::Text(_) | Kind::Number(_) => {
                "is `and`, a comma or an operator missing in front of it?"
            }
            Kind::Symbol(Symbol::RightParen | Symbol::RightBracket) => "no bracket is open here",
            _ => return self.fail(found),
        };
        self.fail(found.help(help))
    }

    /// `a, expr as b`
    pub(super) fn columns(&mut self) -> Parse<Vec<Column>> {
        let mut columns = vec![self.column()?];
        while self.eat_comma()? {
            columns.push(self.column()?);
        }
        Ok(columns)
    }

    fn column(&mut self) -> Parse<Column> {
        let expr = self.expression()?;
        let alias = if self.eat_word("as") {
            Some(self.name("a name")?)
        } else {
            None
        };
        Ok(Column { expr, alias })
    }

    fn condition(&mut self) -> Parse<Expr> {
        if self.at_end_of_command() {
            let found = Diagnostic::error("syntax", self.last_span(), "the condition is missing");
            return self.fail(found.help("for example `filter verb = \"delete\"`"));
        }
        self.expression()
    }

    fn filter_index(&mut self) -> Parse<CommandKind> {
        let condition = self.condition()?;
        if !uses_only_equality(&condition) {
            let message = "`filterIndex` knows only `=` and `in`";
            let found = Diagnostic::error("filter-index", condition.span, message);
            return self.fail(found.help("write `filter`, which knows all operators"));
        }
        Ok(CommandKind::Filter(condition))
    }

    fn sort_keys(&mut self) -> Parse<Vec<SortKey>> {
        let by = self.span();
        if self.eat_word("by") {
            let found = Diagnostic::warning("sort-by", by, "`sort` takes no `by`");
            self.report(found.help("leave it out").suggest(by, ""));
        }
        let mut keys = vec![self.sort_key()?];
        while self.eat_comma()? {
            keys.push(self.sort_key()?);
        }
        Ok(keys)
    }

    fn sort_key(&mut self) -> Parse<SortKey> {
        let expr = self.expression()?;
        let direction = if self.eat_word("asc") {
            Direction::Ascending
        } else {
            self.eat_word("desc");
            Direction::Descending
        };
        Ok(SortKey { expr, direction })
    }

    fn limit(&mut self) -> Parse<CommandKind> {
        self.eat_word("any");
        let number = match self.kind() {
            Kind::Number(number) if number.fract() == 0.0 && (0.0..=1e15).contains(number) => {
                *number
            }
            _ => return self.unexpected("a whole number, from 1"),
        };
        self.advance();
        // Whole and in range: nothing is lost.
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "see above"
        )]
        let number = number as u64;
        Ok(CommandKind::Limit(number))
    }

    fn unnest(&mut self) -> Parse<CommandKind> {
        let list = self.expression()?;
        if !self.eat_word("into") {
            return self.unexpected("`into` and a name");
        }
        let into = self.name("a name for the elements")?;
        Ok(CommandKind::Unnest { list, into })
    }
}

fn uses_only_equality(condition: &Expr) -> bool {
    match &condition.kind {
        ExprKind::Binary(BinaryOp::And, a, b) => uses_only_equality(a) && uses_only_equality(b),
        ExprKind::Binary(BinaryOp::Equal, ..) => true,
        ExprKind::In { negated, .. } => !negated,
        _ => false,
    }
}
