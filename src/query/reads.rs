//! What a compiled condition looks at: told without a row.

use super::field::FieldId;
use super::node::{Condition, Node};

impl Node {
    /// Calls `on` for it and for every expression in it.
    pub(super) fn each(&self, on: &mut dyn FnMut(&Self)) {
        on(self);
        match self {
            Self::Constant(_) | Self::Field(_) | Self::Slot(_) | Self::LogfmtKey(..) => {}
            Self::Call(_, nodes) | Self::List(nodes) => {
                nodes.iter().for_each(|node| node.each(on));
            }
            Self::Arithmetic(_, sides) | Self::Index(sides) => {
                sides.0.each(on);
                sides.1.each(on);
            }
            Self::Member(of, _) => of.each(on),
            Self::Choose(branches, otherwise) => {
                for (condition, node) in branches {
                    condition.each_node(on);
                    node.each(on);
                }
                otherwise.each(on);
            }
            Self::Condition(condition) => condition.each_node(on),
        }
    }
}

impl Condition {
    /// Calls `on` for each part that is not made of others, in their order.
    pub(super) fn each_leaf<'r>(&'r self, on: &mut dyn FnMut(&'r Self)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.each_leaf(on));
            }
            Self::Not(condition) => condition.each_leaf(on),
            leaf => on(leaf),
        }
    }

    /// Calls `on` for every expression in it.
    pub(super) fn each_node(&self, on: &mut dyn FnMut(&Node)) {
        self.each_leaf(&mut |leaf| match leaf {
            Self::Constant(_) | Self::All(_) | Self::Any(_) | Self::Not(_) => {}
            Self::Test { value, .. } | Self::Present(value) | Self::Truthy(value) => value.each(on),
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
                one.each(on);
                other.each(on);
            }
        });
    }

    /// Whether it looks at nothing that an earlier command computed.
    pub(super) fn is_of_row(&self) -> bool {
        self.is_every_node(|node| !matches!(node, Node::Slot(_) | Node::LogfmtKey(..)))
    }

    /// Whether it looks at no clock.
    pub(super) fn is_timeless(&self) -> bool {
        self.is_every_node(|node| match node {
            Node::Call(function, _) => function.is_pure(),
            _ => true,
        })
    }

    fn is_every_node(&self, is_one: impl Fn(&Node) -> bool) -> bool {
        let mut all = true;
        self.each_node(&mut |node| all &= is_one(node));
        all
    }

    /// Adds the fields it reads.
    pub(super) fn add_fields(&self, fields: &mut Vec<FieldId>) {
        self.each_node(&mut |node| {
            if let Node::Field(field) = node {
                fields.push(*field);
            }
        });
    }
}
