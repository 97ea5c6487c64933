//! Queries that come to the same whatever an event asks for by name: who asks, with which client, and a
//! few values of the situation tell all about them.

use super::key::add_values;
use super::numbers::Numbers;
use crate::query::{FieldId, Row};
use crate::state::{Digest, Hasher};

/// How many classes are numbered. Far more than clusters have; beyond, all is forgotten and begins anew.
const MOST: usize = 65_536;

/// What a query that is told looks at in a situation, by a number: wherever that is the same, it comes to
/// the same for a caller with a client.
pub(super) type Class = u32;

/// A query in a class of situations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Case {
    /// The query's place.
    query: u32,
    class: Class,
}

/// Classes that have been met, by what is looked at.
#[derive(Clone, Debug)]
pub(super) struct Classes(Numbers<Digest>);

impl Default for Classes {
    fn default() -> Self {
        Self(Numbers::new(MOST))
    }
}

/// Which queries are told, by what.
#[derive(Debug, Default)]
pub(super) struct Told {
    aspects: Vec<Aspect>,
    /// For each query that is told, the place of its aspect, and whether it looks at the client.
    of_query: Vec<Option<(usize, bool)>>,
}

/// What some queries look at in a situation.
#[derive(Debug, PartialEq)]
struct Aspect {
    fields: Vec<FieldId>,
    /// Fields that few events have. Where one has any of them, these queries are not told.
    seldom: Vec<FieldId>,
}

impl Told {
    /// Adds a query that looks at nothing else, beside the caller and, if so, the client.
    pub(super) fn add(
        &mut self,
        query: usize,
        (fields, seldom): (Vec<FieldId>, Vec<FieldId>),
        of_client: bool,
    ) {
        let aspect = Aspect { fields, seldom };
        let known = self.aspects.iter().position(|known| *known == aspect);
        let place = known.unwrap_or_else(|| {
            self.aspects.push(aspect);
            self.aspects.len() - 1
        });
        if self.of_query.len() <= query {
            self.of_query.resize(query + 1, None);
        }
        if let Some(of_query) = self.of_query.get_mut(query) {
            *of_query = Some((place, of_client));
        }
    }

    /// The class of a row's situation for each aspect; none where it does not tell all.
    pub(super) fn classes(&self, row: &dyn Row, known: &mut Classes) -> Vec<Option<Class>> {
        let class = |aspect: &Aspect| aspect.looked_at(row).map(|it| known.0.of(it));
        self.aspects.iter().map(class).collect()
    }

    /// A query's case among the classes of a situation, and whether it matters with which client the caller
    /// comes; `None` for a query that is not told in it.
    #[inline]
    pub(super) fn case(&self, query: usize, classes: &[Option<Class>]) -> Option<(Case, bool)> {
        let (aspect, of_client) = self.of_query.get(query).copied().flatten()?;
        let class = classes.get(aspect).copied().flatten()?;
        let query = u32::try_from(query).ok()?;
        Some((Case { query, class }, of_client))
    }
}

impl Aspect {
    fn looked_at(&self, row: &dyn Row) -> Option<Digest> {
        let mut key = Vec::new();
        let has = |field: &FieldId| !row.value(*field).is_missing();
        let is_told = !self.seldom.iter().any(has) && add_values(&mut key, &self.fields, row);
        let mut hasher = Hasher::default();
        hasher.add(&key);
        is_told.then(|| hasher.finish())
    }
}
