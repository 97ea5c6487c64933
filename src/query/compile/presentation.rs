//! What a query says of its output: columns, order, number of rows, repeats. It never decides whether
//! an event matches. What stands before a `stats` has no effect.

use super::error::CompileError;
use super::expression::Compiler;
use super::scope::{Scope, Source};
use crate::query::ast::{Column, Command, CommandKind, Direction, SortKey};
use crate::query::node::Node;
use crate::query::print::column_name;

/// How many rows a query yields when it does not say.
pub const DEFAULT_LIMIT: usize = 10_000;

/// The largest limit, as in the console.
pub const MOST_ROWS: usize = 100_000;

/// How the rows of the last stage are shown.
#[derive(Debug)]
pub(in crate::query) struct Presentation {
    pub(in crate::query) columns: Vec<(String, Node)>,
    pub(in crate::query) sort: Vec<(Node, Direction)>,
    pub(in crate::query) limit: usize,
    pub(in crate::query) dedup: Vec<Node>,
}

type Compiled<T> = Result<T, CompileError>;

impl Presentation {
    /// The presentation by the commands after the last `stats`, whose stage is already compiled.
    pub(super) fn compile(commands: &[Command], scope: &mut Scope<'_>) -> Compiled<Self> {
        let mut this = Self {
            columns: Vec::new(),
            sort: Vec::new(),
            limit: DEFAULT_LIMIT,
            dedup: Vec::new(),
        };
        let mut shown = None;
        let mut sorted = None;
        if let Source::Columns(columns) = &scope.source {
            for name in columns.clone() {
                this.default_column(&name, scope);
            }
        }
        for command in commands {
            match &command.kind {
                CommandKind::Fields(columns) => this.add(columns, scope)?,
                CommandKind::Display(columns) => shown = Some(columns),
                CommandKind::Sort(keys) => sorted = Some(keys),
                CommandKind::Limit(rows) => {
                    let rows = usize::try_from(*rows)
                        .ok()
                        .filter(|rows| *rows <= MOST_ROWS);
                    this.limit = rows.ok_or_else(|| {
                        CompileError::new(command.span, format!("limit is at most {MOST_ROWS}"))
                    })?;
                }
                CommandKind::Dedup(names) => {
                    for name in names {
                        this.dedup
                            .push(Compiler::new(scope).field(&name.text, name.span)?);
                    }
                }
                _ => {}
            }
        }
        if let Some(columns) = shown {
            this.columns.clear();
            this.add(columns, scope)?;
        }
        if this.columns.is_empty() {
            this.default_column("@timestamp", scope);
            this.default_column("@message", scope);
        }
        this.order(sorted, scope);
        Ok(this)
    }

    fn add(&mut self, columns: &[Column], scope: &mut Scope<'_>) -> Compiled<()> {
        for column in columns {
            let name = column_name(column);
            let node = match &column.alias {
                Some(alias) => Compiler::new(scope).field(&alias.text, alias.span),
                None => Compiler::new(scope).expression(&column.expr),
            };
            let node = match (node, &column.alias) {
                (Ok(node), _) => node,
                // An alias of `display` is known to nobody else.
                (Err(_), Some(_)) => Compiler::new(scope).expression(&column.expr)?,
                (Err(error), None) => return Err(error),
            };
            self.columns.retain(|(other, _)| *other != name);
            self.columns.push((name, node));
        }
        Ok(())
    }

    /// A column nobody asked for, if it exists; it does not count as a field the query uses.
    fn default_column(&mut self, name: &str, scope: &mut Scope<'_>) {
        if let Some(node) = known(name, scope) {
            self.columns.push((name.to_owned(), node));
        }
    }

    /// The given order, else newest first for events. A key that does not exist orders nothing: a
    /// `sort count desc` beside `count(*)` is common and harmless.
    fn order(&mut self, sorted: Option<&Vec<SortKey>>, scope: &mut Scope<'_>) {
        for key in sorted.into_iter().flatten() {
            if let Ok(node) = Compiler::new(scope).expression(&key.expr) {
                self.sort.push((node, key.direction));
            }
        }
        if sorted.is_none() && matches!(scope.source, Source::Schema(_)) {
            let time = known("@timestamp", scope);
            self.sort
                .extend(time.map(|node| (node, Direction::Descending)));
        }
    }
}

fn known(name: &str, scope: &mut Scope<'_>) -> Option<Node> {
    let was_used = scope.used.contains_key(name);
    let node = scope.resolve(name).ok();
    if !was_used {
        scope.used.remove(name);
    }
    node
}
