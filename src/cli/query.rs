//! `trailhound query`: Logs Insights offline, for free.

use std::ops::ControlFlow;

use anyhow::Result;

use super::Exit;
use super::args::QueryArgs;
use super::entries::{Entries, Taken, complain};
use super::exit::UsageError;
use super::inputs::Inputs;
use super::setup;
use super::table::{self, Table as Printed};
use crate::config::Settings;
use crate::detect::Fault;
use crate::query::{self, Clock, Diagnostic, Output, Program, Table, Value};
use crate::record::field::{EntryRow, FieldSchema, LogKind};

pub(super) fn run(args: QueryArgs) -> Result<Exit> {
    let settings = setup::settings(args.config.as_deref())?;
    let window = setup::window(&args.time)?;
    let mut schema = FieldSchema::new(LogKind::Any);
    let program = compile(&args.query, &settings, &mut schema)?;
    let inputs = Inputs::find(&args.paths)?;
    let mut table = Table::new(&program);
    let mut entries = Entries::new(&settings, args.cluster.as_deref(), window);
    let mut failed = None;
    let reading = inputs.read(&mut |item| {
        entries.take(item, &mut |taken| {
            let Taken::Entry(entry) = taken else {
                return ControlFlow::Continue(());
            };
            failed = table.push(&EntryRow::new(entry, &schema)).err();
            match failed {
                None => ControlFlow::Continue(()),
                Some(_) => ControlFlow::Break(()),
            }
        })
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    print(table.finish()?, args.format)?;
    complain(&reading, entries.unread);
    Ok(reading.exit())
}

/// Reads, checks and compiles the query; warnings go to standard error.
fn compile(text: &str, settings: &Settings, schema: &mut FieldSchema) -> Result<Program> {
    let analysed = query::analyse(text, &settings.config.lists, schema);
    let drawn = |found| Fault::in_query("query", text, 0, text, found).render(setup::style());
    let warnings = drawn(analysed.diagnostics);
    let Some(parsed) = analysed.query else {
        return Err(UsageError(warnings).into());
    };
    if !warnings.trim().is_empty() {
        anstream::eprintln!("{}", warnings.trim_end());
    }
    let program = Program::compile(&parsed, schema)
        .map_err(|error| UsageError(drawn(Diagnostic::from(error).into())))?;
    Ok(program.with_clock(Clock::at(chrono::Utc::now().timestamp())))
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
