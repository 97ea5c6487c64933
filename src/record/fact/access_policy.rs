//! The access policy of EKS that allowed a request, as the authorizer's reason names it.
//!
//! Access entries and their policies are kept by EKS and written in CloudTrail; their use shows in
//! the audit event: `EKS Access Policy: allowed by ClusterRoleBinding "PRINCIPAL+POLICY" of …`. A
//! policy that is bound to a namespace has it behind the policy's name, as any `RoleBinding` has.

use std::borrow::Cow;

use crate::record::AuditRecord;

/// Which policy let which principal do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPolicy {
    /// The ARN of the access entry: a role or a user.
    pub principal_arn: String,
    /// The policy's name, such as `AmazonEKSViewPolicy`.
    pub name: String,
}

/// How the reason begins.
const PREFIX: &str = "EKS Access Policy: allowed by ";

impl AccessPolicy {
    /// Reads the reason of an audit event; `None` where something else decided.
    #[must_use]
    pub fn of(record: &AuditRecord<'_>) -> Option<Self> {
        let reason: Cow<'_, str> = record.annotation("authorization.k8s.io/reason")?.cow();
        let (_, quoted) = reason.strip_prefix(PREFIX)?.split_once('"')?;
        let (binding, _) = quoted.split_once('"')?;
        // A role's name may hold a plus sign, so the last one counts.
        let (principal, policy) = binding.rsplit_once("+arn:")?;
        let (_, name) = policy.split_once("cluster-access-policy/")?;
        let name = name.split('/').next().filter(|name| !name.is_empty())?;
        Some(Self {
            principal_arn: principal.to_owned(),
            name: name.to_owned(),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn of(reason: &str) -> Option<AccessPolicy> {
        let line = serde_json::json!({
            "apiVersion": "audit.k8s.io/v1",
            "annotations": {"authorization.k8s.io/reason": reason},
        });
        AccessPolicy::of(&AuditRecord::read(&line.to_string()).unwrap())
    }

    #[test]
    fn the_principal_and_the_policy_are_told_apart() {
        let reason = r#"EKS Access Policy: allowed by ClusterRoleBinding "arn:aws:iam::111122223333:role/ops+arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy" of ClusterRole "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy" to User "AROAIOSFODNN7EXAMPLE1""#;
        let policy = of(reason).unwrap();
        assert_eq!(policy.principal_arn, "arn:aws:iam::111122223333:role/ops");
        assert_eq!(policy.name, "AmazonEKSClusterAdminPolicy");
    }

    #[test]
    fn a_namespace_is_no_part_of_the_name_and_a_plus_sign_may_be_one_of_the_role() {
        let reason = r#"EKS Access Policy: allowed by RoleBinding "arn:aws:iam::111122223333:role/a+arn:b+arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy/shop" of ClusterRole "x" to User "y""#;
        let policy = of(reason).unwrap();
        assert_eq!(
            policy.principal_arn,
            "arn:aws:iam::111122223333:role/a+arn:b"
        );
        assert_eq!(policy.name, "AmazonEKSViewPolicy");
    }

    #[test]
    fn other_reasons_name_no_policy() {
        for reason in [
            "",
            r#"RBAC: allowed by ClusterRoleBinding "a+arn:aws:eks::aws:cluster-access-policy/X" of …"#,
            "EKS Access Policy: allowed by ",
            r#"EKS Access Policy: allowed by ClusterRoleBinding "arn:aws:iam::1:role/x"#,
            r#"EKS Access Policy: allowed by ClusterRoleBinding "x+arn:aws:eks::aws:cluster-access-policy/" of"#,
        ] {
            assert_eq!(of(reason), None, "{reason}");
        }
    }
}
