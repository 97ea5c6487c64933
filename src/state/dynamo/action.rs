//! What one item, or a few together, are changed to, and on which condition. It calls nobody.

use aws_sdk_dynamodb::types::AttributeValue;

use super::layout::{Item, Key, PK, VERSION, number, size};

/// How many actions are put together where not all fit: fewer meet fewer others.
const FEW_ACTIONS: usize = 24;
/// How many bytes one transaction may have; DynamoDB allows 4 MB, with what it reckons beside the items.
pub(super) const MOST_BYTES: usize = 3_500_000;

/// What must be so, that something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum If {
    /// Nothing.
    Anyhow,
    /// There is no such item.
    Absent,
    /// The item has this version.
    Version(u64),
}

/// One item that is written.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Put(Item, If),
    Delete(Key, If),
}

/// What is written together or not at all.
pub(super) type Unit = Vec<Action>;

type Names = std::collections::HashMap<String, String>;

pub(super) fn names(name: Option<(&str, &str)>) -> Option<Names> {
    name.map(|(token, name)| Names::from([(token.to_owned(), name.to_owned())]))
}

pub(super) fn values(value: Option<AttributeValue>) -> Option<Item> {
    value.map(|value| Item::from([(":v".to_owned(), value)]))
}

impl If {
    /// A condition, the attribute that it names, and the value that it compares.
    pub(super) fn expression(
        self,
    ) -> (
        Option<&'static str>,
        Option<(&'static str, &'static str)>,
        Option<AttributeValue>,
    ) {
        match self {
            Self::Anyhow => (None, None, None),
            Self::Absent => (Some("attribute_not_exists(#pk)"), Some(("#pk", PK)), None),
            Self::Version(version) => {
                let version = number(version);
                (Some("#v = :v"), Some(("#v", VERSION)), Some(version))
            }
        }
    }
}

impl Action {
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Put(item, _) => size(item),
            Self::Delete(key, _) => key.pk.len() + key.sk.len(),
        }
    }
}

/// Units put together to transactions, with how many are in each.
pub(super) fn packed(units: Vec<Unit>) -> Vec<(usize, Vec<Action>)> {
    let mut packs: Vec<(usize, Vec<Action>)> = Vec::new();
    let mut bytes = 0;
    for unit in units {
        let more: usize = unit.iter().map(Action::size).sum();
        match packs.last_mut() {
            Some((count, pack))
                if pack.len() + unit.len() <= FEW_ACTIONS && bytes + more <= MOST_BYTES =>
            {
                *count += 1;
                pack.extend(unit);
                bytes += more;
            }
            _ => {
                packs.push((1, unit));
                bytes = more;
            }
        }
    }
    packs
}
