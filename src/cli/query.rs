//! `trailhound query`: Logs Insights offline, for free.

use std::ops::ControlFlow;

use anyhow::Result;

use super::Exit;
use super::args::QueryArgs;
use super::exit::UsageError;
use super::inputs::{Inputs, Reading};
use super::setup;
use super::table::{self, Table as Printed};
use crate::config::Settings;
use crate::decode::{Decoded, Item, line};
use crate::detect::{Fault, Filled, fill};
use crate::pipeline::Window;
use crate::query::{self, Clock, Output, Program, Table, TableError, Value};
use crate::record::field::{EntryRow, FieldSchema, LogKind};
use crate::record::{Entry, LogEvent};

pub(super) fn run(args: QueryArgs) -> Result<Exit> {
    let settings = setup::settings(args.config.as_deref())?;
    let window = setup::window(&args.time)?;
    let mut schema = FieldSchema::new(LogKind::Any);
    let program = compile(&args.query, &settings, &mut schema)?;
    let mut inputs = Inputs::find(&args.paths, None)?;
    // One thread fills the table: another core is free to decompress.
    inputs.ahead = inputs.threads > 1;
    let mut gather = Gather {
        table: Table::new(&program),
        schema: &schema,
        settings: &settings,
        cluster: args.cluster.as_deref(),
        window,
        failed: None,
        unread: 0,
    };
    let reading = inputs.read(&mut |item| gather.take(item), &|| ControlFlow::Continue(()));
    let Gather {
        table,
        failed,
        unread,
        ..
    } = gather;
    if let Some(error) = failed {
        return Err(error.into());
    }
    print(table.finish()?, args.format)?;
    complain(&reading, unread);
    Ok(match &reading {
        reading if reading.interrupted => Exit::Interrupted,
        reading if !reading.failures.is_empty() => Exit::Failed,
        _ => Exit::Done,
    })
}

/// Reads, checks and compiles the query; warnings go to standard error.
fn compile(text: &str, settings: &Settings, schema: &mut FieldSchema) -> Result<Program> {
    let text = match fill(text, &settings.config.lists) {
        Filled::Query(text) => text,
        Filled::Unset(lists) => {
            let lists = lists.join(", ");
            return Err(UsageError(format!(
                "the query uses the list {lists}: set it under [lists] in a file and name the file with --config"
            ))
            .into());
        }
    };
    let analysed = query::analyse(&text, schema);
    let fault = Fault::in_query("query", &text, 0, &text, analysed.diagnostics);
    let Some(parsed) = analysed.query else {
        return Err(UsageError(fault.render(setup::style())).into());
    };
    let warnings = fault.render(setup::style());
    if !warnings.trim().is_empty() {
        anstream::eprintln!("{}", warnings.trim_end());
    }
    let program = Program::compile(&parsed, schema)
        .map_err(|error| UsageError(format!("the query can't be run: {error}")))?;
    Ok(program.with_clock(Clock::at(chrono::Utc::now().timestamp())))
}

/// Puts entries into the table.
struct Gather<'q> {
    table: Table<'q>,
    schema: &'q FieldSchema,
    settings: &'q Settings,
    cluster: Option<&'q str>,
    window: Window,
    failed: Option<TableError>,
    unread: u64,
}

impl Gather<'_> {
    fn take(&mut self, item: Item<'_>) -> ControlFlow<()> {
        match item {
            Item::Event(event) => self.event(&event),
            Item::Problem(_) => {
                self.unread += 1;
                ControlFlow::Continue(())
            }
            Item::Control(_) => ControlFlow::Continue(()),
        }
    }

    fn event(&mut self, event: &LogEvent<'_>) -> ControlFlow<()> {
        let record = match line::decode(event) {
            Decoded::Record(record) | Decoded::Salvaged(record) => record,
            Decoded::Foreign(_) => return ControlFlow::Continue(()),
            Decoded::Refused(_) => {
                self.unread += 1;
                return ControlFlow::Continue(());
            }
        };
        let cluster = self.settings.config.cluster_of(event.origin, self.cluster);
        let entry = Entry::new(event, &cluster, record);
        if !self.window.holds(entry.time()) {
            return ControlFlow::Continue(());
        }
        match self.table.push(&EntryRow::new(&entry, self.schema)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}

fn print(output: Output, format: Option<super::args::TableFormat>) -> Result<()> {
    let rows = output
        .rows
        .into_iter()
        .map(|row| row.into_iter().map(json).collect())
        .collect();
    table::print(
        &Printed::of(output.columns, rows),
        setup::table_format(format),
    )?;
    Ok(())
}

/// A value as JSON; times as the console writes them.
fn json(value: Value<'_>) -> serde_json::Value {
    match value {
        Value::Missing => serde_json::Value::Null,
        Value::Bool(flag) => flag.into(),
        Value::Number(number) => number_json(number),
        Value::Text(text) => text.into_owned().into(),
        Value::List(items) => items.into_vec().into_iter().map(json).collect(),
        Value::Json(raw) => serde_json::from_str(&raw).unwrap_or_else(|_| raw.into_owned().into()),
        time @ Value::Time(_) => query::shown(&time).into_owned().into(),
    }
}

/// Whole numbers without a fraction, as the console shows them.
#[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
fn number_json(number: f64) -> serde_json::Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return (number as i64).into();
    }
    serde_json::Number::from_f64(number).map_or(serde_json::Value::Null, Into::into)
}

/// What was not read, on standard error.
fn complain(reading: &Reading, unread: u64) {
    for failure in &reading.failures {
        anstream::eprintln!("not read: {failure}");
    }
    if unread > 0 {
        anstream::eprintln!(
            "{unread} pieces of the input were not read: `trailhound replay` tells which and why"
        );
    }
    if reading.interrupted {
        anstream::eprintln!("stopped before the end: the result is of what was read");
    }
}
