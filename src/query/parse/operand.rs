//! What stands between operators: fields, literals, lists, calls, and access to parsed JSON.

use super::cursor::{Parse, Parser, is_word};
use super::refused;
use crate::query::ast::{Expr, ExprKind, Name, Regex, Span};
use crate::query::diagnostic::Diagnostic;
use crate::query::lex::{Kind, Symbol};
use crate::query::{functions, lists, names};

impl Parser<'_> {
    /// An operand with the `.key` and `[0]` that follow it.
    pub(super) fn operand(&mut self) -> Parse<Expr> {
        let start = self.span();
        let bare_name = matches!(self.kind(), Kind::Word(_) | Kind::Quoted(_))
            && !matches!(self.kind_after(1), Kind::Symbol(Symbol::LeftParen));
        let in_parentheses = self.is(Symbol::LeftParen);
        let mut expr = self.primary()?;
        // The dots of a bare name are part of it.
        let mut has_members = !bare_name;
        loop {
            let below = self.height;
            if self.is(Symbol::Dot) && has_members {
                self.advance();
                let key = self.key()?;
                let span = start.to(self.last_span());
                self.grow(below)?;
                expr = Expr {
                    kind: ExprKind::Member(Box::new(expr), key),
                    span,
                };
            } else if self.is(Symbol::LeftBracket) && (in_parentheses || can_be_indexed(&expr)) {
                self.advance();
                let index = self.expression()?;
                self.expect(Symbol::RightBracket, "`]`")?;
                let span = start.to(self.last_span());
                self.grow(below.max(self.height))?;
                expr = Expr {
                    kind: ExprKind::Index(Box::new(expr), Box::new(index)),
                    span,
                };
                has_members = true;
            } else {
                return Ok(expr);
            }
        }
    }

    fn key(&mut self) -> Parse<String> {
        match self.kind() {
            Kind::Word(key) | Kind::Quoted(key) => {
                self.advance();
                Ok(key.clone())
            }
            _ => self.unexpected("a key after the dot"),
        }
    }

    fn primary(&mut self) -> Parse<Expr> {
        let span = self.span();
        let kind = match self.kind() {
            Kind::Word(word) => return self.word(word, span),
            Kind::Symbol(Symbol::LeftParen) => return self.parentheses(),
            Kind::Symbol(Symbol::LeftBracket) => return self.list(),
            Kind::Quoted(name) => ExprKind::Field(name.clone()),
            Kind::Text(text) => ExprKind::Text(text.clone()),
            Kind::List(name) => self.named_list(name, span),
            Kind::Number(number) => ExprKind::Number(*number),
            Kind::Period(millis) => ExprKind::Period(*millis),
            Kind::Regex(source) => ExprKind::Regex(Regex {
                source: source.clone(),
                span,
            }),
            _ => return self.unexpected("a field, a text or a number"),
        };
        self.advance();
        self.grow(0)?;
        Ok(Expr { kind, span })
    }

    /// The values of a list; none where it is not set, or has none.
    fn named_list(&mut self, name: &str, span: Span) -> ExprKind {
        let values = self.lists.get(name).map_or(&[][..], Vec::as_slice);
        let text = name.to_owned();
        self.named.push((Name { text, span }, !values.is_empty()));
        lists::literal(values, span)
    }

    fn word(&mut self, word: &str, span: Span) -> Parse<Expr> {
        if matches!(self.kind_after(1), Kind::Symbol(Symbol::LeftParen))
            && !names::is_reserved(word)
        {
            return self.call(word, span);
        }
        let kind = match word.to_ascii_lowercase().as_str() {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => {
                let found = Diagnostic::error("null-literal", span, "there is no `null`");
                let help = "write `ispresent(field)` or `not ispresent(field)`";
                return self.fail(found.help(help));
            }
            _ if names::is_reserved(word) => return self.reserved(span),
            _ => ExprKind::Field(self.documented_spelling(word, span)),
        };
        self.advance();
        self.grow(0)?;
        Ok(Expr { kind, span })
    }

    /// A reserved word where an operand belongs; perhaps it is the end of a path such as
    /// `app.kubernetes.io/managed-by`.
    fn reserved(&mut self, span: Span) -> Parse<Expr> {
        let before = self.text.get(..span.start).unwrap_or_default();
        if !before.ends_with(['-', '/']) {
            return self.unexpected("a field, a text or a number");
        }
        let in_path = |c: char| names::is_name_char(c) || matches!(c, '.' | '-' | '/');
        let path = before.trim_end_matches(in_path).len()..span.end;
        let span = Span::new(path.start, path.end);
        let written = names::written(self.text.get(path).unwrap_or_default());
        let message = "this is read as a computation, not as a field";
        let found = Diagnostic::error("unquoted-path", span, message);
        let help = "put backticks around a name with `/` or `-`";
        self.fail(found.help(help).suggest(span, written))
    }

    fn parentheses(&mut self) -> Parse<Expr> {
        self.advance();
        let inner = self.expression()?;
        self.expect(Symbol::RightParen, "`)`")?;
        self.parenthesised.insert(inner.span);
        Ok(inner)
    }

    fn list(&mut self) -> Parse<Expr> {
        let start = self.span();
        self.advance();
        let items = self.items(Symbol::RightBracket, "`]`", Self::expression)?;
        let span = start.to(self.last_span());
        Ok(Expr {
            kind: ExprKind::List(items),
            span,
        })
    }

    /// Expressions up to a closing bracket, separated by commas.
    fn items(
        &mut self,
        close: Symbol,
        wanted: &str,
        read: impl Fn(&mut Self) -> Parse<Expr>,
    ) -> Parse<Vec<Expr>> {
        let mut items = Vec::new();
        let mut tallest = 0;
        while !self.eat(close) {
            if !items.is_empty() {
                self.expect(Symbol::Comma, &format!("a comma or {wanted}"))?;
                if self.is(close) {
                    return self.dangling_comma();
                }
            }
            items.push(read(self)?);
            tallest = tallest.max(self.height);
        }
        self.grow(tallest)?;
        Ok(items)
    }

    fn call(&mut self, word: &str, name_span: Span) -> Parse<Expr> {
        let name = self.function_name(word, name_span)?;
        self.advance();
        self.advance();
        let args = self.items(Symbol::RightParen, "`)`", Self::argument)?;
        let span = name_span.to(self.last_span());
        Ok(Expr {
            kind: ExprKind::Call {
                name: name.to_owned(),
                args,
                name_span,
            },
            span,
        })
    }

    fn argument(&mut self) -> Parse<Expr> {
        let ends = matches!(
            self.kind_after(1),
            Kind::Symbol(Symbol::RightParen | Symbol::Comma)
        );
        if self.is(Symbol::Star) && ends {
            let span = self.span();
            self.advance();
            self.grow(0)?;
            return Ok(Expr {
                kind: ExprKind::Star,
                span,
            });
        }
        self.expression()
    }

    fn function_name(&mut self, word: &str, span: Span) -> Parse<&'static str> {
        if let Some(function) = functions::find(word) {
            return Ok(function.name);
        }
        if let Some(refusal) = refused::function(&word.to_ascii_lowercase()) {
            return self.refuse(refusal);
        }
        let found = Diagnostic::error(
            "unknown-function",
            span,
            format!("there is no function `{word}`"),
        );
        if is_word(self.kind(), "contains") {
            return self.fail(
                found
                    .help("did you mean `strcontains`?")
                    .suggest(span, "strcontains"),
            );
        }
        if let Some(instead) = refused::instead_of_function(word) {
            return self.fail(found.help(instead));
        }
        match names::closest(word, functions::names()) {
            Some(near) => self.fail(
                found
                    .help(format!("did you mean `{near}`?"))
                    .suggest(span, near),
            ),
            None => self.fail(found),
        }
    }
}

/// A `[` after anything else begins a list of its own.
fn can_be_indexed(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Field(_) | ExprKind::Call { .. } | ExprKind::Member(..) | ExprKind::Index(..)
    )
}
