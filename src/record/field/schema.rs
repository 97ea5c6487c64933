//! Resolves names to fields: those of the table, and the open paths below some of them.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Field, TABLE, audit_fields, authenticator_fields, system_fields};
use crate::query::{FieldId, FieldInfo, FieldType, Schema};

/// Which log lines a query looks at, and so which names mean something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogKind {
    /// Kubernetes audit events.
    #[default]
    Audit,
    /// Lines of aws-iam-authenticator.
    Authenticator,
    /// Both; a name that both have is read from whichever the line is.
    Any,
}

/// A longer name is no misspelling of a field, and would take long to compare with them all.
const LONGEST_MISSPELT: usize = 128;

/// Where an open path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named after the audit event's members")]
pub enum Root {
    RequestObject,
    ResponseObject,
    Object,
    Annotations,
    SourceIps,
    Status,
    Groups,
    Extra,
    ImpersonatedGroups,
    ImpersonatedExtra,
}

/// The roots by their prefix, longest first where one begins another.
const ROOTS: [(&str, Root); 10] = [
    ("requestObject.", Root::RequestObject),
    ("responseObject.", Root::ResponseObject),
    ("object.", Root::Object),
    ("annotations.", Root::Annotations),
    ("sourceIPs.", Root::SourceIps),
    ("responseStatus.", Root::Status),
    ("user.groups.", Root::Groups),
    ("user.extra.", Root::Extra),
    ("impersonatedUser.groups.", Root::ImpersonatedGroups),
    ("impersonatedUser.extra.", Root::ImpersonatedExtra),
];

/// What an open path of that kind of log begins with.
pub fn open_paths(log: LogKind) -> impl Iterator<Item = &'static str> {
    let of_audit = (log != LogKind::Authenticator).then(|| ROOTS.iter().map(|(prefix, _)| *prefix));
    of_audit.into_iter().flatten().chain([LABELS, ENTITY])
}

/// Labels that the settings give a cluster.
const LABELS: &str = "cluster.labels.";

/// What CloudWatch knows of the entity that logs; nothing else tells it.
const ENTITY: &str = "@entity.";

/// A field that is no row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Dynamic {
    /// A flattened path below a root.
    Path(Root, String),
    /// A label of the cluster.
    Label(String),
    /// A field that only the console has.
    Untold(String),
    /// A row of the table for audit events, a pair of that name for authenticator lines.
    Either(usize, String),
}

/// Resolves names for one kind of log, and remembers the open paths it has handed out ids for.
///
/// One schema serves any number of queries; ids stay valid as it grows.
#[derive(Clone, Debug, Default)]
pub struct FieldSchema {
    log: LogKind,
    dynamic: Vec<Dynamic>,
    known: HashMap<Dynamic, FieldId>,
}

static BY_NAME: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut names: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (index, field) in TABLE.iter().enumerate() {
        names.entry(field.name).or_default().push(index);
    }
    names
});

impl FieldSchema {
    /// The names that mean something in that kind of log.
    #[must_use]
    pub fn new(log: LogKind) -> Self {
        Self {
            log,
            ..Self::default()
        }
    }

    /// The same schema for another kind of log; ids of both stay valid.
    pub fn set_log(&mut self, log: LogKind) {
        self.log = log;
    }

    pub(super) fn dynamic(&self, index: usize) -> Option<&Dynamic> {
        self.dynamic.get(index)
    }

    /// The open path behind an id; `None` for a row of the table.
    pub(super) fn open_path(&self, id: FieldId) -> Option<&Dynamic> {
        self.dynamic((id.0 as usize).checked_sub(TABLE.len())?)
    }

