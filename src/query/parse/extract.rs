//! The `parse` command.

use super::cursor::{Parse, Parser, is_word};
use crate::query::ast::{self, ParsePattern, Regex};
use crate::query::diagnostic::Diagnostic;
use crate::query::lex::Kind;

impl Parser<'_> {
    /// What follows the word `parse`.
    pub(super) fn extraction(&mut self) -> Parse<ast::Parse> {
        let has_input = !matches!(self.kind(), Kind::Text(_) | Kind::Regex(_)) && !self.at_mode();
        let input = if has_input {
            Some(self.operand()?)
        } else {
            None
        };
        let pattern = self.pattern()?;
        Ok(ast::Parse { input, pattern })
    }

    /// Whether `logfmt as` or `csv as` comes next, so that the text is `@message`.
    fn at_mode(&self) -> bool {
        (self.is_word("logfmt") || self.is_word("csv")) && is_word(self.kind_after(1), "as")
    }

    fn pattern(&mut self) -> Parse<ParsePattern> {
        let span = self.span();
        match self.kind() {
            Kind::Text(pattern) => {
                self.advance();
                if !self.eat_word("as") {
                    return self.unexpected("`as` and a name for each `*`");
                }
                let names = self.names("a name")?;
                Ok(ParsePattern::Glob {
                    pattern: pattern.clone(),
                    span,
                    names,
                })
            }
            Kind::Regex(source) => {
                self.advance();
                let regex = Regex {
                    source: source.clone(),
                    span,
                };
                self.after_regex(regex)
            }
            _ if self.eat_word("logfmt") => {
                self.mode_alias()?;
                Ok(ParsePattern::Logfmt {
                    into: self.name("a name")?,
                })
            }
            _ if self.eat_word("csv") => {
                self.mode_alias()?;
                Ok(ParsePattern::Csv {
                    names: self.names("a name")?,
                })
            }
            _ => self.unexpected("a pattern: `\"text with *\"`, `/regex/`, `logfmt` or `csv`"),
        }
    }

    fn mode_alias(&mut self) -> Parse<()> {
        if self.eat_word("as") {
            Ok(())
        } else {
            self.unexpected("`as` and a name")
        }
    }

    fn after_regex(&mut self, regex: Regex) -> Parse<ParsePattern> {
        let start = self.span();
        if !self.eat_word("as") {
            return Ok(ParsePattern::Regex { regex, multi: None });
        }
        let name = self.name("a name")?;
        if self.eat_word("multi") {
            return Ok(ParsePattern::Regex {
                regex,
                multi: Some(name),
            });
        }
        let message = "the names of a regular expression stand inside it";
        let found = Diagnostic::error("regex-alias", start.to(name.span), message);
        self.fail(found.help(format!(
            "write `(?<{}>...)` where the value stands",
            name.text
        )))
    }
}
