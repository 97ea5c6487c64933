//! The queries of a whole detector, as its kind asks: with `stats` for what counts, a query for each
//! step of a sequence.
//!
//! The console counts over the whole time that is chosen there. A key it does not know is left out of
//! `by`, which only joins groups; a number it can't compute is left out with the filters that look at
//! it. So a group that alerts is never missing.

use std::fmt::Write as _;

use super::tree::field;
use super::weaken::Weaken;
use super::{Translation, translate};
use crate::detect::detector::Detector;
use crate::detect::kind::{Kind, Threshold};
use crate::query::ast::{Column, CommandKind, Expr, ExprKind, Query, Stats};
use crate::query::column_name;

/// Who acted, nearly as `actor.identity` tells it: never two for one.
const IDENTITY: &str = "coalesce(user.extra.arn.0, user.username)";

/// The query or queries of a detector whose lists are set, each with a word on what it returns.
#[must_use]
pub fn console(detector: &Detector) -> String {
    let queries = detector.probes.iter().map(|probe| &probe.query);
    let mut out = String::new();
    for (place, query) in queries.enumerate() {
        let events = translate(query, detector.log);
        match &detector.kind {
            Kind::Match => {
                let _ = write!(out, "{events}");
            }
            Kind::Threshold(threshold) => counting(&mut out, detector, threshold, query, &events),
            Kind::FirstSeen(seen) => {
                let names = [seen.key.as_slice(), seen.value.as_slice()].concat();
                sightings(&mut out, detector, &names, query, &events);
            }
            Kind::Sequence(sequence) => {
                let by = sequence.by.as_slice().join(", ");
                let (step, of) = (place + 1, detector.probes.len());
                let ends = if step < of { "\n" } else { "" };
                let _ = write!(
                    out,
                    "# Step {step} of {of}, for the same {by}.\n{events}{ends}"
                );
            }
        }
    }
    out
}

/// The events of a detector that has one query, as text on one line; `None` when there are several.
#[must_use]
pub fn events(detector: &Detector) -> Option<String> {
    let [probe] = detector.probes.as_slice() else {
        return None;
    };
    let text = translate(&probe.query, detector.log).text;
    Some(text.lines().map(str::trim).collect::<Vec<_>>().join(" "))
}

/// The raw field, as it is written in a query, that holds the same value as a field of audit events, or a name that the query gives
/// to such a field.
#[must_use]
pub fn raw_field(detector: &Detector, name: &str) -> Option<String> {
    let mut raw = None;
    // What is called so in every step is the same value.
    for probe in &detector.probes {
        let columns = Columns::new(detector, &probe.query);
        let known = match columns.alias(name) {
            Some(alias) => columns.weaken.renamed(&alias.expr, None)?,
            None => columns.weaken.renamed(&field(name), None)?,
        };
        let known = match known.kind {
            ExprKind::Field(_) => known.to_string(),
            _ => return None,
        };
        if raw
            .replace(known.clone())
            .is_some_and(|other| other != known)
        {
            return None;
        }
    }
    raw
}

fn counting(
    out: &mut String,
    detector: &Detector,
    threshold: &Threshold,
    query: &Query,
    events: &Translation,
) {
    let mut columns = Columns::new(detector, query);
    let stats = query
        .commands
        .iter()
        .find_map(|command| match &command.kind {
            CommandKind::Stats(stats) => Some(stats),
            _ => None,
        });
    let _ = writeln!(
        out,
        "# Returns at least the detector's groups. It counts within {}; the console counts over all the time you choose:",
        threshold.window
    );
    let _ = writeln!(
        out,
        "# a superset, and cut-off lines, in which the console finds no fields, are in no group of theirs."
    );
    let _ = write!(out, "{}", events.text);
    if let Some(stats) = stats {
        out.push_str(&columns.stats(stats, threshold.plan.monotone, query));
    }
    out.push('\n');
}

fn sightings(
    out: &mut String,
    detector: &Detector,
    names: &[String],
    query: &Query,
    events: &Translation,
) {
    let mut columns = Columns::new(detector, query);
    let by: Vec<_> = names
        .iter()
        .filter_map(|name| columns.expressed(&field(name)))
        .map(|known| known.to_string())
        .collect();
    if by.len() < names.len() {
        let _ = write!(
            out,
            "# The console does not know all of {}.\n{events}",
            names.join(", ")
        );
    } else {
        let _ = writeln!(
            out,
            "# Returns when each value was first there in the time you choose, at least for the detector's events: a superset."
        );
        let _ = write!(out, "{}{}", events.text, columns.defined());
        let by = by.join(", ");
        let _ = write!(
            out,
            "\n| stats min(@timestamp) as first, count(*) as events by {by}"
        );
    }
    out.push('\n');
}

