//! Secrets in percent-encoded commands and parameters.

use proptest::prelude::*;

use super::*;

#[test]
fn the_argument_after_a_secret_flag_is_taken_out() {
    let given = "/api/v1/namespaces/x/pods/y/exec?command=mysql&command=--password&command=hunter2&container=c";
    assert_eq!(
        uri(given),
        "/api/v1/namespaces/x/pods/y/exec?command=mysql&command=--password&command=[redacted]&container=c"
    );
}

#[test]
fn encoded_secrets_are_found() {
    let given = "/exec?command=sh&command=-c&command=mysql%20--password%3Dhunter2+-h+db&stdin=true";
    assert_eq!(
        uri(given),
        "/exec?command=sh&command=-c&command=mysql%20--password%3D[redacted]%20-h%20db&stdin=true"
    );
}

#[test]
fn parameters_named_as_secrets_are_taken_out() {
    assert_eq!(
        uri("/x?access_token=abc&X-Amz-Signature=f00&y=1"),
        "/x?access_token=[redacted]&X-Amz-Signature=[redacted]&y=1"
    );
}

#[test]
fn an_ordinary_uri_is_borrowed() {
    for ordinary in [
        "/api/v1/secrets?limit=500&resourceVersion=0",
        "/api/v1/namespaces/x/serviceaccounts/y/token",
        "/api/v1/pods?fieldSelector=spec.nodeName%3Dip-10-0-0-1&continue",
        "/exec?command=ls&command=%2Ftmp",
        "",
        "?",
    ] {
        assert!(
            matches!(uri(ordinary), Cow::Borrowed(same) if same == ordinary),
            "{ordinary}"
        );
    }
}

proptest! {
    #[test]
    fn redacting_twice_changes_nothing_more(
        parts in prop::collection::vec(
            prop_oneof![
                Just("command=".to_owned()),
                Just("--token".to_owned()),
                Just("&".to_owned()),
                Just("password%3D".to_owned()),
                Just("https://".to_owned()),
                Just("token=".to_owned()),
                Just("Bearer+".to_owned()),
                "[a-z0-9%+ =?@:-]{0,8}",
                ".{0,2}",
            ],
            0..12,
        ),
    ) {
        let given = format!("/p?{}", parts.concat());
        let once = uri(&given).into_owned();
        prop_assert_eq!(uri(&once), once.as_str());
    }
}
