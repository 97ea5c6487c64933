//! The user's lists: `${admin_users}` in a query becomes `["alice", "bob"]`.

use std::collections::BTreeMap;

/// Names and values of the `[lists]` of the settings.
pub type Lists = BTreeMap<String, Vec<String>>;

/// A query with its lists filled in.
#[derive(Debug, PartialEq, Eq)]
pub enum Filled {
    /// The query's text.
    Query(String),
    /// Lists that the query uses and nobody has set (or set to nothing), in the order of their use.
    Unset(Vec<String>),
}

/// Puts the values of the lists into a query.
#[must_use]
pub fn fill(query: &str, lists: &Lists) -> Filled {
    let mut text = String::with_capacity(query.len());
    let mut unset = Vec::new();
    let mut rest = query;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        let Some((name, tail)) = after.split_once('}').filter(|(name, _)| is_name(name)) else {
            text.push_str("${");
            rest = after;
            continue;
        };
        match lists.get(name) {
            Some(values) if !values.is_empty() => text.push_str(&literal(values)),
            _ if unset.iter().any(|known| known == name) => {}
            _ => unset.push(name.to_owned()),
        }
        rest = tail;
    }
    text.push_str(rest);
    if unset.is_empty() {
        Filled::Query(text)
    } else {
        Filled::Unset(unset)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The values as a list of the query language.
fn literal(values: &[String]) -> String {
    let quoted: Vec<String> = values
        .iter()
        .map(|value| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_filled_in_as_literals() {
        let lists = Lists::from([("users".into(), vec!["a\"b".into(), "c".into()])]);
        let filled = fill("filter x in ${users} | filter y", &lists);
        assert_eq!(
            filled,
            Filled::Query(r#"filter x in ["a\"b", "c"] | filter y"#.into())
        );
    }

    #[test]
    fn a_list_that_is_not_set_is_named() {
        let lists = Lists::from([("empty".into(), vec![])]);
        let filled = fill("filter x in ${users} and z in ${empty}", &lists);
        assert_eq!(filled, Filled::Unset(vec!["users".into(), "empty".into()]));
    }

    #[test]
    fn a_list_that_is_used_twice_is_named_once() {
        let filled = fill("filter x in ${users} or z in ${users}", &Lists::new());
        assert_eq!(filled, Filled::Unset(vec!["users".into()]));
    }

    #[test]
    fn a_dollar_that_names_no_list_stays() {
        assert_eq!(
            fill("like /a${/", &Lists::new()),
            Filled::Query("like /a${/".into())
        );
    }
}
