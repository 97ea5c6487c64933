//! A query of a detector, read, checked and compiled: what is asked of each event.

use toml::Spanned;

use super::detector::Reading;
use super::fault::{Fault, content_start};
use crate::query::ast::Query;
use crate::query::{self, Bound, Program};
use crate::record::field::FieldSchema;

/// A compiled query.
#[derive(Debug)]
pub struct Probe {
    /// The query, lists filled in.
    pub query: Query,
    pub(super) program: Program,
}

impl Probe {
    /// The columns of `stats`, keys first.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        self.program.stats_columns()
    }

    /// How many of them are keys.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.program.stats_keys()
    }
}

/// Names whose values are read from a row that matched: fields, or aliases of the query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(pub(super) Vec<String>);

impl Names {
    /// The names as written.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// Their values in a row that matched, as texts; `None` for one that is missing.
    pub(super) fn texts(&self, bound: &Bound<'_>) -> Vec<Option<String>> {
        let text = |name: &String| {
            let value = bound.value(name);
            (!value.is_missing()).then(|| query::shown(&value).into_owned())
        };
        self.0.iter().map(text).collect()
    }
}

impl Reading<'_> {
    /// Reads, checks and compiles a query; `None` when lists are not set, whose names join `unset`: it can
    /// be wrong all the same.
    pub(super) fn probe(
        &mut self,
        text: &Spanned<String>,
        unset: &mut Vec<String>,
    ) -> Result<Option<Probe>, Fault> {
        let at = content_start(self.text, text.span().start);
        let (name, file) = (self.name, self.text);
        let fault = |found| Fault::in_query(name, file, at, text.get_ref(), found);
        let mut parsed = query::parse_filling(text.get_ref(), self.lists);
        let Some(query) = parsed.query.take() else {
            return Err(fault(parsed.diagnostics));
        };
        let mut found = std::mem::take(&mut parsed.diagnostics);
        if !self.checked || !parsed.filled.is_empty() {
            let checked = query::check(&query, self.schema).diagnostics;
            for diagnostic in checked {
                if !parsed.is_of_unset(&diagnostic) {
                    found.push(parsed.naming_lists(diagnostic));
                }
            }
        }
        if found.has_errors() {
            return Err(fault(found));
        }
        let program = match Program::compile(&query, self.schema) {
            Ok(program) => program,
            Err(error) => {
                found.push(error.into());
                return Err(fault(found));
            }
        };
        if !found.is_empty() {
            self.faults.push(fault(found));
        }
        let complete = parsed.unset.is_empty();
        for name in parsed.unset {
            if !unset.contains(&name.text) {
                unset.push(name.text);
            }
        }
        Ok(complete.then_some(Probe { query, program }))
    }

    /// Makes names readable in the rows of some probes.
    pub(super) fn names<'p>(
        &mut self,
        names: &[Spanned<String>],
        probes: impl Iterator<Item = &'p mut Probe>,
    ) -> Result<Names, Fault> {
        for probe in probes {
            for name in names {
                let required = probe.program.require(name.get_ref(), self.schema);
                required.map_err(|near| self.no_field(name, &near))?;
            }
        }
        Ok(Names(
            names.iter().map(|name| name.get_ref().clone()).collect(),
        ))
    }

    fn no_field(&self, name: &Spanned<String>, near: &[String]) -> Fault {
        let message = format!("no event has a field {:?}", name.get_ref());
        let help = match near.first() {
            Some(near) => format!("did you mean {near:?}?"),
            None => {
                "`trailhound fields` lists them all; an alias of the query will do too".to_owned()
            }
        };
        Fault::advise(self.name, self.text, name.span(), message, help)
    }

    /// A fault of a name that no event has.
    pub(super) fn no_field_at(&self, name: &str, at: usize, near: &[String]) -> Fault {
        self.no_field(&Spanned::new(at..at + name.len(), name.to_owned()), near)
    }
}

/// Compiles a condition that stands between quotes in a file.
pub(super) fn condition(
    name: &str,
    text: &str,
    when: &Spanned<String>,
    schema: &mut FieldSchema,
    faults: &mut Vec<Fault>,
) -> Result<Program, Fault> {
    let condition = when.get_ref();
    let at = content_start(text, when.span().start);
    let fault = |found| Fault::in_query(name, text, at, condition, found);
    let analysed = query::analyse_condition(condition, schema);
    let found = analysed.diagnostics;
    let Some(query) = analysed.query else {
        return Err(fault(found));
    };
    let program = Program::compile(&query, schema).map_err(|error| {
        let mut found = query::Diagnostics::default();
        found.push(query::Diagnostic::error(
            "compile",
            error.span,
            error.message,
        ));
        fault(found)
    })?;
    if !found.is_empty() {
        faults.push(fault(found));
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use crate::detect::{Lists, Loaded};

    fn loaded(query: &str, lists: &Lists) -> Loaded {
        let head = "id = \"x\"\ntitle = \"X\"\nseverity = \"low\"\nattack = []\n";
        let rest = "summary = \"x\"\nrunbook = \"x\"\n";
        let mut loaded = Loaded::default();
        loaded.add(
            "x.toml",
            &format!("{head}query = '''{query}'''\n{rest}"),
            lists,
        );
        loaded
    }

    #[test]
    fn a_query_is_checked_though_its_list_is_not_set() {
        let unset = loaded(
            "filter verb in ${verbs} and stage in ${verbs}",
            &Lists::new(),
        );
        assert_eq!((unset.errors.len(), unset.warnings.len()), (0, 0));
        let wrong = loaded("filter verb in ${verbs} and usr = 1", &Lists::new());
        let told: Vec<_> = wrong.errors.iter().map(ToString::to_string).collect();
        assert!(
            told.concat().contains("there is no field `usr`"),
            "{told:?}"
        );
        assert!(told.concat().contains("x.toml:5:40"), "{told:?}");
    }

    #[test]
    fn a_place_in_a_query_is_that_of_the_file_however_long_its_lists_are() {
        let lists = Lists::from([("verbs".to_owned(), vec!["get".to_owned(); 100])]);
        let wrong = loaded("filter verb in ${verbs} and usr = 1", &lists);
        let told: Vec<_> = wrong.errors.iter().map(ToString::to_string).collect();
        assert!(told.concat().contains("x.toml:5:40"), "{told:?}");
    }

    #[test]
    fn a_wrong_value_of_a_list_names_the_list() {
        let lists = Lists::from([("nets".to_owned(), vec!["10.0.0.0/33".to_owned()])]);
        let query = "filter isIpInSubnet(source.ip, ${nets})";
        let told: Vec<_> = loaded(query, &lists)
            .errors
            .iter()
            .map(ToString::to_string)
            .collect();
        let told = told.concat();
        assert!(told.contains("`10.0.0.0/33` is not a subnet"), "{told}");
        assert!(told.contains("the list `nets` under `[lists]`"), "{told}");
    }

    #[test]
    fn a_list_in_a_comment_is_not_used() {
        let quiet = loaded(
            "filter verb = \"get\" # | filter verb in ${verbs}",
            &Lists::new(),
        );
        let detector = quiet.detectors.get("x");
        assert!(detector.is_some_and(|detector| detector.unset_lists.is_empty()));
    }
}
