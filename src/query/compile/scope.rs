//! What the names of a query mean at a place in it: aliases first, then columns or fields.

use rustc_hash::FxHashMap;

use crate::query::field::{FieldId, FieldInfo, Schema};
use crate::query::node::Node;
use crate::query::value::Value;

/// What an earlier command gave a name to.
#[derive(Clone, Debug)]
pub(in crate::query) enum Alias {
    /// Another name of a field.
    Field(FieldId),
    /// A constant.
    Constant(Value<'static>),
    /// A computed value.
    Slot(usize),
    /// A text of `key=value` pairs, read as `alias.key`.
    Logfmt(usize),
}

/// Where the names come from that no command made.
pub(super) enum Source<'s> {
    /// Fields of records.
    Schema(&'s mut dyn Schema),
    /// The results of `stats`, and nothing else.
    Columns(Vec<String>),
}

/// The names that may be used.
pub(super) struct Scope<'s> {
    pub(super) source: Source<'s>,
    pub(super) aliases: FxHashMap<String, Alias>,
    /// How many slots the aliases take.
    pub(super) slots: usize,
    /// The fields of the schema that were used, by name.
    pub(super) used: FxHashMap<String, FieldInfo>,
}

impl<'s> Scope<'s> {
    pub(super) fn new(source: Source<'s>) -> Self {
        Self {
            source,
            aliases: FxHashMap::default(),
            slots: 0,
            used: FxHashMap::default(),
        }
    }

    /// A new slot.
    pub(super) const fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }

    /// Gives a name to a new slot, which hides whatever had the name before.
    pub(super) fn name_slot(&mut self, name: &str) -> usize {
        let slot = self.slot();
        self.aliases.insert(name.to_owned(), Alias::Slot(slot));
        slot
    }

    /// What a name means, or why it means nothing.
    pub(super) fn resolve(&mut self, name: &str) -> Result<Node, String> {
        if let Some(node) = alias_node(&self.aliases, name) {
            return Ok(node);
        }
        match &mut self.source {
            Source::Schema(schema) => match schema.resolve(name) {
                Ok(info) => {
                    self.used.insert(name.to_owned(), info);
                    Ok(Node::Field(info.id))
                }
                Err(meant) => Err(unknown(name, &meant)),
            },
            Source::Columns(columns) => column(columns, name).ok_or_else(|| {
                format!(
                    "`{name}` does not exist after stats, only: {}",
                    columns.join(", ")
                )
            }),
        }
    }

    /// The column of `stats` that is named by this text.
    pub(super) fn column(&self, text: &str) -> Option<Node> {
        match &self.source {
            Source::Columns(columns) => column(columns, text),
            Source::Schema(_) => None,
        }
    }
}

/// What a name means among aliases: the alias itself, or a member of what it stands for.
pub(in crate::query) fn alias_node(aliases: &FxHashMap<String, Alias>, name: &str) -> Option<Node> {
    if let Some(alias) = aliases.get(name) {
        return Some(match alias {
            Alias::Field(id) => Node::Field(*id),
            Alias::Constant(value) => Node::Constant(value.clone()),
            Alias::Slot(slot) | Alias::Logfmt(slot) => Node::Slot(*slot),
        });
    }
    let dots = name.match_indices('.').map(|(dot, _)| dot);
    dots.rev().find_map(|dot| {
        let (before, rest) = (name.get(..dot)?, name.get(dot + 1..)?);
        Some(match aliases.get(before)? {
            Alias::Field(id) => Node::Member(Box::new(Node::Field(*id)), rest.into()),
            Alias::Constant(value) => {
                Node::Member(Box::new(Node::Constant(value.clone())), rest.into())
            }
            Alias::Slot(slot) => Node::Member(Box::new(Node::Slot(*slot)), rest.into()),
            Alias::Logfmt(slot) => Node::LogfmtKey(*slot, rest.into()),
        })
    })
}

fn column(columns: &[String], name: &str) -> Option<Node> {
    let place = columns.iter().position(|column| column == name)?;
    u32::try_from(place)
        .ok()
        .map(|place| Node::Field(FieldId(place)))
}

fn unknown(name: &str, meant: &[String]) -> String {
    match meant.first() {
        Some(best) => format!("there is no field `{name}`; did you mean `{best}`?"),
        None => format!("there is no field `{name}`"),
    }
}
