//! Cuts the text of a query into tokens with their places.
//!
//! Total: any text gives tokens and diagnostics, never a panic. What the tokens mean together is the
//! parser's business, except for one thing: a `/` begins a regular expression wherever an operand may
//! stand, and is a division elsewhere.

mod literal;
mod odd;
#[cfg(test)]
mod tests;
mod token;

use super::ast::Span;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::names::{is_name_char, is_name_start, is_reserved};
use token::SYMBOLS;
pub(super) use token::{Kind, Symbol, Token};

/// The longest query that CloudWatch accepts, in characters.
pub const MAX_QUERY_CHARS: usize = 10_000;

/// What the text was cut into. The last token is always [`Kind::End`].
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    pub(super) diagnostics: Diagnostics,
}

/// Cuts a text into tokens.
pub(super) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer::new(text);
    let chars = text.chars().count();
    if chars > MAX_QUERY_CHARS {
        let message =
            format!("a query has at most {MAX_QUERY_CHARS} characters, this one has {chars}");
        lexer.report(Diagnostic::error("too-long", Span::new(0, 0), message));
    } else {
        while lexer.next_token() {}
    }
    let end = Span::new(text.len(), text.len());
    lexer.tokens.push(Token {
        kind: Kind::End,
        span: end,
    });
    Lexed {
        tokens: lexer.tokens,
        diagnostics: lexer.diagnostics,
    }
}

struct Lexer<'a> {
    text: &'a str,
    /// Offset of the next character.
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Diagnostics,
    /// How many brackets are open.
    depth: usize,
    /// Inside a `parse` command whose pattern has not come yet.
    awaits_pattern: bool,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            tokens: Vec::new(),
            diagnostics: Diagnostics::default(),
            depth: 0,
            awaits_pattern: false,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Steps over the next character.
    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Steps over all characters for which `wanted` holds, and returns them.
    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let span = self.span_from(start);
        self.tokens.push(Token { kind, span });
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reads one token, or steps over what is not one; `false` at the end.
    fn next_token(&mut self) -> bool {
        self.take_while(char::is_whitespace);
        let Some(c) = self.peek() else {
            return false;
        };
        if c == '#' {
            self.take_while(|c| c != '\n');
        } else if self.after_member_dot() && (is_name_char(c) || c == '`') {
            self.member();
        } else if c.is_ascii_digit() {
            self.number();
        } else if is_name_start(c) || c == '`' {
            self.name();
        } else if c == '"' || c == '\'' {
            self.string(c);
        } else if c == '/' && self.regex_may_begin() {
            self.regex();
        } else {
            self.symbol();
        }
        true
    }

    fn symbol(&mut self) {
        if self.odd_symbol() {
            return;
        }
        let start = self.at;
        let Some((spelling, symbol)) = SYMBOLS
            .into_iter()
            .find(|(spelling, _)| self.rest().starts_with(spelling))
        else {
            self.unknown_character();
            return;
        };
        self.at += spelling.len();
        match symbol {
            Symbol::LeftParen | Symbol::LeftBracket => self.depth += 1,
            Symbol::RightParen | Symbol::RightBracket => {
                self.depth = self.depth.saturating_sub(1);
            }
            Symbol::Pipe => {
                self.depth = 0;
                self.awaits_pattern = false;
            }
            _ => {}
        }
        self.push(Kind::Symbol(symbol), start);
    }

    /// A bare name, or one with parts in backticks such as `` m.`user.id` ``.
    fn name(&mut self) {
        let start = self.at;
        let mut text = String::new();
        let mut quoted = false;
        loop {
            if self.peek() == Some('`') {
                quoted = true;
                let Some(part) = self.backticks() else {
                    return;
                };
                text.push_str(&part);
                if self.peek() != Some('.') {
                    break;
                }
            }
            text.push_str(self.take_while(|c| is_name_char(c) || c == '.'));
            if !(text.ends_with('.') && self.peek() == Some('`')) {
                break;
            }
        }
        if self
            .text
            .get(..self.at)
            .is_some_and(|read| read.ends_with('.'))
        {
            let message = format!("the name `{text}` ends with a dot");
            self.report(Diagnostic::error(
                "dangling-dot",
                self.span_from(start),
                message,
            ));
        }
        if quoted {
            self.push(Kind::Quoted(text), start);
            return;
        }
        self.awaits_pattern |= self.at_command_start() && text.eq_ignore_ascii_case("parse");
        self.push(Kind::Word(text), start);
    }

    /// One step of a path after the dot that follows a bracket: `jsonParse(x).key`.
    fn member(&mut self) {
        let start = self.at;
        if self.peek() == Some('`') {
            if let Some(key) = self.backticks() {
                self.push(Kind::Quoted(key), start);
            }
        } else {
            let key = self.take_while(is_name_char).to_owned();
            self.push(Kind::Word(key), start);
        }
    }

    fn at_command_start(&self) -> bool {
        self.tokens
            .last()
            .is_none_or(|last| last.kind == Kind::Symbol(Symbol::Pipe))
    }

    fn after_member_dot(&self) -> bool {
        self.tokens
            .last()
            .is_some_and(|last| last.kind == Kind::Symbol(Symbol::Dot))
    }

    /// Whether a `/` here begins a regular expression.
    fn regex_may_begin(&self) -> bool {
        if self.awaits_pattern && self.depth == 0 {
            return true;
        }
        let mut before = self.tokens.iter().rev().map(|token| &token.kind);
        match before.next() {
            None => true,
            // The word of a command.
            Some(Kind::Word(_))
                if before
                    .next()
                    .is_none_or(|k| *k == Kind::Symbol(Symbol::Pipe)) =>
            {
                true
            }
            Some(Kind::Symbol(symbol)) => {
                !matches!(symbol, Symbol::RightParen | Symbol::RightBracket)
            }
            Some(Kind::Word(word)) => {
                is_reserved(word)
                    && !word.eq_ignore_ascii_case("true")
                    && !word.eq_ignore_ascii_case("false")
            }
            Some(_) => false,
        }
    }
}
