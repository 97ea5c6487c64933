//! The IAM principal behind a request, from `user.extra` and `user.uid`.
//!
//! aws-iam-authenticator writes `arn`, `canonicalArn`, `sessionName`, `accessKeyId` and `principalId`
//! into `user.extra`, each an array of one, and `aws-iam-authenticator:ACCOUNT:ID` into `user.uid`
//! (`pkg/server/server.go`).

use std::borrow::Cow;

use crate::json::Raw;
use crate::record::audit::User;

/// An IAM principal as the authenticator reports it. Absent parts are `None`.
#[derive(Debug, Default)]
pub struct Principal<'a> {
    /// The ARN that STS answered: `…:assumed-role/ROLE/SESSION` or `…:user/NAME`.
    pub arn: Option<Cow<'a, str>>,
    /// The ARN of the role or user.
    pub canonical_arn: Option<Cow<'a, str>>,
    /// The session name; for a person the caller's choice, for SSO the e-mail address.
    pub session_name: Option<Cow<'a, str>>,
    /// The access key id.
    pub access_key_id: Option<Cow<'a, str>>,
    /// The unique id, `AROA…` or `AIDA…`.
    pub principal_id: Option<Cow<'a, str>>,
    /// The twelve digits of its account.
    pub account: Option<Cow<'a, str>>,
    administrative: bool,
}

/// What `user.uid` begins with when the authenticator vouched for the caller; the second is from
/// before 2022.
const UID_PREFIXES: [&str; 2] = ["aws-iam-authenticator:", "heptio-authenticator-aws:"];

impl<'a> Principal<'a> {
    /// Gathers the principal of a user; empty when no IAM principal is behind it.
    #[must_use]
    pub fn of(user: &User<'a>) -> Self {
        let uid = user.uid.map(|text| text.cow()).unwrap_or_default();
        let vouched = UID_PREFIXES
            .iter()
            .find_map(|prefix| uid.strip_prefix(prefix));
        let mut principal = Self::default();
        if let Some(extra) = user.extra.filter(|extra| !is_token_extra(*extra)) {
            principal.read_extra(extra);
        }
        if let Some(rest) = vouched {
            let (account, id) = rest.split_once(':').unwrap_or((rest, ""));
            principal.administrative = account == "administrative";
            if !principal.administrative {
                principal.account = Some(Cow::Owned(account.to_owned()));
                if principal.principal_id.is_none() && !id.is_empty() {
                    principal.principal_id = Some(Cow::Owned(id.to_owned()));
                }
            }
        }
        if let Some(account) = principal.arn.as_deref().and_then(arn_account) {
            principal.account = Some(Cow::Owned(account.to_owned()));
        }
        principal
    }

    /// One walk over the extras: there are up to a dozen, and every event has a user.
    fn read_extra(&mut self, extra: Raw<'a>) {
        for (key, value) in extra.members() {
            let slot = match key.raw() {
                "arn" => &mut self.arn,
                "canonicalArn" => &mut self.canonical_arn,
                "sessionName" => &mut self.session_name,
                "accessKeyId" => &mut self.access_key_id,
                "principalId" | "sigs.k8s.io/aws-iam-authenticator/principalId" => {
                    &mut self.principal_id
                }
                _ => continue,
            };
            let text = value.text().or_else(|| value.elements().next()?.text());
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                *slot = Some(text.cow());
            }
        }
    }

    /// Whether no IAM principal of anybody's is known to be behind the request.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.arn.is_none() && self.canonical_arn.is_none() && self.account.is_none()
    }

    /// `assumed-role`, `iam-user`, `federated-user` or `root`; `None` when the ARN is not known.
    #[must_use]
    pub fn kind(&self) -> Option<&'static str> {
        let resource = arn_resource(self.arn.as_deref().or(self.canonical_arn.as_deref())?)?;
        match resource.split('/').next()? {
            "assumed-role" | "role" => Some("assumed-role"),
            "user" => Some("iam-user"),
            "federated-user" => Some("federated-user"),
            "root" => Some("root"),
            _ => None,
        }
    }

    /// `long-lived` for the key of an IAM user or root (`AKIA`), `temporary` for one of STS (`ASIA`).
    /// (IAM user guide, "unique identifiers".)
    #[must_use]
    pub fn key_type(&self) -> Option<&'static str> {
        let id = self.access_key_id.as_deref()?;
        match id.get(..4)? {
            "AKIA" => Some("long-lived"),
            "ASIA" => Some("temporary"),
            _ => None,
        }
    }

    /// The name of the assumed role.
    #[must_use]
    pub fn role_name(&self) -> Option<&str> {
        let mut parts = arn_resource(self.arn.as_deref()?)?.split('/');
        matches!(parts.next()?, "assumed-role").then(|| parts.next())?
    }

    /// Whether the session is one a node holds: EC2 names it after the instance, SSM after the
    /// managed instance, Fargate and IAM Roles Anywhere after the node.
    pub(super) fn is_node_session(&self, username: &str) -> bool {
        if !matches!(self.kind(), Some("assumed-role") | None) {
            return false;
        }
        let session = self
            .session_name
            .as_deref()
            .or_else(|| arn_resource(self.arn.as_deref()?)?.rsplit('/').next());
        let Some(session) = session else { return true };
        let hex = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        session
            .strip_prefix("i-")
            .or_else(|| session.strip_prefix("mi-"))
            .is_some_and(hex)
            || session.starts_with("fargate-")
            || username.strip_prefix("system:node:") == Some(session)
    }

    /// Whether the principal is one of AWS's own that work on managed clusters: roles of the cluster
    /// manager, which live in AWS's accounts and never in the cluster's own; EKS's service-linked
    /// roles, which nobody else can make; or accounts that the authenticator scrubs.
    pub(super) fn is_aws_owned(&self, own_account: Option<&str>) -> bool {
        if self.administrative {
            return true;
        }
        match self.role_name() {
            Some(role) if role.starts_with("AWSWesleyClusterManagerLambda") => {
                own_account.is_none() || self.account.as_deref() != own_account
            }
            Some(role) => role.starts_with("AWSServiceRoleForAmazonEKS"),
            // Only the uid is known: the extras are missing, nothing speaks against it.
            None => self.arn.is_none() && self.canonical_arn.is_none(),
        }
    }

    /// Who it is: the canonical ARN, and the session name where there is one.
    pub(super) fn person(&self) -> Option<Cow<'a, str>> {
        match (&self.canonical_arn, &self.session_name) {
            (Some(arn), Some(session)) => Some(Cow::Owned(format!("{arn}/{session}"))),
            (Some(arn), None) => self.arn.clone().or_else(|| Some(arn.clone())),
            (None, _) => self.arn.clone(),
        }
    }

    /// A short name for people.
    #[must_use]
    pub fn display(&self) -> Option<Cow<'a, str>> {
        let arn = self.arn.as_deref().or(self.canonical_arn.as_deref())?;
        let resource = arn_resource(arn)?;
        let short = resource.strip_prefix("assumed-role/").unwrap_or(resource);
        Some(Cow::Owned(short.to_owned()))
    }
}

/// Whether the extras are those of a service-account token, which never come with a principal's.
fn is_token_extra(extra: Raw<'_>) -> bool {
    extra
        .as_str()
        .starts_with("{\"authentication.kubernetes.io/")
}

/// The account of an ARN.
pub(super) fn arn_account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

/// What stands behind the fifth colon of an ARN.
fn arn_resource(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.splitn(5, ':').nth(4)
}
