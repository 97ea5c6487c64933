//! Which alerts go to which sinks: the user's `[[route]]`s.
//!
//! Without a route every sink gets every alert. With routes an alert goes to the sinks of every route
//! whose condition holds; one that none takes goes to every sink, so that nothing is lost in silence.

mod schema;

use toml::Spanned;

use crate::alert::Alert;
use crate::detect::{Fault, content_start};
use crate::query::{Diagnostic, Diagnostics, Program, analyse_condition};

use schema::AlertRow;
pub use schema::AlertSchema;

/// A `[[route]]` as it is written.
#[derive(Clone, Debug)]
pub struct Route {
    /// For which alerts, in the query language over the keys of an alert; all when there is none.
    pub when: Option<Spanned<String>>,
    /// The sinks they go to.
    pub sinks: Vec<Spanned<String>>,
}

/// Routes that were checked and compiled.
#[derive(Debug)]
pub struct Routes {
    /// Every sink there is.
    all: Vec<String>,
    routes: Vec<Compiled>,
    warnings: Vec<Fault>,
}

#[derive(Debug)]
struct Compiled {
    when: Option<Program>,
    /// Places in `all`.
    sinks: Vec<usize>,
    schema: AlertSchema,
}

impl Routes {
    /// Checks and compiles the routes of a settings file of that name and text; `sinks` are the names of
    /// those there are.
    ///
    /// # Errors
    /// When a condition can't be used, a sink is not there, or a route goes to none.
    pub fn compile(
        name: &str,
        text: &str,
        routes: &[Route],
        sinks: &[String],
    ) -> Result<Self, Fault> {
        let mut warnings = Vec::new();
        let compiled = routes.iter().map(|route| {
            goes_somewhere(name, text, route)?;
            let mut schema = AlertSchema::default();
            let when = route.when.as_ref();
            let when = when.map(|when| condition(name, text, when, &mut schema, &mut warnings));
            let places = route
                .sinks
                .iter()
                .map(|sink| place(name, text, sink, sinks));
            Ok(Compiled {
                when: when.transpose()?,
                sinks: places.collect::<Result<_, Fault>>()?,
                schema,
            })
        });
        let routes = compiled.collect::<Result<_, Fault>>()?;
        Ok(Self {
            routes,
            all: sinks.to_vec(),
            warnings,
        })
    }

    /// What somebody should know of conditions that can be used all the same.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The sinks that an alert goes to, each once, in the order they were named to
    /// [`Routes::compile`].
    #[must_use]
    pub fn of(&self, alert: &Alert) -> Vec<&str> {
        let mut chosen = vec![false; self.all.len()];
        let mut taken = false;
        for route in self.routes.iter().filter(|route| route.takes(alert)) {
            taken = true;
            for place in &route.sinks {
                if let Some(chosen) = chosen.get_mut(*place) {
                    *chosen = true;
                }
            }
        }
        let named = self.all.iter().zip(chosen);
        named
            .filter(|(_, chosen)| *chosen || !taken)
            .map(|(sink, _)| sink.as_str())
            .collect()
    }
}

impl Compiled {
    fn takes(&self, alert: &Alert) -> bool {
        let row = AlertRow::new(alert, &self.schema);
        self.when.as_ref().is_none_or(|when| when.matches(&row))
    }
}

/// A route to no sink would lose alerts; an exception says why it does.
fn goes_somewhere(name: &str, text: &str, route: &Route) -> Result<(), Fault> {
    if !route.sinks.is_empty() {
        return Ok(());
    }
    let span = route.when.as_ref().map_or(0..0, Spanned::span);
    let help = "name its sinks; to silence alerts, write an [[allow]] with a reason";
    Err(Fault::advise(
        name,
        text,
        span,
        "this route goes to no sink",
        help,
    ))
}

/// Compiles a condition that stands between quotes in a file.
fn condition(
    name: &str,
    text: &str,
    when: &Spanned<String>,
    schema: &mut AlertSchema,
    warnings: &mut Vec<Fault>,
) -> Result<Program, Fault> {
    let (at, condition) = (content_start(text, when.span().start), when.get_ref());
    let fault = |found| Fault::in_query(name, text, at, condition, found);
    let analysed = analyse_condition(condition, schema);
    let Some(query) = analysed.query else {
        return Err(fault(analysed.diagnostics));
    };
    let program = Program::compile(&query, schema).map_err(|error| {
        let mut found = Diagnostics::default();
        found.push(Diagnostic::error("compile", error.span, error.message));
        fault(found)
    })?;
    if !analysed.diagnostics.is_empty() {
        warnings.push(fault(analysed.diagnostics));
    }
    Ok(program)
}

/// The place of a sink among those there are.
fn place(name: &str, text: &str, sink: &Spanned<String>, sinks: &[String]) -> Result<usize, Fault> {
    let wanted = sink.get_ref();
    if let Some(place) = sinks.iter().position(|known| known == wanted) {
        return Ok(place);
    }
    let message = format!("there is no sink {wanted:?}");
    let distance = |known: &&String| strsim::osa_distance(known, wanted);
    let near = sinks.iter().min_by_key(distance);
    let help = match near.filter(|near| distance(near) <= 2) {
        Some(near) => format!("did you mean {near:?}?"),
        None if sinks.is_empty() => "the settings name no sink: add a [sink.sns]".to_owned(),
        None => format!("there are: {}", sinks.join(", ")),
    };
    Err(Fault::advise(name, text, sink.span(), message, help))
}

#[cfg(test)]
mod tests;
