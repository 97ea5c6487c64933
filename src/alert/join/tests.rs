//! Who is found behind a name, and who is not guessed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests may fail loudly"
)]

use proptest::prelude::*;

use super::*;
use crate::alert::{Alert, Timestamp, sample};
use crate::record::authenticator::Record;

const MINUTE: i64 = 60_000;

/// The time of the sample alert.
const NOW: &str = "2026-05-01T12:00:00.250Z";

fn now() -> i64 {
    Timestamp::parse(NOW).unwrap().millis()
}

/// An alert of a cluster's shared administrator, of whom nothing more is known.
fn nameless() -> Alert {
    let mut alert = sample::full();
    alert.actor.username = Some("kubernetes-admin".to_owned());
    alert.actor.uid = None;
    alert.actor.arn = None;
    alert.actor.session_name = None;
    alert.actor.access_key_id = None;
    alert
}

fn granted(who: &str, port: u16) -> String {
    format!(
        "time=\"x\" level=info msg=\"access granted\" arn=\"arn:aws:iam::111122223333:role/{who}\" \
         client=\"127.0.0.1:{port}\" groups=\"[system:masters]\" method=POST path=/authenticate \
         stsendpoint=sts.us-east-1.amazonaws.com uid=\"aws-iam-authenticator:111122223333:AROA{who}\" \
         username=kubernetes-admin"
    )
}

fn sts(who: &str, session: &str, port: u16) -> String {
    format!(
        "time=\"x\" level=info msg=\"STS response\" accesskeyid=ASIA{session} accountid=111122223333 \
         arn=\"arn:aws:sts::111122223333:assumed-role/{who}/{session}\" client=\"127.0.0.1:{port}\" \
         method=POST path=/authenticate session={session} userid=AROA{who}"
    )
}

fn learn_all(grants: &mut Grants, alert: &Alert, lines: &[(String, i64)]) {
    let cluster = ClusterKey::from(&alert.cluster);
    for (line, ago) in lines {
        grants.learn(&cluster, &Record::parse(line).unwrap(), now() - ago);
    }
}

/// What joining with these lines, each with its age, makes of an alert.
fn joined(alert: &Alert, lines: &[(String, i64)]) -> Alert {
    let mut grants = Grants::new(DEFAULT_GRANTS, 2 * MINUTE);
    learn_all(&mut grants, alert, lines);
    let mut alert = alert.clone();
    grants.enrich(&mut alert);
    alert
}

fn login(who: &str, session: &str, port: u16, ago: i64) -> [(String, i64); 2] {
    [(sts(who, session, port), ago), (granted(who, port), ago)]
}

fn identity(alert: &Alert) -> [Option<&str>; 3] {
    let actor = &alert.actor;
    [&actor.arn, &actor.session_name, &actor.access_key_id].map(|text| text.as_deref())
}

const JANE: [Option<&str>; 3] = [
    Some("arn:aws:sts::111122223333:assumed-role/Admin/jane"),
    Some("jane"),
    Some("ASIAjane"),
];

#[test]
fn a_single_login_is_filled_in() {
    let alert = nameless();
    assert!(Grants::is_wanting(&alert));
    let after = joined(&alert, &login("Admin", "jane", 4001, MINUTE));
    assert_eq!(identity(&after), JANE);
    assert!(after.actor.behind.is_empty());
    assert_eq!(after.id, alert.id);
    assert!(!Grants::is_wanting(&after));
}

#[test]
fn a_login_without_the_line_of_sts_gives_the_role() {
    let after = joined(&nameless(), &[(granted("Admin", 4001), MINUTE)]);
    let role = "arn:aws:iam::111122223333:role/Admin";
    assert_eq!(identity(&after), [Some(role), None, None]);
}

#[test]
fn of_several_logins_none_is_guessed() {
    let lines = [
        login("Admin", "jane", 4001, 5 * MINUTE),
        login("Break", "bob", 4002, 2 * MINUTE),
        login("Admin", "jane", 4003, MINUTE),
    ]
    .concat();
    let after = joined(&nameless(), &lines);
    assert_eq!(identity(&after), [None; 3]);
    let listed: Vec<_> = after
        .actor
        .behind
        .iter()
        .map(|login| login.session_name.as_deref().unwrap())
        .collect();
    assert_eq!(listed, ["jane", "bob"], "the latest first, each once");
}

