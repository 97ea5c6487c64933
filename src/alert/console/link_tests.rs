//! The encoding of links, and which there are none of.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use percent_encoding::percent_decode_str;

use super::*;

const LINK: Link<'_> = Link {
    region: "eu-west-1",
    log_group: "/aws/eks/prod/cluster",
    first: 1_777_636_800_000,
    last: 1_777_636_860_500,
    query: "fields @message | filter auditID = \"a-1\"",
};

/// What the console makes of a fragment: `$` is `%`, decoded twice.
fn decoded(url: &str) -> String {
    let (_, fragment) = url.split_once('#').unwrap();
    let once = percent_decode_str(&fragment.replace('$', "%"))
        .decode_utf8()
        .unwrap()
        .into_owned();
    percent_decode_str(&once)
        .decode_utf8()
        .unwrap()
        .into_owned()
}

#[test]
fn the_link_says_what_the_console_expects() {
    let url = LINK.url().unwrap();
    assert!(url.starts_with(
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:\
         logs-insights$3FqueryDetail$3D$257E$2528end$257E$25272026-05-01T12*3a11*3a00.500Z$257E\
         start$257E$25272026-05-01T11*3a50*3a00.000Z$257EtimeType$257E$2527ABSOLUTE$257E"
    ));
    assert_eq!(
        decoded(&url),
        "logsV2:logs-insights?queryDetail=~(end~'2026-05-01T12*3a11*3a00.500Z\
         ~start~'2026-05-01T11*3a50*3a00.000Z~timeType~'ABSOLUTE~tz~'UTC\
         ~editorString~'fields*20*40message*20*7c*20filter*20auditID*20*3d*20*22a-1*22\
         ~source~(~'*2faws*2feks*2fprod*2fcluster))"
    );
}

#[test]
fn the_link_has_no_character_that_ends_a_link_in_plain_text() {
    let url = LINK.url().unwrap();
    assert!(
        url.chars()
            .all(|c| c.is_ascii_alphanumeric() || ":/.?=#$*-_".contains(c)),
        "{url}"
    );
}

#[test]
fn every_partition_has_its_console() {
    let host = |region| {
        Link { region, ..LINK }.url().map(|url| {
            url.trim_start_matches("https://")
                .split('/')
                .next()
                .unwrap_or_default()
                .to_owned()
        })
    };
    assert_eq!(
        host("us-east-1").unwrap(),
        "us-east-1.console.aws.amazon.com"
    );
    assert_eq!(
        host("cn-north-1").unwrap(),
        "cn-north-1.console.amazonaws.cn"
    );
    assert_eq!(
        host("us-gov-west-1").unwrap(),
        "us-gov-west-1.console.amazonaws-us-gov.com"
    );
    assert_eq!(host("us-iso-east-1"), None);
    assert_eq!(host("eusc-de-east-1"), None);
}

#[test]
fn there_is_no_link_without_a_region_or_a_group() {
    for region in [
        "",
        "x",
        "evil.example/us-east-1",
        "US-EAST-1",
        "-a",
        "us-east-1/",
    ] {
        assert_eq!(Link { region, ..LINK }.url(), None, "{region}");
    }
    assert_eq!(
        Link {
            log_group: "",
            ..LINK
        }
        .url(),
        None
    );
    assert_eq!(
        Link {
            log_group: "arn:aws:logs:x",
            ..LINK
        }
        .url(),
        None
    );
    assert_eq!(
        Link {
            first: i64::MIN,
            ..LINK
        }
        .url(),
        None
    );
}

#[test]
fn an_arn_stands_for_its_group() {
    for arn in [
        "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster",
        "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster:*",
    ] {
        assert_eq!(
            Link {
                log_group: arn,
                ..LINK
            }
            .url(),
            LINK.url()
        );
    }
}
