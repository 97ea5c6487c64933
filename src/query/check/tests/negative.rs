//! The lint on negative tests of fields that may be missing.

use super::{accepted, warnings};

#[test]
fn a_negative_test_of_a_field_that_may_be_missing_is_warned_of() {
    for text in [
        "filter user.username != 'x'",
        "filter user.username not in ['x']",
        "filter user.username not like /x/",
        "filter not user.username = 'x'",
        "filter not (user.username = 'x' or user.username like 'y')",
        "filter not (verb = 'x' and user.username = 'y')",
        "filter not responseStatus.code < 400",
        "filter not strcontains(user.username, 'x')",
        "filter not pod.privileged",
        "filter tolower(user.username) != 'x'",
        "filter ispresent(objectRef.name) and user.username != 'x'",
        "filter ispresent(user.username) or user.username != 'x'",
        "filter not ispresent(user.username) and user.username != 'x'",
        "filter verb = 'x' or user.username != 'x'",
        "fields jsonParse(@message) as m | filter m.verb != 'x'",
        "filter jsonParse(@message).verb != 'x'",
        "fields tolower(user.username) as u | filter u != 'x'",
        "filter ispresent(user.username) | parse @message '*' as user.username | filter user.username != 'x'",
    ] {
        let lints = warnings(text);
        assert!(lints.contains(&"negative-on-missing"), "{text}: {lints:?}");
    }
}

#[test]
fn a_guarded_negative_test_is_not() {
    for text in [
        "filter verb != 'x' and not (verb like 'y')",
        "filter ispresent(user.username) and user.username != 'x'",
        "filter user.username != 'x' and ispresent(user.username)",
        "filter (not ispresent(user.username) or user.username != 'x')",
        "filter !ispresent(user.username) or user.username not in ['x']",
        "filter ispresent(user.username) | filter user.username not like 'x'",
        "filter user.username like /^a/ and user.username != 'ab'",
        "filter user.username = 'a' | filter verb = 'b' and not (user.username like 'c')",
        "filter not isempty(user.username) and user.username != 'x'",
        "filter isblank(user.username) or user.username != 'x'",
        "filter not (ispresent(user.username) and user.username = 'x')",
        "filter not (not ispresent(user.username) or user.username = 'x')",
        "filter coalesce(user.username, '') != 'x'",
        "filter not isempty(user.username) and not ispresent(objectRef.name)",
        "filter (user.username = 'a' or user.username = 'b') and user.username != 'c'",
        "stats count(*) as n by verb | filter n != 3",
    ] {
        accepted(text);
    }
}