    /// The row of the table behind an id; `None` for an open path.
    #[must_use]
    pub fn field(id: FieldId) -> Option<&'static Field> {
        TABLE.get(id.0 as usize).copied()
    }

    fn intern(&mut self, dynamic: Dynamic, kind: FieldType) -> FieldInfo {
        let next = FieldId(u32::try_from(TABLE.len() + self.dynamic.len()).unwrap_or(u32::MAX));
        let id = *self.known.entry(dynamic.clone()).or_insert(next);
        if id == next {
            self.dynamic.push(dynamic);
        }
        FieldInfo {
            id,
            kind,
            may_be_missing: true,
        }
    }

    /// The row of that name that this kind of log has.
    fn row(&mut self, name: &str) -> Option<FieldInfo> {
        let audit = audit_fields().count();
        let authenticator = audit + authenticator_fields().count();
        let rows = BY_NAME.get(name)?;
        let of_audit = rows.iter().copied().find(|row| *row < audit);
        let of_authenticator = rows
            .iter()
            .copied()
            .find(|row| (audit..authenticator).contains(row));
        let of_all = rows.iter().copied().find(|row| *row >= authenticator);
        let row = match self.log {
            LogKind::Audit => of_audit.or(of_all),
            LogKind::Authenticator => of_authenticator.or(of_all),
            LogKind::Any => match (of_audit, of_authenticator) {
                (Some(row), Some(_)) => {
                    return Some(
                        self.intern(Dynamic::Either(row, name.to_owned()), FieldType::Any),
                    );
                }
                (one, other) => one.or(other).or(of_all),
            },
        }?;
        let field = TABLE.get(row)?;
        // With both kinds of log mixed, an audit field is missing on authenticator lines.
        let may_be_missing = field.may_be_missing || (self.log == LogKind::Any && of_all.is_none());
        let id = FieldId(u32::try_from(row).ok()?);
        Some(FieldInfo {
            id,
            kind: field.kind,
            may_be_missing,
        })
    }

    fn path(&mut self, name: &str) -> Option<FieldInfo> {
        if let Some(key) = name.strip_prefix(LABELS) {
            return Some(self.intern(Dynamic::Label(key.to_owned()), FieldType::Text));
        }
        if name.starts_with(ENTITY) {
            return Some(self.intern(Dynamic::Untold(name.to_owned()), FieldType::Text));
        }
        if self.log == LogKind::Authenticator {
            return None;
        }
        let (root, rest) = ROOTS
            .iter()
            .find_map(|(prefix, root)| Some((*root, name.strip_prefix(prefix)?)))?;
        (!rest.is_empty())
            .then(|| self.intern(Dynamic::Path(root, rest.to_owned()), FieldType::Any))
    }

    /// The names nearest to one that nothing has, best first.
    fn suggest(&self, name: &str) -> Vec<String> {
        if name.len() > LONGEST_MISSPELT {
            return Vec::new();
        }
        let names: Box<dyn Iterator<Item = &'static Field>> = match self.log {
            LogKind::Audit => Box::new(audit_fields().chain(system_fields())),
            LogKind::Authenticator => Box::new(authenticator_fields().chain(system_fields())),
            LogKind::Any => Box::new(TABLE.iter().copied()),
        };
        let lower = name.to_lowercase();
        let mut near: Vec<(usize, &str)> = names
            .map(|field| (distance(&lower, field.name), field.name))
            .filter(|(distance, _)| *distance <= 1 + name.len() / 4)
            .collect();
        near.sort_unstable();
        near.dedup();
        near.into_iter()
            .take(3)
            .map(|(_, name)| name.to_owned())
            .collect()
    }
}

/// How far apart two names are; a field's last part alone (`username`) counts as near, and so does a
/// piece of it below the same parent (`user.name`).
fn distance(lower: &str, name: &str) -> usize {
    let other = name.to_lowercase();
    let last = other.rsplit('.').next().unwrap_or_default();
    let tail = usize::from(last != lower) * lower.len() + 1;
    let sibling = match (lower.rsplit_once('.'), other.rsplit_once('.')) {
        (Some((of, meant)), Some((parent, whole)))
            if of == parent && meant.len() > 2 && whole.contains(meant) =>
        {
            1
        }
        _ => usize::MAX,
    };
    strsim::osa_distance(lower, &other).min(tail).min(sibling)
}

impl Schema for FieldSchema {
    fn resolve(&mut self, name: &str) -> Result<FieldInfo, Vec<String>> {
        if let Some(info) = self.row(name) {
            return Ok(info);
        }
        self.path(name).ok_or_else(|| self.suggest(name))
    }

    fn in_other_case(&self, name: &str) -> Option<&'static str> {
        if BY_NAME.contains_key(name) || name.len() > LONGEST_MISSPELT {
            return None;
        }
        let mut fields = TABLE.iter().map(|field| field.name);
        fields.find(|field| field.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_has_neighbours_and_an_endless_one_has_none() {
        let mut schema = FieldSchema::default();
        let near = schema.resolve("user.usrname").err();
        assert_eq!(
            near.and_then(|near| near.into_iter().next()).as_deref(),
            Some("user.username")
        );
        // Would not end in an hour if it were compared with every field.
        let endless = "x".repeat(20_000_000);
        assert_eq!(schema.resolve(&endless).err(), Some(Vec::new()));
    }
}
