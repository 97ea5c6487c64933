//! The functions of a row: what they are called, how many arguments they take, what they yield.
//!
//! A function never fails and never yields more than [`LONGEST_TEXT`] bytes or [`LONGEST_LIST`]
//! elements: what cannot be computed is missing, what would be longer is cut. Unless a function says
//! otherwise, a missing argument makes its result missing, and a list as the first argument makes it
//! a list: the results for each element.

mod arithmetic;
mod date;
mod encoding;
mod general;
mod hash;
mod ip;
pub(super) mod json;
mod numeric;
pub(super) mod text;
mod time;

use std::fmt;

use super::clock::Clock;
use super::value::Value;

pub(super) use arithmetic::Arithmetic;

/// The longest text a function yields, in bytes; longer ones are cut.
pub const LONGEST_TEXT: usize = 1 << 20;

/// The longest list a function yields, in elements; longer ones are cut.
pub const LONGEST_LIST: usize = 10_000;

/// What runs for each row.
type Run = for<'r> fn(&mut [Value<'r>], &Clock) -> Value<'r>;

/// The same with what was prepared from constant arguments.
type Prepared = Box<dyn for<'r> Fn(&mut [Value<'r>], &Clock) -> Value<'r> + Send + Sync>;

/// The arguments that are known when the query is compiled.
pub(super) type Constants<'c> = [Option<&'c Value<'static>>];

/// Prepares a function, or says what is wrong with the constants; nothing when there is nothing to
/// prepare.
type Prepare = fn(&Constants<'_>) -> Result<Option<Prepared>, String>;

/// A function as the language knows it.
pub(super) struct Definition {
    name: &'static str,
    least: usize,
    most: usize,
    sees_missing: bool,
    sees_lists: bool,
    reads_clock: bool,
    run: Run,
    prepare: Option<Prepare>,
}

impl Definition {
    const fn new(name: &'static str, least: usize, most: usize, run: Run) -> Self {
        Self {
            name,
            least,
            most,
            sees_missing: false,
            sees_lists: false,
            reads_clock: false,
            run,
            prepare: None,
        }
    }

    /// Wants to know of missing arguments.
    const fn seeing_missing(mut self) -> Self {
        self.sees_missing = true;
        self
    }

    /// Takes a list as a whole.
    const fn seeing_lists(mut self) -> Self {
        self.sees_lists = true;
        self
    }

    /// Depends on the time, so that it must not be computed in advance.
    const fn reading_clock(mut self) -> Self {
        self.reads_clock = true;
        self
    }

    /// Prepares itself when some arguments are constant.
    const fn prepared_by(mut self, prepare: Prepare) -> Self {
        self.prepare = Some(prepare);
        self
    }

    /// Whether equal arguments always give an equal result.
    pub(super) const fn is_pure(&self) -> bool {
        !self.reads_clock
    }

    /// The function, made ready for calls with these constants.
    pub(super) fn prepare(&'static self, constants: &Constants<'_>) -> Result<Function, String> {
        let given = constants.len();
        if given < self.least || given > self.most {
            return Err(format!("{} takes {}, not {given}", self.name, self.arity()));
        }
        let prepared = match self.prepare {
            Some(prepare) => prepare(constants)?,
            None => None,
        };
        Ok(Function {
            definition: self,
            prepared,
        })
    }

    fn arity(&self) -> String {
        let plural = |count: usize| if count == 1 { "argument" } else { "arguments" };
        match (self.least, self.most) {
            (least, most) if least == most => format!("{least} {}", plural(least)),
            (least, MANY) => format!("at least {least} {}", plural(least)),
            (least, most) => format!("{least} to {most} arguments"),
        }
    }
}

/// For functions that take any number of arguments.
const MANY: usize = usize::MAX;

/// Every function.
fn all() -> impl Iterator<Item = &'static Definition> {
    let families: [&[Definition]; 9] = [
        numeric::FUNCTIONS,
        text::FUNCTIONS,
        encoding::FUNCTIONS,
        time::FUNCTIONS,
        date::FUNCTIONS,
        general::FUNCTIONS,
        json::FUNCTIONS,
        ip::FUNCTIONS,
        hash::FUNCTIONS,
    ];
    families.into_iter().flatten()
}

/// The function of that name, in any case.
pub(super) fn find(name: &str) -> Option<&'static Definition> {
    all().find(|definition| definition.name.eq_ignore_ascii_case(name))
}

/// A function that is ready to be called.
pub(super) struct Function {
    definition: &'static Definition,
    prepared: Option<Prepared>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.definition.name)
    }
}

impl Function {
    /// Whether equal arguments always give an equal result.
    pub(super) const fn is_pure(&self) -> bool {
        self.definition.is_pure()
    }

    /// The result for these arguments, which it may take the contents of.
    pub(super) fn apply<'r>(&self, args: &mut [Value<'r>], clock: &Clock) -> Value<'r> {
        if !self.definition.sees_missing && args.iter().any(Value::is_missing) {
            return Value::Missing;
        }
        if self.definition.sees_lists {
            return self.run(args, clock);
        }
        match args.split_first_mut() {
            Some((Value::List(items), others)) => self.run_for_each(items, others, clock),
            _ => self.run(args, clock),
        }
    }

    /// The list of results, cut when it takes more than [`LONGEST_TEXT`] bytes.
    fn run_for_each<'r>(
        &self,
        items: &[Value<'r>],
        others: &[Value<'r>],
        clock: &Clock,
    ) -> Value<'r> {
        let mut results = Vec::new();
        let mut room = LONGEST_TEXT;
        for item in items {
            let mut args = vec![item.clone()];
            args.extend_from_slice(others);
            let result = self.apply(&mut args, clock);
            let Some(left) = room.checked_sub(result.size()) else {
                break;
            };
            room = left;
            results.push(result);
        }
        Value::List(results.into())
    }

    fn run<'r>(&self, args: &mut [Value<'r>], clock: &Clock) -> Value<'r> {
        match &self.prepared {
            Some(prepared) => prepared(args, clock),
            None => (self.definition.run)(args, clock),
        }
    }
}

/// Takes an argument out of its place; what was not given is missing.
fn take<'r>(args: &mut [Value<'r>], place: usize) -> Value<'r> {
    args.get_mut(place).map(std::mem::take).unwrap_or_default()
}

/// 1 or 0, as the older functions say yes and no.
fn one_or_zero<'r>(yes: bool) -> Value<'r> {
    Value::Number(f64::from(u8::from(yes)))
}

#[cfg(test)]
mod tests;
