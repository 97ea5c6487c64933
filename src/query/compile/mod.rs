//! From a syntax tree to a program: names resolved, constants folded, expressions prepared.
//!
//! Total over all trees: what has no meaning is an error with its place.

pub(super) mod aggregation;
mod condition;
mod error;
pub(super) mod explanation;
mod expression;
mod presentation;
pub(super) mod scope;

use rustc_hash::FxHashMap;

use super::ast::{Column, Command, CommandKind, Name, Parse, ParsePattern, Query, Span};
use super::field::{FieldInfo, Schema};
use super::group_names::GroupNames;
use super::node::Node;
use super::parse_command::glob::Glob;
use super::regexp::compile_regex;
use super::stage::{Stage, Step};
use aggregation::{Aggregation, aggregation};
pub use error::CompileError;
use expression::Compiler;
pub(super) use presentation::Presentation;
pub use presentation::{DEFAULT_LIMIT, MOST_ROWS};
use scope::{Alias, Scope, Source};

/// How many `stats` a query may have, as in the console's Standard log class.
pub const MOST_STATS: usize = 10;

/// A compiled query in its parts.
pub(super) struct Parts {
    /// One more than there are aggregations: the commands before, between and after them.
    pub(super) stages: Vec<Stage>,
    pub(super) aggregations: Vec<Aggregation>,
    pub(super) presentation: Presentation,
    /// The aliases of the first stage.
    pub(super) aliases: FxHashMap<String, Alias>,
    /// The fields the query names, by name.
    pub(super) used: FxHashMap<String, FieldInfo>,
}

/// Compiles a query.
pub(super) fn compile(query: &Query, schema: &mut dyn Schema) -> Result<Parts, CompileError> {
    let mut scope = Scope::new(Source::Schema(schema));
    let mut first = None;
    let mut stages = Vec::new();
    let mut aggregations: Vec<Aggregation> = Vec::new();
    let mut rest = query.commands.as_slice();
    while let Some(place) = rest.iter().position(is_stats) {
        let (before, stats) = (rest.get(..place), rest.get(place));
        rest = rest.get(place + 1..).unwrap_or_default();
        stages.push(stage(before.unwrap_or_default(), &mut scope)?);
        let Some(Command {
            kind: CommandKind::Stats(stats),
            span,
        }) = stats
        else {
            continue;
        };
        if aggregations.len() >= MOST_STATS {
            let message = format!("a query has at most {MOST_STATS} stats commands");
            return Err(CompileError::new(*span, message));
        }
        let compiled = aggregation(stats, &mut scope)?;
        let next = Scope::new(Source::Columns(compiled.columns.clone()));
        let done = std::mem::replace(&mut scope, next);
        first.get_or_insert((done.aliases, done.used));
        aggregations.push(compiled);
    }
    stages.push(stage(rest, &mut scope)?);
    let presentation = Presentation::compile(rest, &mut scope)?;
    let (aliases, used) = first.unwrap_or((scope.aliases, scope.used));
    Ok(Parts {
        stages,
        aggregations,
        presentation,
        aliases,
        used,
    })
}

const fn is_stats(command: &Command) -> bool {
    matches!(command.kind, CommandKind::Stats(_))
}

fn stage(commands: &[Command], scope: &mut Scope<'_>) -> Result<Stage, CompileError> {
    let mut steps = Vec::new();
    for command in commands {
        match &command.kind {
            CommandKind::Fields(columns) => fields(columns, scope, &mut steps)?,
            CommandKind::Filter(condition) => {
                let condition = Compiler::new(scope).condition(condition)?;
                // Filters in a row are one.
                let condition = match steps.pop() {
                    Some(Step::Filter(before)) => condition::all(vec![before, condition]),
                    other => {
                        steps.extend(other);
                        condition
                    }
                };
                steps.push(Step::Filter(condition));
            }
            CommandKind::Parse(parse) => steps.push(extraction(parse, command.span, scope)?),
            CommandKind::Unnest { list, into } => {
                let list = Compiler::new(scope).expression(list)?;
                steps.push(Step::Unnest(list, scope.name_slot(&into.text)));
            }
            CommandKind::Stats(_)
            | CommandKind::Display(_)
            | CommandKind::Sort(_)
            | CommandKind::Limit(_)
            | CommandKind::Dedup(_) => {}
        }
    }
    Ok(Stage::new(steps, scope.slots))
}

/// Columns with an alias become known by it; the others only matter to the presentation.
fn fields(
    columns: &[Column],
    scope: &mut Scope<'_>,
    steps: &mut Vec<Step>,
) -> Result<(), CompileError> {
    for column in columns {
        let node = Compiler::new(scope).expression(&column.expr)?;
        let Some(alias) = &column.alias else { continue };
        let meaning = match node {
            Node::Field(id) => Alias::Field(id),
            Node::Slot(slot) => Alias::Slot(slot),
            Node::Constant(value) => Alias::Constant(value),
            computed => {
                let slot = scope.slot();
                steps.push(Step::Compute(slot, computed));
                Alias::Slot(slot)
            }
        };
        scope.aliases.insert(alias.text.clone(), meaning);
    }
    Ok(())
}

fn extraction(parse: &Parse, span: Span, scope: &mut Scope<'_>) -> Result<Step, CompileError> {
    let mut compiler = Compiler::new(scope);
    let input = match &parse.input {
        Some(expr) => compiler.expression(expr)?,
        None => compiler.field("@message", span)?,
    };
    let mut slots = |names: &[Name]| -> Box<[usize]> {
        names
            .iter()
            .map(|name| scope.name_slot(&name.text))
            .collect()
    };
    match &parse.pattern {
        ParsePattern::Glob {
            pattern,
            span,
            names,
        } => {
            let glob = Glob::new(pattern);
            if glob.stars() != names.len() {
                let (stars, names) = (glob.stars(), names.len());
                let message = format!("the pattern has {stars} `*` and there are {names} names");
                return Err(CompileError::new(*span, message));
            }
            Ok(Step::Glob(input, Box::new(glob), slots(names)))
        }
        ParsePattern::Csv { names } => Ok(Step::Csv(input, slots(names))),
        ParsePattern::Logfmt { into } => {
            let slot = scope.slot();
            scope.aliases.insert(into.text.clone(), Alias::Logfmt(slot));
            Ok(Step::Compute(slot, input))
        }
        ParsePattern::Regex { regex, multi } => {
            let named = GroupNames::of(&regex.source);
            let compiled = compile_regex(&named.source)
                .map_err(|message| CompileError::new(regex.span, message))?;
            let names = compiled.capture_names().enumerate();
            let mut groups: Vec<_> = names
                .filter_map(|(group, name)| Some((group, scope.name_slot(named.name(name?)))))
                .collect();
            if let Some(name) = multi {
                // The name stands for the first group, or for the whole match when there is none.
                let group = usize::from(compiled.captures_len() > 1);
                groups.push((group, scope.name_slot(&name.text)));
                return Ok(Step::Multi(input, compiled, groups.into()));
            }
            if groups.is_empty() {
                let message = "the expression names no value; write (?<name>…) where one stands";
                return Err(CompileError::new(regex.span, message));
            }
            Ok(Step::Regex(input, compiled, groups.into()))
        }
    }
}

#[cfg(test)]
mod tests;
