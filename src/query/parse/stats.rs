//! The `stats` command.

use super::cursor::{Parse, Parser};
use super::refused;
use crate::query::ast::Stats;
use crate::query::diagnostic::Diagnostic;

impl Parser<'_> {
    /// What follows the word `stats`.
    pub(super) fn stats(&mut self) -> Parse<Stats> {
        if self.at_end_of_command() || self.is_word("by") {
            let found = Diagnostic::error("syntax", self.span(), "`stats` counts nothing");
            return self.fail(found.help("for example `stats count(*) as n by user.username`"));
        }
        let aggregates = self.columns()?;
        let by = if self.eat_word("by") {
            self.columns()?
        } else {
            Vec::new()
        };
        if self.is_word("offset") {
            return self.refuse(&refused::OFFSET);
        }
        Ok(Stats { aggregates, by })
    }
}
