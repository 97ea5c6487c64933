//! The parser's place in the tokens, what it has found wrong, and the limits it keeps.

use std::collections::HashSet;

use super::MAX_DEPTH;
use crate::query::ast::{Name, Span};
use crate::query::diagnostic::{Diagnostic, Diagnostics};
use crate::query::lex::{Kind, Symbol, Token};
use crate::query::lists::Lists;
use crate::query::names;

/// The command was given up; why has been reported.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed;

pub(super) type Parse<T> = Result<T, Failed>;

/// Reads tokens.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    tokens: &'a [Token],
    pub(super) lists: &'a Lists,
    /// Names of lists that the query uses, and whether they are set.
    pub(super) named: Vec<(Name, bool)>,
    at: usize,
    diagnostics: Diagnostics,
    /// How many calls of [`Parser::nested`] are open.
    depth: usize,
    /// The height of the tree read last.
    pub(super) height: usize,
    /// The insides of parentheses: what stands there is meant as written.
    pub(super) parenthesised: HashSet<Span>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token], lists: &'a Lists) -> Self {
        Self {
            text,
            tokens,
            lists,
            named: Vec::new(),
            at: 0,
            diagnostics: Diagnostics::default(),
            depth: 0,
            height: 0,
            parenthesised: HashSet::new(),
        }
    }

    pub(super) fn into_findings(self) -> (Diagnostics, Vec<(Name, bool)>) {
        (self.diagnostics, self.named)
    }

    /// The next token; at the end, again and again the end.
    pub(super) fn kind(&self) -> &'a Kind {
        self.kind_after(0)
    }

    pub(super) fn kind_after(&self, steps: usize) -> &'a Kind {
        self.tokens
            .get(self.at + steps)
            .map_or(&Kind::End, |token| &token.kind)
    }

    /// Where the next token stands.
    pub(super) fn span(&self) -> Span {
        let end = Span::new(self.text.len(), self.text.len());
        self.tokens.get(self.at).map_or(end, |token| token.span)
    }

    /// Where the last token read stands.
    pub(super) fn last_span(&self) -> Span {
        self.at
            .checked_sub(1)
            .and_then(|i| self.tokens.get(i))
            .map_or(Span::new(0, 0), |t| t.span)
    }

    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    pub(super) fn is(&self, symbol: Symbol) -> bool {
        *self.kind() == Kind::Symbol(symbol)
    }

    pub(super) fn eat(&mut self, symbol: Symbol) -> bool {
        let found = self.is(symbol);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        is_word(self.kind(), word)
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    /// Whether a command ends here.
    pub(super) fn at_end_of_command(&self) -> bool {
        self.is(Symbol::Pipe) || *self.kind() == Kind::End
    }

    /// Steps over what is left of a command that was given up.
    pub(super) fn skip_command(&mut self) {
        while !self.at_end_of_command() {
            self.advance();
        }
    }

    /// Gives up the rest of the query, whose pipes may not be its own.
    pub(super) fn skip_all(&mut self) {
        self.at = self.tokens.len();
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn fail<T>(&mut self, diagnostic: Diagnostic) -> Parse<T> {
        self.report(diagnostic);
        Err(Failed)
    }

    /// Refuses the next token: something else was wanted.
    pub(super) fn unexpected<T>(&mut self, wanted: &str) -> Parse<T> {
        let message = format!("expected {wanted}, found {}", self.found());
        self.fail(Diagnostic::error("syntax", self.span(), message))
    }

    /// The next token in words.
    pub(super) fn found(&self) -> String {
        let span = self.span();
        match self.kind() {
            Kind::End => "the end of the query".to_owned(),
            _ => format!(
                "`{}`",
                self.text.get(span.start..span.end).unwrap_or_default()
            ),
        }
    }

    pub(super) fn expect(&mut self, symbol: Symbol, wanted: &str) -> Parse<()> {
        if self.eat(symbol) {
            Ok(())
        } else {
            self.unexpected(wanted)
        }
    }

    /// A name that the query gives or groups by: never a reserved word, never a text in quotes.
    pub(super) fn name(&mut self, what: &str) -> Parse<Name> {
        let span = self.span();
        match self.kind() {
            Kind::Word(word) if names::is_reserved(word) => {
                let message = format!("`{word}` is a word of the language");
                let help = format!("write `{}` in backticks to use it as a name", word);
                let found = Diagnostic::error("reserved-word", span, message).help(help);
                self.fail(found.suggest(span, names::written(word)))
            }
            Kind::Word(word) => {
                let text = self.documented_spelling(word, span);
                self.advance();
                Ok(Name { text, span })
            }
            Kind::Quoted(text) => {
                self.advance();
                Ok(Name {
                    text: text.clone(),
                    span,
                })
            }
            Kind::Text(text) => {
                let found = Diagnostic::error(
                    "quoted-name",
                    span,
                    format!("expected {what}, found a text"),
                );
                let help = "names stand bare or in backticks, not in quotes";
                self.fail(found.help(help).suggest(span, names::written(text)))
            }
            _ => self.unexpected(what),
        }
    }

    /// `a, b, c`
    pub(super) fn names(&mut self, what: &str) -> Parse<Vec<Name>> {
        let mut names = vec![self.name(what)?];
        while self.eat_comma()? {
            names.push(self.name(what)?);
        }
        Ok(names)
    }

    /// Steps over a comma; one that nothing follows is refused.
    pub(super) fn eat_comma(&mut self) -> Parse<bool> {
        if !self.is(Symbol::Comma) {
            return Ok(false);
        }
        self.advance();
        if self.at_end_of_command() {
            return self.dangling_comma();
        }
        Ok(true)
    }

    /// Refuses the comma that was read last.
    pub(super) fn dangling_comma<T>(&mut self) -> Parse<T> {
        let span = self.last_span();
        let found = Diagnostic::error("dangling-comma", span, "nothing follows this comma");
        self.fail(found.help("take it away").suggest(span, ""))
    }

    /// The documented spelling of a system field written in another case, with a warning.
    pub(super) fn documented_spelling(&mut self, word: &str, span: Span) -> String {
        match names::system_field(word) {
            Some(known) if known != word => {
                let message = format!("the field is written `{known}`");
                let found = Diagnostic::warning("system-field-case", span, message);
                let help = "whether the console finds it in another case is not documented";
                self.report(found.help(help).suggest(span, known));
                known.to_owned()
            }
            _ => word.to_owned(),
        }
    }

    /// Runs `read` one level deeper.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= MAX_DEPTH {
            return self.too_deep();
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Notes that a node was put on top of trees of at most this height.
    pub(super) fn grow(&mut self, below: usize) -> Parse<()> {
        self.height = below + 1;
        if self.height > MAX_DEPTH {
            self.too_deep()
        } else {
            Ok(())
        }
    }

    fn too_deep<T>(&mut self) -> Parse<T> {
        let message = format!("an expression nests at most {MAX_DEPTH} levels deep");
        let help = "split it into several `filter` commands, or use `in [...]`";
        self.fail(Diagnostic::error("too-deep", self.span(), message).help(help))
    }
}

pub(super) fn is_word(kind: &Kind, word: &str) -> bool {
    matches!(kind, Kind::Word(found) if found.eq_ignore_ascii_case(word))
}
