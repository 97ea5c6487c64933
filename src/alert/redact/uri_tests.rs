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
fn secrets_are_found_wherever_they_stand_in_a_uri() {
    for (given, expected) in [
        (
            "/x?command=mysql&command=-phunter2",
            "/x?command=mysql&command=-p[redacted]",
        ),
        (
            "/x?command=a&command=--password&command=my+pass+phrase",
            "/x?command=a&command=--password&command=[redacted]",
        ),
        (
            "/x?command=PGPASSWORD%3Dhunter2",
            "/x?command=PGPASSWORD%3D[redacted]",
        ),
        (
            "/x?u=https%3A%2F%2Fbob%3Apw%40host",
            "/x?u=https://bob:[redacted]%40host",
        ),
        ("/x?u=password%253Dhunter2", "/x?u=password%3D[redacted]"),
        (
            "/proxy/login%3Fpassword%3Dhunter2",
            "/proxy/login?password=[redacted]",
        ),
        ("/proxy/password=hunter2", "/proxy/password=[redacted]"),
        (
            "/x?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260501%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Security-Token=abc",
            "/x?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260501%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Security-Token=[redacted]",
        ),
        (
            "GET /x?command=curl&command=-u&command=bob:pw&y=1 failed",
            "GET /x?command=curl&command=-u&command=bob:[redacted]&y=1 failed",
        ),
        ("/x?ghp_0123456789abcdef0123=1", "/x?[redacted]=1"),
    ] {
        assert_eq!(value(given), expected);
    }
}

#[test]
fn uris_in_uris_are_not_followed_without_end() {
    for piece in ["/?", "/?a=/", "/x?y=%2F%3F"] {
        let given = piece.repeat(20_000);
        assert_eq!(value(&given), given);
    }
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
    fn redacting_a_text_with_uris_twice_changes_nothing_more(
        given in "([a-z ]{0,4}|/p|[?&=% ]|%25|%3D|%26|%20|--token|command=|password|hunter2){0,14}",
    ) {
        let once = value(&given).into_owned();
        prop_assert_eq!(value(&once), once.as_str());
    }

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
                Just("mysql".to_owned()),
                Just("-p".to_owned()),
                Just("%25".to_owned()),
                Just("%3D".to_owned()),
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
