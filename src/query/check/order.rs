//! Which commands may follow which, and how often.

use super::Checker;
use crate::query::ast::{Command, CommandKind, Query, Span};

/// The console takes so many `stats` in one query (two in the Infrequent Access class).
const MAX_STATS: usize = 10;
/// The largest number of rows the console shows.
const MAX_ROWS: u64 = 100_000;

impl Checker<'_> {
    pub(super) fn order(&mut self, query: &Query) {
        self.too_many(query);
        let commands = &query.commands;
        let last_stats = commands.iter().rposition(is_stats);
        let several = commands.iter().filter(|one| is_stats(one)).count() > 1;
        for (i, command) in commands.iter().enumerate() {
            let before_stats = last_stats.is_some_and(|last| i < last).then_some(several);
            let rest = commands.get(i + 1..).unwrap_or_default();
            self.in_order(command, before_stats, rest);
        }
    }

    /// `before_stats` tells whether one `stats` or several stand in the query, where one follows.
    fn in_order(&mut self, command: &Command, before_stats: Option<bool>, rest: &[Command]) {
        match (&command.kind, before_stats) {
            (CommandKind::Sort(_), Some(several)) => {
                self.before_stats(command.span, "sort", several)
            }
            (CommandKind::Limit(rows), _) => self.limit(command.span, *rows, before_stats, rest),
            (CommandKind::Display(_), _) if rest.iter().any(is_display) => {
                let message = "only the last `display` counts";
                self.warn(
                    "display-overridden",
                    command.span,
                    message,
                    "take this one away",
                );
            }
            (CommandKind::Dedup(_), _) => self.dedup_is_last(command.span, rest),
            _ => {}
        }
    }

    /// The console refuses it where several `stats` follow each other; published queries have it before
    /// the only one, where it changes nothing.
    fn before_stats(&mut self, span: Span, name: &str, several: bool) {
        let help = "put it after the last `stats`";
        if several {
            let message = format!("`{name}` can't stand before the last of several `stats`");
            return self.error("before-stats", span, message, help);
        }
        let message = format!("`{name}` before `stats` is ignored");
        self.warn("before-stats", span, message, help);
    }

    fn limit(&mut self, span: Span, rows: u64, before_stats: Option<bool>, rest: &[Command]) {
        if rows == 0 || rows > MAX_ROWS {
            let message = format!("`limit` goes from 1 to {MAX_ROWS}");
            self.error(
                "limit-range",
                span,
                message,
                "the console shows no more rows",
            );
        }
        if let Some(several) = before_stats {
            self.before_stats(span, "limit", several);
        } else if rest
            .iter()
            .any(|next| matches!(next.kind, CommandKind::Filter(_)))
        {
            let message = "`limit` cuts the result, not what the next `filter` sees";
            self.warn(
                "limit-before-filter",
                span,
                message,
                "put it at the end of the query",
            );
        }
    }

    fn dedup_is_last(&mut self, span: Span, rest: &[Command]) {
        let message = "`dedup` keeps the latest row in the console, and the first one on a stream";
        self.warn(
            "dedup-order",
            span,
            message,
            "use `stats ... by` to fold rows together",
        );
        if let Some(next) = rest
            .iter()
            .find(|next| !matches!(next.kind, CommandKind::Limit(_)))
        {
            let message = "after `dedup` only `limit` may follow";
            self.error(
                "after-dedup",
                next.span,
                message,
                "move it in front of `dedup`",
            );
        }
    }

    fn too_many(&mut self, query: &Query) {
        if let Some(extra) = query.commands.iter().filter(|c| is_stats(c)).nth(MAX_STATS) {
            let message = format!("a query has at most {MAX_STATS} `stats`");
            self.error("too-many-stats", extra.span, message, "leave some out");
        }
        let is_unnest = |c: &&Command| matches!(c.kind, CommandKind::Unnest { .. });
        if let Some(extra) = query.commands.iter().filter(is_unnest).nth(1) {
            let message = "a query has at most one `unnest`";
            self.error(
                "too-many-unnest",
                extra.span,
                message,
                "use jsonParse and an index",
            );
        }
    }
}

fn is_stats(command: &Command) -> bool {
    matches!(command.kind, CommandKind::Stats(_))
}

fn is_display(command: &Command) -> bool {
    matches!(command.kind, CommandKind::Display(_))
}
