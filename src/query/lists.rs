//! The user's lists: `${admin_users}` in a query stands for `["alice", "bob"]`.

use std::collections::BTreeMap;

use super::ast::{Expr, ExprKind, Span};

/// Names and values of the `[lists]` of the settings.
pub type Lists = BTreeMap<String, Vec<String>>;

/// The name in `${name}`, where a text begins with one.
pub(super) fn name_of(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix("${")?.split_once('}')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!name.is_empty() && name.bytes().all(is_name)).then_some(name)
}

/// The values of a list, all of which stand where its name does.
pub(super) fn literal(values: &[String], span: Span) -> ExprKind {
    let value = |text: &String| {
        let kind = ExprKind::Text(text.clone());
        Expr { kind, span }
    };
    ExprKind::List(values.iter().map(value).collect())
}
