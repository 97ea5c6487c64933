//! Characters that are not of this language but are often written: each is refused by name, with what
//! to write instead.

use super::{Kind, Lexer};
use crate::query::ast::Span;
use crate::query::diagnostic::Diagnostic;
use crate::query::lists;

/// Operators of other languages, and what they are here.
const FOREIGN: [(&str, &str, &str); 10] = [
    ("&&", "there is no `&&`", "write `and`"),
    (
        "||",
        "there is no `||`",
        "write `or`; commands are joined by one `|`",
    ),
    ("===", "there is no `===`", "write `=`"),
    ("!==", "there is no `!==`", "write `!=`"),
    ("!~", "there is no `!~`", "write `not like`"),
    ("<>", "there is no `<>`", "write `!=`"),
    ("=>", "there is no `=>`", "write `>=`"),
    ("=<", "there is no `=<`", "write `<=`"),
    (";", "there is no `;`", "commands are joined by `|`"),
    ("::", "there is no `::`", "names are joined by one dot"),
];

impl Lexer<'_> {
    /// Takes the name of a list, or reports and steps over an operator of another language; `false` if
    /// there is neither here.
    pub(super) fn odd_symbol(&mut self) -> bool {
        let rest = self.rest();
        if let Some(name) = lists::name_of(rest) {
            let start = self.at;
            self.at += "${}".len() + name.len();
            self.push(Kind::List(name.to_owned()), start);
            return true;
        }
        if rest.starts_with("${") || rest.starts_with("{{") {
            let start = self.at;
            let length = rest.find('}').map_or(2, |end| end + 1);
            self.at += length;
            if self.rest().starts_with('}') {
                self.at += 1;
            }
            self.report_hole(self.span_from(start));
            return true;
        }
        let Some((spelling, message, help)) = FOREIGN
            .into_iter()
            .find(|(spelling, ..)| rest.starts_with(spelling))
        else {
            return false;
        };
        let span = Span::new(self.at, self.at + spelling.len());
        self.at = span.end;
        self.report(Diagnostic::error("foreign-operator", span, message).help(help));
        true
    }

    fn report_hole(&mut self, span: Span) {
        let message = "this place was to be filled in before the query is read";
        let help = "write the value itself; the name of a `${list}` has letters, digits and `_`, and \
                    a `{{parameter}}` works only in saved queries of the console";
        self.report(Diagnostic::error("unfilled-hole", span, message).help(help));
    }

    /// Reports and steps over a character that begins no token.
    pub(super) fn unknown_character(&mut self) {
        let start = self.at;
        let Some(c) = self.bump() else {
            return;
        };
        let span = self.span_from(start);
        if let Some(plain) = plain_quote(c) {
            if !self
                .diagnostics
                .iter()
                .any(|found| found.lint == "typographic-quote")
            {
                let message = format!("`{c}` is a typographic quote");
                let found = Diagnostic::error("typographic-quote", span, message);
                self.report(found.help(format!("write {plain}")).suggest(span, plain));
            }
            return;
        }
        let found = Diagnostic::error(
            "unknown-character",
            span,
            format!("`{c}` means nothing in a query"),
        );
        self.report(found.help("a field name with such a character needs backticks around it"));
    }
}

/// The quote that a typographic one stands for.
fn plain_quote(c: char) -> Option<&'static str> {
    match c {
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' => Some("\""),
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '′' | '´' => Some("'"),
        _ => None,
    }
}
