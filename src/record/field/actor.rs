//! Who asked, and from where.

use super::{Field, borrowed, owned, text};
use crate::query::{FieldType, Value};
use crate::record::fact::{AccessPolicy, Facts, address, client};

fn extra<'a>(facts: &Facts<'a>, key: &str) -> Value<'a> {
    text(facts.record.extra(key))
}

pub(super) const FIELDS: &[Field] = &[
    Field::audit("actor", FieldType::Text, "A short name of the caller for people: role and session, IAM user, or username.", |f| Value::Text(f.actor().display())).always(),
    Field::audit("actor.identity", FieldType::Text, "By whom counts and baselines are kept: canonical ARN and session name of a customer's IAM principal, else the username. People who share a username are told apart.", |f| f.actor().identity().map_or(Value::Missing, Value::Text)),
    Field::audit("actor.kind", FieldType::Text, "`human`, `service-account`, `node`, `eks-managed`, `control-plane`, `anonymous` or `unknown`; told from the evidence behind the name.", |f| Value::text(f.actor().kind.as_str())).always(),
    Field::audit("actor.spoofed", FieldType::Bool, "Whether a customer's IAM principal bears a name of Kubernetes or EKS itself.", |f| Value::Bool(f.actor().spoofed)).always(),
    Field::audit("actor.namespace", FieldType::Text, "The namespace of the calling service account.", |f| borrowed(f.actor().service_account.as_ref().map(|(namespace, _)| &**namespace))),
    Field::audit("actor.serviceAccount", FieldType::Text, "The name of the calling service account.", |f| borrowed(f.actor().service_account.as_ref().map(|(_, name)| &**name))),
    Field::audit("actor.arn", FieldType::Text, "The ARN of the IAM principal, session included.", |f| borrowed(f.actor().principal.arn.as_deref())).named("user.extra.arn.0"),
    Field::audit("actor.canonicalArn", FieldType::Text, "The ARN of the IAM role or user.", |f| borrowed(f.actor().principal.canonical_arn.as_deref())).named("user.extra.canonicalArn.0"),
    Field::audit("actor.sessionName", FieldType::Text, "The session name: the caller's choice; for SSO the e-mail address.", |f| borrowed(f.actor().principal.session_name.as_deref())).named("user.extra.sessionName.0"),
    Field::audit("actor.accessKeyId", FieldType::Text, "The access key id behind the token.", |f| borrowed(f.actor().principal.access_key_id.as_deref())).named("user.extra.accessKeyId.0"),
    Field::audit("actor.principalId", FieldType::Text, "The unique id of the IAM principal, `AROA…` or `AIDA…`.", |f| borrowed(f.actor().principal.principal_id.as_deref())).in_line(),
    Field::audit("actor.account", FieldType::Text, "The account of the IAM principal.", |f| borrowed(f.actor().principal.account.as_deref())).in_line(),
    Field::audit("actor.principalType", FieldType::Text, "`iam-user`, `assumed-role`, `federated-user` or `root`.", |f| borrowed(f.actor().principal.kind())),
    Field::audit("actor.keyType", FieldType::Text, "`long-lived` (AKIA) or `temporary` (ASIA).", |f| borrowed(f.actor().principal.key_type())),
    Field::audit("actor.pod", FieldType::Text, "The pod that a service-account token is bound to.", |f| extra(f, "authentication.kubernetes.io/pod-name")).in_line(),
    Field::audit("actor.node", FieldType::Text, "The node that a service-account token is bound to.", |f| extra(f, "authentication.kubernetes.io/node-name")).in_line(),
    Field::audit("source.ip", FieldType::Text, "The last entry of `sourceIPs`, the only one the client can't write.", |f| f.address().text().map_or(Value::Missing, Value::Text)).in_line(),
    Field::audit("source.network", FieldType::Text, "The network of `source.ip`: its /16, or its /48 for IPv6.", |f| owned(f.address().network())),
    Field::audit("source.public", FieldType::Bool, "Whether `source.ip` is an address of the public internet.", |f| Value::Bool(f.address().is_public())).always(),
    Field::audit("source.forwarded", FieldType::Bool, "Whether `sourceIPs` has more than one entry: a proxy, or a forged header.", |f| Value::Bool(address::is_forwarded(&f.record))).always(),
    Field::audit("client.family", FieldType::Text, "What program the client says that it is: `userAgent` up to the version, in small letters. Its own choice.", |f| owned(client::family(&f.record))),
    Field::audit("accessPolicy.name", FieldType::Text, "The EKS access policy that allowed the request, such as `AmazonEKSClusterAdminPolicy`.", |f| owned(AccessPolicy::of(&f.record).map(|policy| policy.name))).in_line(),
    Field::audit("accessPolicy.principalArn", FieldType::Text, "The principal of the access entry behind it.", |f| owned(AccessPolicy::of(&f.record).map(|policy| policy.principal_arn))).in_line(),
];
