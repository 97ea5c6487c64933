//! What the queries of many detectors ask alike, asked once for each event.
//!
//! Most detectors ask a handful of questions of an event, and most of these are some other detector's
//! too: is it a person, did it succeed, does it come from the internet. The first candidate that needs
//! an answer asks for it; where it is no, all others that need a yes are out without being asked.

use rustc_hash::FxHashMap;

use super::index::{Bits, Candidates, is_dear, set};
use super::recall::Recall;
use crate::query::{FieldId, Program, Row};
use crate::record::field::FieldSchema;

/// The questions of the queries in an index.
#[derive(Debug, Default)]
pub(super) struct Questions {
    /// For each query, in the order of the index: its questions, what is likely to rule it out at
    /// little cost first.
    of_query: Vec<Box<[Question]>>,
    /// For each different question, the queries that need a yes.
    needed: Vec<Bits>,
    /// For each different question, the fields by whose values its answer is worth to be kept.
    recalled: Vec<Option<Box<[FieldId]>>>,
}

/// A question of a query.
#[derive(Clone, Copy, Debug)]
struct Question {
    /// Its place in the query.
    own: usize,
    /// Its number among all different ones.
    number: usize,
}

/// What has been answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Answered {
    /// The questions that an event has fulfilled, one bit each.
    yes: Bits,
    /// Answers that hold for other events with the same values too.
    recall: Recall,
}

impl Answered {
    /// Forgets what holds for one event alone, for the next one.
    pub(super) fn clear(&mut self, questions: &Questions) {
        self.yes.clear();
        self.yes.resize(questions.needed.len().div_ceil(64), 0);
    }

    fn has(&self, number: usize) -> bool {
        let word = self.yes.get(number / 64);
        word.is_some_and(|word| word >> (number % 64) & 1 == 1)
    }
}

/// From which cost on the answer to a question is kept, and the most fields that it may look at.
const WORTH: (u32, usize) = (20, 3);

/// What a question costs beside that looks at a fact which takes much work.
const DEAR: u32 = 200;

impl Questions {
    /// The questions of queries, in the order of the index.
    pub(super) fn new(programs: &[&Program]) -> Self {
        let mut numbers: FxHashMap<String, usize> = FxHashMap::default();
        let mut needed: Vec<Bits> = Vec::new();
        let mut recalled = Vec::new();
        let mut costs = Vec::new();
        let mut of_query: Vec<Vec<Question>> = Vec::with_capacity(programs.len());
        for (query, program) in programs.iter().enumerate() {
            let own = program.questions().enumerate().map(|(own, text)| {
                let number = *numbers.entry(text).or_insert(needed.len());
                if number == needed.len() {
                    needed.push(vec![0; programs.len().div_ceil(64)]);
                    recalled.push(worth_keeping(program, own));
                    costs.push(cost(program, own));
                }
                if let Some(bits) = needed.get_mut(number) {
                    set(bits, query);
                }
                Question { own, number }
            });
            of_query.push(own.collect());
        }
        // Who shares a question shares what it costs.
        let share = |question: &Question| {
            let sharers = needed.get(question.number).map_or(0, count).max(1);
            64 * costs.get(question.number).copied().unwrap_or_default() / sharers
        };
        for questions in &mut of_query {
            questions.sort_by_key(share);
        }
        Self {
            of_query: of_query.into_iter().map(Vec::into_boxed_slice).collect(),
            needed,
            recalled,
        }
    }

    /// Whether every question of a query holds for a row. Where one does not, whoever else needs it
    /// leaves the candidates.
    pub(super) fn hold(
        &self,
        query: usize,
        program: &Program,
        row: &dyn Row,
        answered: &mut Answered,
        candidates: &mut Candidates<'_>,
    ) -> bool {
        let questions = self.of_query.get(query).map_or(&[][..], |all| all);
        for question in questions {
            if answered.has(question.number) {
                continue;
            }
            let answer = || program.answers(question.own, row);
            let holds = match self.recalled.get(question.number) {
                Some(Some(fields)) => answered.recall.answer(question.number, fields, row, answer),
                _ => answer(),
            };
            if holds {
                set(&mut answered.yes, question.number);
                continue;
            }
            if let Some(needed) = self.needed.get(question.number) {
                candidates.drop_all(needed);
            }
            return false;
        }
        true
    }
}

/// The fields of a question whose answer is worth to be kept: dear to find, and told by the values of a
/// few fields that cost little themselves.
fn worth_keeping(program: &Program, question: usize) -> Option<Box<[FieldId]>> {
    let fields = program.question_fields(question);
    let (least, most) = WORTH;
    let cheap = |field: &FieldId| {
        let field = FieldSchema::field(*field);
        field.is_some_and(|field| !is_dear(field.name) && !field.name.starts_with('@'))
    };
    let worth = program.cost(question) >= least && (1..=most).contains(&fields.len());
    (worth && fields.iter().all(cheap)).then(|| fields.into())
}

fn cost(program: &Program, question: usize) -> u32 {
    let fields = program.question_fields(question);
    let dear = |id: &FieldId| FieldSchema::field(*id).is_some_and(|field| is_dear(field.name));
    let more = if fields.iter().any(dear) { DEAR } else { 0 };
    program.cost(question) + more
}

fn count(bits: &Bits) -> u32 {
    bits.iter().map(|word| word.count_ones()).sum()
}