#[test]
fn the_unique_id_decides_between_those_who_share_a_name() {
    let lines = [
        login("Admin", "jane", 4001, 5 * MINUTE),
        login("Break", "bob", 4002, 2 * MINUTE),
    ]
    .concat();
    let mut alert = nameless();
    alert.actor.uid = Some("aws-iam-authenticator:111122223333:AROAAdmin".to_owned());
    assert_eq!(identity(&joined(&alert, &lines)), JANE);
    let mut alert = nameless();
    alert.actor.access_key_id = Some("ASIAjane".to_owned());
    assert_eq!(identity(&joined(&alert, &lines)), JANE);
}

#[test]
fn sessions_of_one_role_are_told_apart() {
    let lines = [
        login("Admin", "jane", 4001, 5 * MINUTE),
        login("Admin", "bob", 4002, 2 * MINUTE),
    ]
    .concat();
    let mut alert = nameless();
    alert.actor.uid = Some("aws-iam-authenticator:111122223333:AROAAdmin".to_owned());
    let after = joined(&alert, &lines);
    assert_eq!(identity(&after), [None; 3]);
    assert_eq!(after.actor.behind.len(), 2);
    alert.actor.session_name = Some("jane".to_owned());
    assert_eq!(identity(&joined(&alert, &lines)), JANE);
}

#[test]
fn logins_of_another_time_or_cluster_explain_nothing() {
    let alert = nameless();
    for ago in [17 * MINUTE, -3 * MINUTE] {
        let after = joined(&alert, &login("Admin", "jane", 4001, ago));
        assert_eq!(after, alert, "{ago}");
    }
    let late = joined(&alert, &login("Admin", "jane", 4001, -MINUTE));
    assert_eq!(identity(&late), JANE);
    let mut grants = Grants::new(DEFAULT_GRANTS, 0);
    let mut elsewhere = alert.clone();
    elsewhere.cluster.name = Some("test".to_owned());
    learn_all(&mut grants, &elsewhere, &login("Admin", "jane", 4001, 0));
    assert!(!grants.enrich(&mut alert.clone()));
}

#[test]
fn what_is_known_is_never_changed() {
    let mut alert = nameless();
    alert.actor.arn = Some("arn:aws:sts::111122223333:assumed-role/Other/eve".to_owned());
    assert_eq!(joined(&alert, &login("Admin", "jane", 4001, 0)), alert);
    let full = sample::full();
    assert!(!Grants::is_wanting(&full));
    assert_eq!(joined(&full, &login("Admin", "jane", 4001, 0)), full);
}

#[test]
fn nobody_waits_for_the_login_of_a_service_account() {
    for kind in [
        "service-account",
        "node",
        "control-plane",
        "eks-managed",
        "anonymous",
    ] {
        let mut alert = nameless();
        alert.actor.kind = Some(kind.to_owned());
        assert!(!Grants::is_wanting(&alert), "{kind}");
    }
    assert!(!Grants::is_wanting(&sample::bare()));
}

#[test]
fn what_is_filled_in_is_redacted() {
    let secret = "ghp_0123456789abcdef0123456789abcdef0123";
    let after = joined(&nameless(), &login("Admin", secret, 4001, 0));
    assert!(after.actor.session_name.is_some());
    assert!(!after.to_json().unwrap().contains(secret));
}

#[test]
fn a_full_table_forgets_the_oldest_and_counts() {
    let mut grants = Grants::new(2, 0);
    let lines: Vec<_> = [3, 1, 2]
        .map(|ago| (granted("Admin", 4000), ago * MINUTE))
        .into();
    learn_all(&mut grants, &nameless(), &lines);
    assert_eq!((grants.len(), grants.forgotten()), (2, 1));
}

fn line() -> impl Strategy<Value = (String, i64)> {
    let who = prop_oneof![Just("Admin"), Just("Break")];
    let session = prop_oneof![Just("jane"), Just("bob")];
    (who, session, 4000..4003u16, any::<bool>(), 0..20i64).prop_map(
        |(who, session, port, is_sts, ago)| {
            let text = if is_sts {
                sts(who, session, port)
            } else {
                granted(who, port)
            };
            (text, ago * MINUTE)
        },
    )
}

proptest! {
    #[test]
    fn the_order_of_the_lines_does_not_matter(
        (lines, shuffled) in prop::collection::vec(line(), 0..12)
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        most in 1..14usize,
        knows_uid in any::<bool>(),
    ) {
        let mut alert = nameless();
        alert.actor.uid = knows_uid
            .then(|| "aws-iam-authenticator:111122223333:AROAAdmin".to_owned());
        let [one, other] = [&lines, &shuffled].map(|lines| {
            let mut grants = Grants::new(most, MINUTE);
            learn_all(&mut grants, &alert, lines);
            let mut alert = alert.clone();
            grants.enrich(&mut alert);
            alert
        });
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one.id, alert.id);
    }
}
