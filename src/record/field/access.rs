//! Roles, bindings and the IAM mapping that a request writes.

use super::{Field, borrowed, list};
use crate::query::{FieldType, Value};

pub(super) const FIELDS: &[Field] = &[
    Field::audit(
        "role.verbs",
        FieldType::List,
        "Verbs of all rules of a role that is written.",
        |f| list(&f.role().verbs),
    )
    .in_line(),
    Field::audit(
        "role.resources",
        FieldType::List,
        "Resources of all rules.",
        |f| list(&f.role().resources),
    )
    .in_line(),
    Field::audit(
        "role.apiGroups",
        FieldType::List,
        "API groups of all rules; the core group is the empty text.",
        |f| list(&f.role().api_groups),
    )
    .in_line(),
    Field::audit(
        "role.urls",
        FieldType::List,
        "Non-resource URLs of all rules.",
        |f| list(&f.role().urls),
    )
    .in_line(),
    Field::audit(
        "role.grants",
        FieldType::List,
        "`VERB RESOURCE` for each combination within one rule: `get secrets`, `create pods/exec`, `* *`, `patch deployments.apps`.",
        |f| list(&f.role().grants),
    ),
    Field::audit(
        "role.aggregation",
        FieldType::Bool,
        "Whether the role gathers the rules of others by label.",
        |f| {
            if f.role().present {
                Value::Bool(f.role().aggregation)
            } else {
                Value::Missing
            }
        },
    ),
    Field::audit(
        "role.labels",
        FieldType::List,
        "`key=value` of the role's labels.",
        |f| list(&f.role().labels),
    ),
    Field::audit(
        "binding.role",
        FieldType::Text,
        "The role that a binding grants.",
        |f| borrowed(f.binding().role.as_deref()),
    )
    .in_line(),
    Field::audit(
        "binding.roleKind",
        FieldType::Text,
        "`ClusterRole` or `Role`.",
        |f| borrowed(f.binding().role_kind.as_deref()),
    )
    .in_line(),
    Field::audit(
        "binding.subjects",
        FieldType::List,
        "Who is granted it: `User:bob`, `Group:system:masters`, `ServiceAccount:ns/name`.",
        |f| list(&f.binding().subjects),
    ),
    Field::audit(
        "binding.subjectNames",
        FieldType::List,
        "The names of the subjects.",
        |f| list(&f.binding().subject_names),
    )
    .in_line(),
    Field::audit(
        "binding.subjectKinds",
        FieldType::List,
        "The kinds of the subjects.",
        |f| list(&f.binding().subject_kinds),
    )
    .in_line(),
    Field::audit(
        "binding.added",
        FieldType::List,
        "Subjects that the request body of an update or patch names.",
        |f| list(&f.binding().added),
    ),
    Field::audit(
        "awsAuth.arns",
        FieldType::List,
        "Roles and users that aws-auth maps after the edit.",
        |f| list(&f.aws_auth().arns),
    )
    .in_line(),
    Field::audit(
        "awsAuth.usernames",
        FieldType::List,
        "Names that aws-auth hands out.",
        |f| list(&f.aws_auth().usernames),
    )
    .in_line(),
    Field::audit(
        "awsAuth.groups",
        FieldType::List,
        "Groups that aws-auth hands out.",
        |f| list(&f.aws_auth().groups),
    )
    .in_line(),
    Field::audit(
        "awsAuth.accounts",
        FieldType::List,
        "Accounts all of whose principals are let in (`mapAccounts`).",
        |f| list(&f.aws_auth().accounts),
    )
    .in_line(),
    Field::audit(
        "awsAuth.masters",
        FieldType::List,
        "ARNs mapped to `system:masters`.",
        |f| list(&f.aws_auth().masters),
    )
    .in_line(),
    Field::audit(
        "awsAuth.systemUsernames",
        FieldType::List,
        "Names handed out that begin with `system:`, those of nodes left out.",
        |f| list(&f.aws_auth().system_usernames),
    )
    .in_line(),
    Field::audit(
        "awsAuth.templatedGroups",
        FieldType::Bool,
        "Whether a group is a template that the caller fills, such as `{{SessionName}}`.",
        |f| {
            if f.aws_auth().present {
                Value::Bool(f.aws_auth().templated_groups)
            } else {
                Value::Missing
            }
        },
    ),
    Field::audit(
        "awsAuth.removed",
        FieldType::Bool,
        "Whether the mapping was deleted or emptied.",
        |f| {
            if f.aws_auth().present {
                Value::Bool(f.aws_auth().removed)
            } else {
                Value::Missing
            }
        },
    ),
];
