//! What a compiled condition looks at: told without a row.

use super::field::FieldId;
use super::node::{Condition, Node};

impl Node {
    /// Whether it looks at nothing that an earlier command computed.
    fn is_of_row(&self) -> bool {
        match self {
            Self::Constant(_) | Self::Field(_) => true,
            Self::Slot(_) | Self::LogfmtKey(..) => false,
            Self::Call(_, nodes) | Self::List(nodes) => nodes.iter().all(Self::is_of_row),
            Self::Arithmetic(_, sides) | Self::Index(sides) => {
                sides.0.is_of_row() && sides.1.is_of_row()
            }
            Self::Member(of, _) => of.is_of_row(),
            Self::Choose(branches, otherwise) => {
                let mut branches = branches.iter();
                otherwise.is_of_row()
                    && branches.all(|(condition, node)| condition.is_of_row() && node.is_of_row())
            }
            Self::Condition(condition) => condition.is_of_row(),
        }
    }

    /// Adds the fields it reads.
    fn add_fields(&self, fields: &mut Vec<FieldId>) {
        match self {
            Self::Constant(_) | Self::Slot(_) | Self::LogfmtKey(..) => {}
            Self::Field(field) => fields.push(*field),
            Self::Call(_, nodes) | Self::List(nodes) => {
                nodes.iter().for_each(|node| node.add_fields(fields));
            }
            Self::Arithmetic(_, sides) | Self::Index(sides) => {
                sides.0.add_fields(fields);
                sides.1.add_fields(fields);
            }
            Self::Member(of, _) => of.add_fields(fields),
            Self::Choose(branches, otherwise) => {
                for (condition, node) in branches {
                    condition.add_fields(fields);
                    node.add_fields(fields);
                }
                otherwise.add_fields(fields);
            }
            Self::Condition(condition) => condition.add_fields(fields),
        }
    }
}

impl Condition {
    /// Whether it looks at nothing that an earlier command computed.
    pub(super) fn is_of_row(&self) -> bool {
        match self {
            Self::Constant(_) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_of_row),
            Self::Not(condition) => condition.is_of_row(),
            Self::Test { value, .. } | Self::Present(value) | Self::Truthy(value) => {
                value.is_of_row()
            }
            Self::Compare { left, right, .. } => left.is_of_row() && right.is_of_row(),
            Self::Among { value, list, .. } => value.is_of_row() && list.is_of_row(),
            Self::Like { value, pattern, .. } => value.is_of_row() && pattern.is_of_row(),
        }
    }

    /// Adds the fields it reads.
    pub(super) fn add_fields(&self, fields: &mut Vec<FieldId>) {
        match self {
            Self::Constant(_) => {}
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.add_fields(fields));
            }
            Self::Not(condition) => condition.add_fields(fields),
            Self::Test { value, .. } | Self::Present(value) | Self::Truthy(value) => {
                value.add_fields(fields);
            }
            Self::Compare {
                left: one,
                right: other,
                ..
            }
            | Self::Among {
                value: one,
                list: other,
                ..
            }
            | Self::Like {
                value: one,
                pattern: other,
                ..
            } => {
                one.add_fields(fields);
                other.add_fields(fields);
            }
        }
    }
}
