//! What the queries of many detectors ask alike, asked once for each event.
//!
//! Most detectors ask a handful of questions of an event, and most of these are some other detector's
//! too: is it a person, did it succeed, does it come from the internet. The first candidate that needs
//! an answer asks for it; where it is no, all others that need a yes are out without being asked.

use rustc_hash::FxHashMap;

use super::index::{Bits, Candidates, set};
use crate::query::{Program, Row};

/// The questions of the queries in an index.
#[derive(Debug, Default)]
pub(super) struct Questions {
    /// For each query, in the order of the index: its questions, what is likely to rule it out at
    /// little cost first.
    of_query: Vec<Box<[Question]>>,
    /// For each different question, the queries that need a yes.
    needed: Vec<Bits>,
}

/// A question of a query.
#[derive(Clone, Copy, Debug)]
struct Question {
    /// Its place in the query.
    own: usize,
    /// Its number among all different ones.
    number: usize,
}

/// The questions that have been answered with yes for an event, one bit each.
#[derive(Clone, Debug, Default)]
pub(super) struct Answered(Bits);

impl Answered {
    /// Forgets the answers, for the next event.
    pub(super) fn clear(&mut self, questions: &Questions) {
        self.0.clear();
        self.0.resize(questions.needed.len().div_ceil(64), 0);
    }

    fn has(&self, number: usize) -> bool {
        let word = self.0.get(number / 64);
        word.is_some_and(|word| word >> (number % 64) & 1 == 1)
    }
}

impl Questions {
    /// The questions of queries, in the order of the index.
    pub(super) fn new(programs: &[&Program]) -> Self {
        let mut numbers: FxHashMap<String, usize> = FxHashMap::default();
        let mut needed: Vec<Bits> = Vec::new();
        let mut of_query: Vec<Vec<Question>> = Vec::with_capacity(programs.len());
        for (query, program) in programs.iter().enumerate() {
            let own = program.questions().enumerate().map(|(own, text)| {
                let number = *numbers.entry(text).or_insert(needed.len());
                if number == needed.len() {
                    needed.push(vec![0; programs.len().div_ceil(64)]);
                }
                if let Some(bits) = needed.get_mut(number) {
                    set(bits, query);
                }
                Question { own, number }
            });
            of_query.push(own.collect());
        }
        // Who shares a question shares what it costs.
        let share = |program: &Program, question: &Question| {
            let sharers = needed.get(question.number).map_or(0, count).max(1);
            64 * program.cost(question.own) / sharers
        };
        for (questions, program) in of_query.iter_mut().zip(programs) {
            questions.sort_by_key(|question| share(program, question));
        }
        Self {
            of_query: of_query.into_iter().map(Vec::into_boxed_slice).collect(),
            needed,
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
            if program.answers(question.own, row) {
                set(&mut answered.0, question.number);
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

fn count(bits: &Bits) -> u32 {
    bits.iter().map(|word| word.count_ones()).sum()
}
