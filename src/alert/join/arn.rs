//! Whether two ARNs name the same principal: one may name the role, the other a session of it.

/// The account, the sort and the name of a principal. The path of a role is left out, since the ARN of
/// a session doesn't have it (IAM user guide, "IAM identifiers").
fn principal(arn: &str) -> Option<(&str, &str, &str)> {
    let mut parts = arn.strip_prefix("arn:")?.splitn(5, ':');
    let account = parts.nth(3)?;
    let resource = parts.next()?;
    let (sort, rest) = resource.split_once('/').unwrap_or((resource, ""));
    Some(match sort {
        "assumed-role" => (account, "role", rest.split('/').next()?),
        sort => (account, sort, rest.rsplit('/').next()?),
    })
}

/// Whether two ARNs name the same user or role.
pub(super) fn is_same_principal(one: &str, other: &str) -> bool {
    one == other || principal(one).is_some_and(|one| principal(other) == Some(one))
}

/// Whether an ARN names a session, and not only a role that has many.
pub(super) fn is_session(arn: &str) -> bool {
    arn.contains(":assumed-role/") || arn.contains(":federated-user/")
}

/// Whether a principal has no sessions: an IAM user, or the root user.
pub(super) fn has_no_sessions(arn: &str) -> bool {
    principal(arn).is_some_and(|(_, sort, _)| matches!(sort, "user" | "root"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_and_its_sessions_are_one_principal() {
        let session = "arn:aws:sts::111122223333:assumed-role/Admin/jane";
        for (other, same) in [
            ("arn:aws:iam::111122223333:role/Admin", true),
            ("arn:aws:iam::111122223333:role/teams/a/Admin", true),
            ("arn:aws:sts::111122223333:assumed-role/Admin/bob", true),
            ("arn:aws:iam::444455556666:role/Admin", false),
            ("arn:aws:iam::111122223333:user/Admin", false),
            ("arn:aws:iam::111122223333:role/jane", false),
            ("", false),
        ] {
            assert_eq!(is_same_principal(session, other), same, "{other}");
        }
        assert!(is_session(session));
        assert!(has_no_sessions("arn:aws:iam::111122223333:root"));
    }
}
