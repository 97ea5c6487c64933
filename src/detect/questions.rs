//! What the queries of many detectors ask alike, asked once for each event.
//!
//! Most detectors ask a handful of questions of an event, and most of these are some other detector's
//! too: is it a person, did it succeed, does it come from the internet. The [situation](super::situation)
//! answers most of them for all. Of what it leaves open, the first query that needs an answer asks for
//! it; where it is no, all others that need a yes are out without being asked.

use rustc_hash::FxHashMap;

use super::bits::{Bits, count, drop_all, has, none_of, set, take_next};
use super::situation::{Asked, Known, Met, Open, Situation};
use super::told::Case;
use crate::query::{FieldId, Program, Row};
use crate::record::Entry;
use crate::record::field::{EntryRow, FieldSchema};
use crate::state::Digest;

/// The questions of some queries, each of which has a place.
#[derive(Debug, Default)]
pub(super) struct Questions {
    situation: Situation,
    /// For each query, its questions: what is likely to rule it out at little cost first.
    of_query: Vec<Box<[Question]>>,
    /// The different ones.
    all: Vec<Different>,
}

/// A question of a query.
#[derive(Clone, Copy, Debug)]
struct Question {
    /// Its place in the query.
    own: usize,
    /// Its number among all different ones.
    number: usize,
}

/// A question that one query asks, or several.
#[derive(Debug)]
struct Different {
    /// A query that asks it, and its place there.
    first: (usize, usize),
    /// The queries that need a yes.
    needed: Bits,
    cost: u32,
}

/// What is open of an event, and what is remembered of others.
#[derive(Clone, Debug, Default)]
pub(super) struct Answered {
    /// Queries that have not been asked, and questions that the event has fulfilled.
    open: Open,
    /// The queries before that word have been asked.
    place: usize,
    known: Known,
    /// What was met with the event.
    met: Option<Met>,
}

impl Answered {
    /// The caller and the client of the event, where they are remembered.
    pub(super) const fn met(&self) -> Option<Met> {
        self.met
    }

    /// The next query that may still match.
    #[inline]
    pub(super) fn next_query(&mut self) -> Option<usize> {
        take_next(&mut self.open.queries, &mut self.place)
    }
}

/// What a question costs beside that looks at a fact which takes much work.
const MORE: u32 = 200;

/// Facts that take much work.
const DEAR: [&str; 8] = [
    "pod.", "role.", "binding.", "awsAuth.", "exec.", "proxy.", "request.", "target.",
];

impl Questions {
    /// The questions of queries, by their places, all compiled with that schema.
    pub(super) fn new(programs: &[&Program], schema: &FieldSchema) -> Self {
        let mut numbers: FxHashMap<String, usize> = FxHashMap::default();
        let mut all: Vec<Different> = Vec::new();
        let mut of_query: Vec<Vec<Question>> = Vec::with_capacity(programs.len());
        for (query, program) in programs.iter().enumerate() {
            let own = program.questions().enumerate().map(|(own, text)| {
                let number = *numbers.entry(text).or_insert(all.len());
                if number == all.len() {
                    all.push(Different {
                        first: (query, own),
                        needed: none_of(programs.len()),
                        cost: cost(program, own),
                    });
                }
                if let Some(different) = all.get_mut(number) {
                    set(&mut different.needed, query);
                }
                Question { own, number }
            });
            of_query.push(own.collect());
        }
        // Who shares a question shares what it costs.
        let share = |question: &Question| {
            let different = all.get(question.number);
            different.map_or(0, |all| 64 * all.cost / count(&all.needed).max(1))
        };
        for questions in &mut of_query {
            questions.sort_by_key(share);
        }
        let mut questions = Self {
            situation: Situation::default(),
            of_query: of_query.into_iter().map(Vec::into_boxed_slice).collect(),
            all,
        };
        let program = |query: usize| programs.get(query).copied();
        let asked = |number| questions.asked(number, &program);
        let asking = (questions.all.len(), &asked as _);
        questions.situation = Situation::new(programs.len(), asking, schema);
        questions
    }

    /// Looks at the situation of an entry of a cluster, and what it leaves open. `program` tells the query
    /// at a place.
    #[inline]
    pub(super) fn begin<'p>(
        &'p self,
        entry: (&Entry<'_>, Digest),
        row: &EntryRow<'_, '_>,
        program: &dyn Fn(usize) -> Option<&'p Program>,
        answered: &mut Answered,
    ) {
        answered.place = 0;
        let asked = |number| self.asked(number, program);
        let asking = (self.all.len(), &asked as _);
        let Answered { open, known, .. } = answered;
        answered.met = self.situation.look(entry, row, asking, known, open);
    }

    /// The case that an event is for a query, which comes to the same for all events of that case, caller and,
    /// where that is said, client; `None` where it may not.
    #[inline]
    pub(super) fn case(&self, query: usize, answered: &Answered) -> Option<(Case, bool)> {
        let told = &self.situation.told;
        told.case(query, &answered.open.classes)
    }

    /// Gives events a [case](Self::case) for a query, of which the values under some names matter.
    pub(super) fn classify(
        &mut self,
        (query, program): (usize, &Program),
        names: &[String],
        schema: &FieldSchema,
    ) {
        if let Some(fields) = program.reads(names) {
            self.situation.add_told(query, fields, schema);
        }
    }

    fn asked<'p>(
        &'p self,
        number: usize,
        program: &dyn Fn(usize) -> Option<&'p Program>,
    ) -> Option<Asked<'p>> {
        let Different { first, needed, .. } = self.all.get(number)?;
        Some(Asked {
            program: program(first.0)?,
            own: first.1,
            needed,
        })
    }

    /// Whether every question of a query holds for a row. Where one does not, whoever else needs it is
    /// out, too.
    pub(super) fn hold(
        &self,
        query: usize,
        program: &Program,
        row: &dyn Row,
        answered: &mut Answered,
    ) -> bool {
        let questions = self.of_query.get(query).map_or(&[][..], |all| all);
        for question in questions {
            if has(&answered.open.yes, question.number) {
                continue;
            }
            let Some(different) = self.all.get(question.number) else {
                continue;
            };
            if program.answers(question.own, row) {
                set(&mut answered.open.yes, question.number);
                continue;
            }
            drop_all(&mut answered.open.queries, &different.needed);
            return false;
        }
        true
    }
}

fn cost(program: &Program, question: usize) -> u32 {
    let fields = program.question_fields(question);
    let dear = |id: &FieldId| FieldSchema::field(*id).is_some_and(|field| is_dear(field.name));
    let more = if fields.iter().any(dear) { MORE } else { 0 };
    program.cost(question) + more
}

/// Whether a field is a fact that takes much work.
fn is_dear(field: &str) -> bool {
    DEAR.iter().any(|prefix| field.starts_with(prefix))
}
