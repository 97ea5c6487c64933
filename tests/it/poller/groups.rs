//! Which groups are read, by whom, and what is said of those that are not.

use std::collections::BTreeSet;
use std::time::Duration;

use trailhound::source::cloudwatch::{Class, ClusterSettings, DiscoverSettings, What};

use super::{BEGIN, Day, Positions, Watch, settings};
use crate::hostile::{ACCOUNT, Action, Fault, Hostile, REGION, Rule};

const AUDIT: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";
const OTHER: &str = "444455556666";

fn discovering(linked: bool) -> trailhound::source::cloudwatch::ReaderSettings {
    let mut settings = settings(&[]);
    settings.discover.push(DiscoverSettings {
        linked_accounts: linked,
        interval: Duration::from_millis(50),
        ..DiscoverSettings::default()
    });
    settings
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_appear_are_read_and_groups_that_go_are_given_up() {
    let aws = Hostile::start();
    let old = aws.logs().group("/aws/eks/old/cluster");
    aws.logs().group("/aws/eks/old/other");
    let first = old.put(AUDIT, BEGIN - 60_000, "old");
    let day = Day::new(50);
    let mut watch = Watch::start(&aws, discovering(false), &day, &Positions::default());
    watch.until([first].into()).await;
    let new = aws.logs().group("/aws/eks/new/cluster");
    let second = new.put(AUDIT, day.now() - 60_000, "new");
    watch.until([second].into()).await;
    old.delete();
    let gone = |label: &str, what: &What| {
        label.ends_with("/aws/eks/old/cluster") && matches!(what, What::Given { .. })
    };
    watch
        .notice(|notice| gone(&notice.stream.group, &notice.what))
        .await;
    assert_eq!(
        aws.log(|log| log.count(Action::FilterLogEvents, "/aws/eks/old/other")),
        0
    );
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_linked_account_is_asked_by_arn_and_the_own_one_by_name() {
    let aws = Hostile::start();
    aws.logs().link(ACCOUNT, OTHER);
    let own = aws.logs().group("/aws/eks/own/cluster");
    let linked = aws
        .logs()
        .group_in(OTHER, REGION, "/aws/eks/linked/cluster");
    let events = [&own, &linked].map(|group| group.put(AUDIT, BEGIN - 60_000, "x"));
    let mut watch = Watch::start(
        &aws,
        discovering(true),
        &Day::new(50),
        &Positions::default(),
    );
    let mut missing = BTreeSet::from(events);
    while !missing.is_empty() {
        let page = watch.page().await;
        let named = page.origin.log_group.clone().unwrap_or_default();
        let account = if named.contains("linked") {
            OTHER
        } else {
            ACCOUNT
        };
        assert_eq!(page.origin.account.as_deref(), Some(account));
        assert!(
            page.stream
                .group
                .starts_with(&format!("{account}:{REGION}:/aws/eks/"))
        );
        for event in page.events {
            missing.remove(&event.event_id);
        }
    }
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_reads_the_groups_of_its_account_and_a_refusal_names_the_role() {
    let aws = Hostile::start();
    let role = format!("arn:aws:iam::{OTHER}:role/reader");
    aws.sts().external_id(&role, "secret");
    aws.sts().deny(&role);
    let group = aws.logs().group_in(OTHER, REGION, "/aws/eks/prod/cluster");
    let event = group.put(AUDIT, BEGIN - 60_000, "x");
    let mut wanted = settings(&[]);
    wanted.clusters.push(ClusterSettings {
        log_group: "/aws/eks/prod/cluster".to_owned(),
        role_arn: Some(role.clone()),
        external_id: Some("secret".to_owned()),
        ..ClusterSettings::default()
    });
    let mut watch = Watch::start(&aws, wanted, &Day::new(50), &Positions::default());
    let failed = |what: &What| {
        matches!(
            what,
            What::Failed {
                class: Class::Denied,
                ..
            }
        )
    };
    let notice = watch.notice(|notice| failed(&notice.what)).await;
    let What::Failed { message, .. } = notice.what else {
        unreachable!()
    };
    assert!(
        message.contains(&role) && message.contains("trust policy"),
        "{message}"
    );
    aws.sts().allow(&role);
    watch.until([event].into()).await;
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denial_names_principal_action_and_resource_and_passes_once_it_is_lifted() {
    let aws = Hostile::start();
    let group = aws.logs().group("/aws/eks/prod/cluster");
    let event = group.put(AUDIT, BEGIN - 60_000, "x");
    let denied = group.deny();
    let names = settings(&["/aws/eks/prod/cluster"]);
    let mut watch = Watch::start(&aws, names, &Day::new(50), &Positions::default());
    let failed = |what: &What| {
        matches!(
            what,
            What::Failed {
                class: Class::Denied,
                ..
            }
        )
    };
    let notice = watch.notice(|notice| failed(&notice.what)).await;
    let What::Failed { message, .. } = notice.what else {
        unreachable!()
    };
    for part in ["arn:aws:", "logs:FilterLogEvents", &group.arn(), "allow it"] {
        assert!(message.contains(part), "{message}");
    }
    aws.forgive(denied);
    watch.until([event].into()).await;
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn infrequent_access_is_refused_with_the_reason_and_never_asked() {
    let aws = Hostile::start();
    aws.logs()
        .group("/aws/eks/prod/cluster")
        .infrequent_access();
    let names = settings(&["/aws/eks/prod/cluster"]);
    let mut watch = Watch::start(&aws, names, &Day::new(50), &Positions::default());
    let notice = watch
        .notice(|notice| matches!(notice.what, What::Given { .. }))
        .await;
    let What::Given { reason } = notice.what else {
        unreachable!()
    };
    assert!(
        reason.contains("Infrequent Access") && reason.contains("export"),
        "{reason}"
    );
    assert_eq!(aws.log(|log| log.of(Action::FilterLogEvents).count()), 0);
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_groups_share_a_throttled_budget_fairly() {
    let aws = Hostile::start();
    let names: Vec<String> = (0..40).map(|n| format!("/aws/eks/c{n}/cluster")).collect();
    let missing: BTreeSet<String> = names
        .iter()
        .map(|name| aws.logs().group(name).put(AUDIT, BEGIN - 60_000, "x"))
        .collect();
    for name in &names {
        aws.logs().group(name).meets_next(1, Fault::Throttled);
    }
    let named: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut watch = Watch::start(&aws, settings(&named), &Day::new(5), &Positions::default());
    watch.until(missing).await;
    let counts: Vec<usize> = names
        .iter()
        .map(|name| aws.log(|log| log.count(Action::FilterLogEvents, name)))
        .collect();
    let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
    assert!(*most <= least * 3 + 12, "{counts:?}");
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_told_who_calls_reads_under_the_name_of_the_group_itself() {
    let aws = Hostile::start();
    let group = aws.logs().group("/aws/eks/prod/cluster");
    group.put(AUDIT, BEGIN - 60_000, "x");
    aws.rule(Rule::every(Fault::WebPage).on(Action::GetCallerIdentity));
    let settings = settings(&["/aws/eks/prod/cluster"]);
    let mut watch = Watch::start(&aws, settings, &Day::new(50), &Positions::default());
    let page = watch.page().await;
    assert_eq!(page.origin.account.as_deref(), Some(ACCOUNT));
    // It is asked once, and nobody waits for a better answer.
    let asked = aws.log(|log| log.count(Action::GetCallerIdentity, ""));
    assert_eq!(asked, 1);
    watch.stop().await;
}
