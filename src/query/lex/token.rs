//! What tokens there are, and how symbols are spelled.

use crate::query::ast::Span;

/// A token and its place.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::query) struct Token {
    pub(in crate::query) kind: Kind,
    pub(in crate::query) span: Span,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::query) enum Kind {
    /// A bare name, keyword or function name.
    Word(String),
    /// A name of which at least a part stood in backticks: never a keyword.
    Quoted(String),
    /// A text in quotes, unescaped.
    Text(String),
    /// A number.
    Number(f64),
    /// A period in milliseconds.
    Period(u64),
    /// A regular expression between slashes, `\/` unescaped.
    Regex(String),
    /// `${name}`: a list of the user's.
    List(String),
    /// An operator, a bracket, a comma, a pipe or a dot.
    Symbol(Symbol),
    /// After the last token.
    End,
}

/// The tokens that are not made of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the names of the characters")]
pub(in crate::query) enum Symbol {
    Pipe,
    Comma,
    Dot,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    /// `=` and `==`
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// `=~`
    Matches,
    /// `~=`
    OddMatches,
    /// `!`
    Not,
}

/// The spellings of symbols, longer ones first.
pub(super) const SYMBOLS: [(&str, Symbol); 23] = [
    ("==", Symbol::Equal),
    ("=~", Symbol::Matches),
    ("~=", Symbol::OddMatches),
    ("!=", Symbol::NotEqual),
    ("<=", Symbol::LessEqual),
    (">=", Symbol::GreaterEqual),
    ("=", Symbol::Equal),
    ("!", Symbol::Not),
    ("<", Symbol::Less),
    (">", Symbol::Greater),
    ("|", Symbol::Pipe),
    (",", Symbol::Comma),
    (".", Symbol::Dot),
    ("(", Symbol::LeftParen),
    (")", Symbol::RightParen),
    ("[", Symbol::LeftBracket),
    ("]", Symbol::RightBracket),
    ("+", Symbol::Plus),
    ("-", Symbol::Minus),
    ("*", Symbol::Star),
    ("/", Symbol::Slash),
    ("%", Symbol::Percent),
    ("^", Symbol::Caret),
];
