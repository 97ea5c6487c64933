//! JSON Patch documents: an array of operations instead of an object (RFC 6902).
//!
//! Merge patches, strategic merge patches and apply documents are partial objects and need no help.

use std::borrow::Cow;

use crate::json::{Kind, Raw};

/// What an operation puts where: the tokens of its path (RFC 6901, unescaped) and the value.
/// Operations that put nothing (`remove`, `test`) are left out; `copy` and `move` name no value.
pub(super) fn additions<'a>(body: Raw<'a>) -> impl Iterator<Item = (Vec<Cow<'a, str>>, Raw<'a>)> {
    body.elements()
        .filter(|item| item.kind() == Kind::Object)
        .filter_map(|operation| {
            let mut path = None;
            let mut value = None;
            let mut adds = false;
            for (key, member) in operation.members() {
                match key.cow().as_ref() {
                    "op" => {
                        adds = member
                            .text()
                            .is_some_and(|op| op.is("add") || op.is("replace"))
                    }
                    "path" => path = member.text(),
                    "value" => value = Some(member),
                    _ => {}
                }
            }
            adds.then_some((tokens(&path?.cow()), value?))
        })
}

/// Where `copy` and `move` put something: only the object afterwards tells what.
pub(super) fn transfers<'a>(body: Raw<'a>) -> impl Iterator<Item = Vec<Cow<'a, str>>> {
    body.elements()
        .filter(|operation| {
            let op = operation.get("op").and_then(|op| op.text());
            op.is_some_and(|op| op.is("copy") || op.is("move"))
        })
        .filter_map(|operation| operation.get("path")?.text())
        .map(|path| tokens(&path.cow()))
}

/// What operations take away: the path of `remove`, and where `move` takes from.
pub(super) fn removals<'a>(body: Raw<'a>) -> impl Iterator<Item = Vec<Cow<'a, str>>> {
    body.elements().filter_map(|operation| {
        let op = operation.get("op")?.text()?;
        let key = if op.is("remove") {
            "path"
        } else if op.is("move") {
            "from"
        } else {
            return None;
        };
        Some(tokens(&operation.get(key)?.text()?.cow()))
    })
}

/// The path of every operation, whatever it does.
pub(super) fn paths<'a>(body: Raw<'a>) -> impl Iterator<Item = Vec<Cow<'a, str>>> {
    body.elements()
        .filter_map(|operation| operation.get("path")?.text())
        .map(|path| tokens(&path.cow()))
}

fn tokens<'a>(path: &str) -> Vec<Cow<'a, str>> {
    path.split('/')
        .skip(1)
        .map(|token| Cow::Owned(token.replace("~1", "/").replace("~0", "~")))
        .collect()
}