/// What stands behind the columns of `stats`, in the console's terms.
struct Columns<'q> {
    weaken: Weaken,
    /// The names that the query computes with `fields`.
    aliases: Vec<&'q Column>,
    /// Those that are needed, as text.
    defined: Vec<String>,
}

impl<'q> Columns<'q> {
    fn new(detector: &Detector, query: &'q Query) -> Self {
        let columns = query
            .commands
            .iter()
            .flat_map(|command| match &command.kind {
                CommandKind::Fields(columns) => columns.as_slice(),
                _ => &[],
            });
        Self {
            weaken: Weaken::new(detector.log),
            aliases: columns.filter(|column| column.alias.is_some()).collect(),
            defined: Vec::new(),
        }
    }

    /// The last column of that name that the query computes.
    fn alias(&self, name: &str) -> Option<&'q Column> {
        let mut aliases = self.aliases.iter().rev();
        aliases.find(|column| column_name(column) == name).copied()
    }

    /// An expression in the console's terms, and the names that it needs defined.
    fn expressed(&mut self, expr: &Expr) -> Option<Expr> {
        match &expr.kind {
            ExprKind::Field(name) if name == "actor.identity" => {
                self.define(format!("{IDENTITY} as identity"));
                Some(field("identity"))
            }
            ExprKind::Field(name) => {
                let alias = self
                    .aliases
                    .iter()
                    .rev()
                    .find(|column| column_name(column) == *name);
                let Some(alias) = alias else {
                    return self.weaken.renamed(expr, None);
                };
                let inner = self.weaken.renamed(&alias.expr, None)?;
                self.define(format!("{inner} as {name}"));
                Some(field(name))
            }
            ExprKind::Call {
                name,
                args,
                name_span,
            } => {
                let args: Option<Vec<_>> = args.iter().map(|arg| self.expressed(arg)).collect();
                let kind = ExprKind::Call {
                    name: name.clone(),
                    args: args?,
                    name_span: *name_span,
                };
                Some(Expr {
                    kind,
                    span: expr.span,
                })
            }
            ExprKind::Star => Some(expr.clone()),
            _ => self.weaken.renamed(expr, None),
        }
    }

    fn define(&mut self, text: String) {
        if !self.defined.contains(&text) {
            self.defined.push(text);
        }
    }

    /// The command that defines the names that are needed.
    fn defined(&self) -> String {
        match self.defined.as_slice() {
            [] => String::new(),
            defined => format!("\n| fields {}", defined.join(", ")),
        }
    }

    /// `stats`, and the filters after it that hold of more events where they hold of fewer.
    fn stats(&mut self, stats: &Stats, monotone: bool, query: &Query) -> String {
        let mut names = Vec::new();
        let mut results = Vec::new();
        for column in &stats.aggregates {
            if let Some(expr) = self.expressed(&column.expr) {
                let name = column_name(column);
                results.push(format!("{expr} as {name}"));
                names.push(name);
            }
        }
        if results.is_empty() {
            results.push("count(*) as events".to_owned());
        }
        let by: Vec<_> = stats
            .by
            .iter()
            .filter_map(|column| self.expressed(&column.expr))
            .map(|key| key.to_string())
            .collect();
        let mut text = self.defined();
        let _ = write!(text, "\n| stats {}", results.join(", "));
        if !by.is_empty() {
            let _ = write!(text, " by {}", by.join(", "));
        }
        let commands = query.commands.iter();
        let after = commands.skip_while(|command| !matches!(command.kind, CommandKind::Stats(_)));
        for command in after.filter(|_| monotone) {
            if let CommandKind::Filter(condition) = &command.kind {
                for part in super::parts(condition).filter(|part| knows(&names, part)) {
                    let _ = write!(text, "\n| filter {part}");
                }
            }
        }
        text
    }
}

/// Whether a condition looks at no other names.
fn knows(names: &[String], condition: &Expr) -> bool {
    let mut mentioned = Vec::new();
    super::weaken::fields(condition, &mut mentioned);
    mentioned
        .iter()
        .all(|name| names.iter().any(|known| known == name))
}
