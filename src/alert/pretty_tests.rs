//! The form for people, as it looks.

use insta::assert_snapshot;

use super::super::sample;
use super::*;

#[test]
fn a_match_fits_in_a_dozen_lines() {
    let text = render(&sample::full(), Paint::Plain);
    assert!(text.lines().count() <= 12);
    assert_snapshot!(text, @r#"
    HIGH     jane opened exec in shop/web-0: sh -c id  exec-any
      who      admin:jane (human)  arn:aws:sts::111122223333:assumed-role/Admin/jane  key ASIAIOSFODNN7EXAMPLE
      what     get pods/exec  /api/v1/namespaces/shop/pods/web-0/exec?command=sh&command=-c&command=id
      where    shop/web-0  cluster prod  111122223333 us-east-1  env=prod
      from     203.0.113.7 (public)  kubectl/v1.34.1 (linux/amd64) kubernetes/0123abc
      outcome  succeeded  101  allow: RBAC: allowed by ClusterRoleBinding "admins"
      when     2026-05-01 12:00:00 UTC
      attack   T1609
      do       Ask jane whether it was her.
      query    fields @timestamp, @message | filter @logStream like /^kube-apiserver-audit/ | filter auditID = "0f0e0d0c-0b0a-0908-0706-050403020100"
      id       645af122e76c34bbbaf4e03c1a99b72b
    "#);
}

#[test]
fn a_threshold_tells_how_often_and_by_what() {
    let mut alert = sample::threshold();
    alert.closes = None;
    assert_snapshot!(render(&alert, Paint::Plain), @r#"
    CRITICAL jane was refused 12 times  exec-any
      who      admin:jane (human)  acting as root  arn:aws:sts::111122223333:assumed-role/Admin/jane  key ASIAIOSFODNN7EXAMPLE
      behind   one of: arn:aws:sts::111122223333:assumed-role/Admin/jane  key ASIAIOSFODNN7EXAMPLE  2026-05-01 11:58:00 UTC; arn:aws:iam::111122223333:role/Break
      what     get pods/exec  /api/v1/namespaces/shop/pods/web-0/exec?command=sh&command=-c&command=id
      where    shop/web-0  cluster prod  111122223333 us-east-1  env=prod
      from     203.0.113.7 (public)  kubectl/v1.34.1 (linux/amd64) kubernetes/0123abc
      outcome  succeeded  101  allow: RBAC: allowed by ClusterRoleBinding "admins"
      when     from 2026-05-01 12:00:00 UTC to 2026-05-01 12:04:00 UTC
      group    user.username=admin:jane
      counted  refusals = 12
      attack   T1609
      do       Ask jane whether it was her.
      query    fields @timestamp, @message | filter @logStream like /^kube-apiserver-audit/ | filter auditID = "0f0e0d0c-0b0a-0908-0706-050403020100"
      id       645af122e76c34bbbaf4e03c1a99b72b
    "#);
}

#[test]
fn a_value_seen_first_tells_whose_it_is() {
    let mut alert = sample::full();
    alert.group = [("actor.identity", "jane"), ("source.ip", "203.0.113.7")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let text = render(&alert, Paint::Plain);
    let told = text
        .lines()
        .filter(|line| line.starts_with("  when") || line.starts_with("  group"));
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
    when     2026-05-01 12:00:00 UTC
    group    actor.identity=jane  source.ip=203.0.113.7
    "#);
}

#[test]
fn a_sequence_and_a_closing_summary_tell_how_many_events() {
    let mut alert = sample::threshold();
    alert.measured.clear();
    let text = render(&alert, Paint::Plain);
    let told = ["  when", "  group", "  counted", "  closes"];
    let told = text
        .lines()
        .filter(|line| told.iter().any(|label| line.starts_with(label)));
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
    when     12 events from 2026-05-01 12:00:00 UTC to 2026-05-01 12:04:00 UTC
    group    user.username=admin:jane
    closes   9046a149c989fe9d38a34dd53f59c0c2
    "#);
}

#[test]
fn what_is_not_known_has_no_line() {
    assert_snapshot!(render(&sample::bare(), Paint::Plain), @r#"
    INFO     - did something  odd
      outcome  the record was cut off
      id       e740ebead971903206af8c91b4e7cfa4
    "#);
}

#[test]
fn colours_end_where_they_should() {
    let text = render(&sample::full(), Paint::Coloured);
    let (first, _) = text.split_once('\n').unwrap_or_default();
    assert_snapshot!(first.replace('\x1b', "^"), @"^[1m^[31mHIGH    ^[0m ^[1mjane opened exec in shop/web-0: sh -c id^[0m  ^[2mexec-any^[0m");
    assert!(
        text.lines()
            .all(|line| line.matches("\x1b[0m").count() * 2 <= line.matches('\x1b').count())
    );
}

#[test]
fn nothing_from_a_log_line_reaches_the_terminal_as_it_is() {
    let mut alert = sample::full();
    let hostile = "x\n\x1b[2J\u{202e}\u{9b}y".to_owned();
    alert.summary.clone_from(&hostile);
    alert.detector.id.clone_from(&hostile);
    alert.attack = vec![hostile.clone()];
    alert.actor.username = Some(hostile.clone());
    alert.actor.arn = Some(hostile.clone());
    alert.actor.access_key_id = Some(hostile.clone());
    alert.source.user_agent = Some(hostile.clone());
    alert.target.uri = Some(hostile.clone());
    alert.target.name = Some(hostile.clone());
    alert.outcome.reason = Some(hostile.clone());
    alert.cluster.name = Some(hostile.clone());
    alert.actor.behind = vec![crate::alert::Behind {
        arn: Some(hostile.clone()),
        ..Default::default()
    }];
    alert.console.query = Some(hostile);
    let text = render(&alert, Paint::Plain);
    let clean = text.lines().all(|line| !line.contains(escape::is_hidden));
    assert!(clean, "{text:?}");
    assert_eq!(
        text.lines().count(),
        render(&sample::full(), Paint::Plain).lines().count() + 1,
        "one line more, for the logins behind"
    );
}
