//! Picks the detectors worth asking about an event.
//!
//! A query tells which fields must hold one of which texts for it to match at all. For each such
//! field and text there is a set of detectors that could still match; the sets of a few cheap fields
//! are intersected, and only what remains is evaluated. Events that concern nobody, nearly all, cost
//! a handful of look-ups whatever the number of detectors.

use rustc_hash::FxHashMap;

use crate::query::{FieldId, Necessary, Row, Value};
use crate::record::field::{FieldSchema, Get};

/// One bit for each detector.
pub(super) type Bits = Vec<u64>;

/// Fields that many queries test and that cost next to nothing to read, the most telling first.
const FIRST: [&str; 10] = [
    "objectRef.resource",
    "verb",
    "objectRef.subresource",
    "auth.event",
    "responseStatus.code",
    "user.username",
    "record.truncated",
    "actor.kind",
    "actor.spoofed",
    "actor.keyType",
];

/// Facts that take more work than an evaluation saves.
const DEAR: [&str; 8] = [
    "pod.", "role.", "binding.", "awsAuth.", "exec.", "proxy.", "request.", "target.",
];

/// The sets for one field.
#[derive(Debug)]
struct Axis {
    field: FieldId,
    /// Detectors that test this field.
    concerned: Bits,
    /// Detectors that don't, and so could match whatever it holds.
    indifferent: Bits,
    /// Detectors that could match when it holds that text, the indifferent ones included.
    by_text: FxHashMap<String, Bits>,
    /// The same for texts that are whole numbers.
    by_number: FxHashMap<i64, Bits>,
}

/// The sets of all fields.
#[derive(Debug, Default)]
pub(super) struct Index {
    all: Bits,
    axes: Vec<Axis>,
}

impl Index {
    /// Builds the index from the necessary conditions of each detector, in order.
    pub(super) fn new(conditions: &[Vec<Necessary>]) -> Self {
        let words = conditions.len().div_ceil(64);
        let mut index = Self {
            all: vec![0; words],
            axes: Vec::new(),
        };
        for detector in 0..conditions.len() {
            set(&mut index.all, detector);
        }
        let mut fields: Vec<FieldId> = conditions
            .iter()
            .flatten()
            .map(|condition| condition.field)
            .collect();
        fields.sort_unstable();
        fields.dedup();
        fields.retain(|field| rank(*field).is_some());
        fields.sort_by_key(|field| rank(*field));
        index.axes = fields
            .iter()
            .map(|field| Axis::new(*field, conditions, words))
            .collect();
        index
    }

    /// The detectors that could match a row, as numbers, through a buffer that is used again.
    pub(super) fn candidates<'s>(&self, row: &dyn Row, scratch: &'s mut Bits) -> Candidates<'s> {
        scratch.clear();
        scratch.extend_from_slice(&self.all);
        for axis in &self.axes {
            if !meet(scratch, &axis.concerned) {
                continue;
            }
            axis.narrow(&row.value(axis.field), scratch);
            if scratch.iter().all(|word| *word == 0) {
                break;
            }
        }
        Candidates {
            words: scratch,
            word: 0,
        }
    }
}

impl Axis {
    fn new(field: FieldId, conditions: &[Vec<Necessary>], words: usize) -> Self {
        let mut axis = Self {
            field,
            concerned: vec![0; words],
            indifferent: vec![0; words],
            by_text: FxHashMap::default(),
            by_number: FxHashMap::default(),
        };
        let tests = |detector: &Vec<Necessary>| {
            detector
                .iter()
                .filter(|condition| condition.field == field)
                .cloned()
                .collect::<Vec<_>>()
        };
        for (number, detector) in conditions.iter().enumerate() {
            let tests = tests(detector);
            set(
                if tests.is_empty() {
                    &mut axis.indifferent
                } else {
                    &mut axis.concerned
                },
                number,
            );
            // Where a query tests a field twice, one test is enough to narrow by.
            if let Some(test) = tests.into_iter().next() {
                for text in test.any_of {
                    set(
                        axis.by_text.entry(text).or_insert_with(|| vec![0; words]),
                        number,
                    );
                }
            }
        }
        for bits in axis.by_text.values_mut() {
            for (word, more) in bits.iter_mut().zip(&axis.indifferent) {
                *word |= more;
            }
        }
        let numbers = axis.by_text.iter();
        axis.by_number = numbers
            .filter_map(|(text, bits)| Some((text.parse().ok()?, bits.clone())))
            .collect();
        axis
    }

    fn of_text(&self, text: &str) -> &Bits {
        self.by_text.get(text).unwrap_or(&self.indifferent)
    }

    fn of_number(&self, number: f64) -> &Bits {
        #[allow(
            clippy::cast_possible_truncation,
            reason = "only whole numbers are looked up"
        )]
        let whole = (number.fract() == 0.0).then_some(number as i64);
        match whole {
            Some(whole) => self.by_number.get(&whole).unwrap_or(&self.indifferent),
            None => self.of_text(&number.to_string()),
        }
    }

    fn narrow(&self, value: &Value<'_>, bits: &mut Bits) {
        match value {
            Value::Text(text) => and(bits, self.of_text(text)),
            Value::Bool(true) => and(bits, self.of_text("true")),
            Value::Bool(false) => and(bits, self.of_text("false")),
            Value::Number(number) => and(bits, self.of_number(*number)),
            Value::List(items) => {
                let mut any = self.indifferent.clone();
                for item in items.iter() {
                    if let Value::Text(text) = item {
                        or(&mut any, self.of_text(text));
                    } else {
                        // Whatever the element is, it may be equal by value.
                        return;
                    }
                }
                and(bits, &any);
            }
            Value::Missing => and(bits, &self.indifferent),
            Value::Time(_) | Value::Json(_) => {}
        }
    }
}

/// When to look at a field; `None` for one that is not worth it.
fn rank(field: FieldId) -> Option<usize> {
    let field = FieldSchema::field(field)?;
    if matches!(field.get, Get::Pair) {
        return Some(FIRST.len());
    }
    if is_dear(field.name) || field.name.starts_with('@') {
        return None;
    }
    Some(
        FIRST
            .iter()
            .position(|name| *name == field.name)
            .unwrap_or(FIRST.len()),
    )
}

/// Whether a field is a fact that takes more work than an evaluation saves.
pub(super) fn is_dear(field: &str) -> bool {
    DEAR.iter().any(|prefix| field.starts_with(prefix))
}

pub(super) fn set(bits: &mut Bits, number: usize) {
    if let Some(word) = bits.get_mut(number / 64) {
        *word |= 1 << (number % 64);
    }
}

fn and(bits: &mut Bits, other: &Bits) {
    for (word, mask) in bits.iter_mut().zip(other) {
        *word &= mask;
    }
}

fn or(bits: &mut Bits, other: &Bits) {
    for (word, more) in bits.iter_mut().zip(other) {
        *word |= more;
    }
}

fn meet(bits: &Bits, other: &Bits) -> bool {
    bits.iter().zip(other).any(|(word, mask)| word & mask != 0)
}

/// The numbers of the detectors that remain.
pub(super) struct Candidates<'s> {
    words: &'s mut Bits,
    word: usize,
}

impl Candidates<'_> {
    /// Takes out those that have turned out not to match.
    pub(super) fn drop_all(&mut self, out: &Bits) {
        for (word, mask) in self.words.iter_mut().zip(out) {
            *word &= !mask;
        }
    }
}

impl Iterator for Candidates<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let word = self.words.get_mut(self.word)?;
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some(self.word * 64 + bit);
            }
            self.word += 1;
        }
    }
}
