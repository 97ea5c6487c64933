//! `actor.kind` as a filter: names that surely belong to no kind that is asked for are hidden.
//!
//! A name alone proves nothing once an IAM principal is behind it: whoever has one passes where people
//! are asked for.

use super::filter::{Filter, Op};

const NAME: &str = "user.username";

/// Names of the control plane's own components.
const COMPONENTS: [&str; 5] = [
    "system:apiserver",
    "system:kube-controller-manager",
    "system:kube-scheduler",
    "system:cloud-controller-manager",
    "system:volume-scheduler",
];

/// Where the authenticator writes who is behind a name; one of them is there if anybody is.
const PRINCIPAL: [(&str, &str); 3] = [
    ("user.uid", "*-authenticator*"),
    ("user.extra.arn.0", "*"),
    ("user.extra.canonicalArn.0", "*"),
];

/// The filter that every event passes whose caller is of one of these kinds; `None` for anything.
pub(super) fn one_of(kinds: &[&str]) -> Option<Filter> {
    let has = |kind: &str| kinds.contains(&kind);
    let mut not = Vec::new();
    if !has("eks-managed") {
        not.push("eks:*");
    }
    if !has("control-plane") {
        not.extend(COMPONENTS);
    }
    if !has("node") {
        not.push("system:node:*");
    }
    if !has("service-account") && !has("control-plane") {
        not.push("system:serviceaccount:*:*");
    }
    if not.is_empty() {
        return None;
    }
    let unnamed = not
        .iter()
        .map(|name| Filter::test(NAME, Op::NotEqual((*name).to_owned())));
    let mut parts = vec![Filter::all(unnamed)];
    let equal = |(path, text): &(&str, &str)| Filter::test(path, Op::Equal((*text).to_owned()));
    if has("human") {
        parts.extend(PRINCIPAL.iter().map(equal));
    }
    if has("anonymous") {
        // The group makes any name nobody's.
        parts.push(equal(&("user.groups.0", "system:unauthenticated")));
    }
    if has("anonymous") || has("unknown") {
        parts.push(Filter::test(NAME, Op::NotExists));
    }
    Some(Filter::any(parts))
}
