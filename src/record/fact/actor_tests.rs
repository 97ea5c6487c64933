#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use super::*;

fn judge(user: &str) -> (ActorKind, bool) {
    judge_from(user, "10.0.1.2", "kubectl/v1.34.0")
}

fn judge_from(user: &str, ip: &str, agent: &str) -> (ActorKind, bool) {
    let line = format!(
        r#"{{"apiVersion":"audit.k8s.io/v1","user":{user},"sourceIPs":["{ip}"],"userAgent":"{agent}"}}"#
    );
    let record = AuditRecord::read(&line).unwrap();
    let actor = Actor::of(&record, None);
    (actor.kind, actor.spoofed)
}

fn iam(username: &str, groups: &str, arn: &str, session: &str) -> String {
    format!(
        r#"{{"username":"{username}","uid":"aws-iam-authenticator:111122223333:AROAEXAMPLE","groups":[{groups}],"extra":{{"arn":["{arn}"],"sessionName":["{session}"]}}}}"#
    )
}

#[test]
fn controllers_are_listed_in_order_so_that_they_are_found() {
    assert!(CONTROLLERS.is_sorted());
}

#[test]
fn a_system_name_with_a_customers_principal_behind_it_is_a_person() {
    let role = "arn:aws:sts::111122223333:assumed-role/Admin/eve";
    for name in [
        "eks:addon-manager",
        "system:node:ip-10-0-0-1",
        "system:kube-scheduler",
    ] {
        assert_eq!(
            judge(&iam(name, "", role, "eve")),
            (ActorKind::Human, true),
            "{name}"
        );
    }
    let account = "system:serviceaccount:kube-system:namespace-controller";
    assert_eq!(
        judge(&iam(account, "", role, "eve")),
        (ActorKind::Human, true)
    );
}

#[test]
fn eks_at_work_is_known_by_its_role() {
    let arn =
        "arn:aws:sts::444455556666:assumed-role/AWSWesleyClusterManagerLambda-NodeManagerRole-X/17";
    assert_eq!(
        judge(&iam("eks:node-manager", "", arn, "17")),
        (ActorKind::EksManaged, false)
    );
    let bootstrap = r#"{"username":"eks:cluster-bootstrap","groups":["system:masters"]}"#;
    assert_eq!(judge(bootstrap), (ActorKind::EksManaged, false));
    let scrubbed = r#"{"username":"eks:az-poller","uid":"aws-iam-authenticator:administrative:eks:az-poller"}"#;
    assert_eq!(judge(scrubbed), (ActorKind::EksManaged, false));
}

#[test]
fn a_node_is_known_by_its_session() {
    let name = "system:node:ip-10-0-0-1.ec2.internal";
    let arn = |session: &str| format!("arn:aws:sts::111122223333:assumed-role/NodeRole/{session}");
    for session in [
        "i-0e6c1f51d6dd34b3f",
        "fargate-ip-10-0-0-1.ec2.internal",
        "ip-10-0-0-1.ec2.internal",
    ] {
        let user = iam(name, "\"system:nodes\"", &arn(session), session);
        assert_eq!(judge(&user).0, ActorKind::Node, "{session}");
    }
    let stolen = iam(
        name,
        "\"system:nodes\"",
        &arn("botocore-session-1"),
        "botocore-session-1",
    );
    assert_eq!(judge(&stolen), (ActorKind::Human, true));
    let user = "arn:aws:iam::111122223333:user/eve";
    assert_eq!(
        judge(&iam(name, "\"system:nodes\"", user, "")),
        (ActorKind::Human, true)
    );
}

#[test]
fn a_controller_is_known_by_more_than_its_name() {
    let user = |extra: &str| {
        format!(r#"{{"username":"system:serviceaccount:kube-system:job-controller"{extra}}}"#)
    };
    let agent = "kube-controller-manager/v1.33.1 (linux/amd64) kubernetes/x/system:serviceaccount:kube-system:job-controller";
    assert_eq!(
        judge_from(&user(""), "10.0.0.1", agent).0,
        ActorKind::ControlPlane
    );
    assert_eq!(
        judge_from(&user(""), "203.0.113.4", agent).0,
        ActorKind::ServiceAccount
    );
    assert_eq!(
        judge_from(&user(""), "10.0.0.1", "kubectl/v1.34.0").0,
        ActorKind::ServiceAccount
    );
    let pod = r#","extra":{"authentication.kubernetes.io/pod-name":["evil"]}"#;
    assert_eq!(
        judge_from(&user(pod), "10.0.0.1", agent).0,
        ActorKind::ServiceAccount
    );
}

#[test]
fn nobody_is_anonymous() {
    assert_eq!(
        judge(r#"{"username":"system:anonymous"}"#).0,
        ActorKind::Anonymous
    );
    assert_eq!(
        judge(r#"{"groups":["system:unauthenticated"],"username":"x"}"#).0,
        ActorKind::Anonymous
    );
    assert_eq!(judge("{}").0, ActorKind::Anonymous);
    assert_eq!(judge("null").0, ActorKind::Unknown);
}

#[test]
fn people_are_named_by_role_and_session() {
    let line = format!(
        r#"{{"apiVersion":"audit.k8s.io/v1","user":{}}}"#,
        iam(
            "kubernetes-admin",
            "",
            "arn:aws:sts::111122223333:assumed-role/Admin/eve@example.com",
            "eve@example.com"
        )
    );
    let record = AuditRecord::read(&line).unwrap();
    let actor = Actor::of(&record, None);
    assert_eq!(actor.display(), "Admin/eve@example.com");
    assert_eq!(actor.principal.kind(), Some("assumed-role"));
    assert_eq!(actor.principal.account.as_deref(), Some("111122223333"));
}

#[test]
fn a_role_of_the_own_account_is_not_ekss_whatever_its_name() {
    let arn =
        "arn:aws:sts::111122223333:assumed-role/AWSWesleyClusterManagerLambda-NodeManagerRole-X/17";
    let line = format!(
        r#"{{"apiVersion":"audit.k8s.io/v1","user":{}}}"#,
        iam("eks:node-manager", "", arn, "17")
    );
    let record = AuditRecord::read(&line).unwrap();
    let kind = |account| Actor::of(&record, account).kind;
    assert_eq!(kind(None), ActorKind::EksManaged);
    assert_eq!(kind(Some("444455556666")), ActorKind::EksManaged);
    assert_eq!(kind(Some("111122223333")), ActorKind::Human);
}
