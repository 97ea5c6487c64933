//! `trailhound stats`: who makes the volume, and with it the bill.

mod chart;
mod dimension;
mod section;
mod volume;

use std::io::{IsTerminal as _, Write as _};
use std::ops::ControlFlow;

use anyhow::Result;

use super::Exit;
use super::args::{StatsArgs, TableFormat};
use super::entries::{Entries, complain};
use super::inputs::Inputs;
use super::{setup, table};
use chart::Chart;
use dimension::Dimension;
use section::{Section, rows};
use volume::Volume;

use crate::record::field::{FieldSchema, LogKind};

/// What is counted by when nobody says.
const USUAL: [&str; 7] = [
    "log",
    "user",
    "verb",
    "resource",
    "agent",
    "namespace",
    "code",
];

pub(super) fn run(args: &StatsArgs) -> Result<Exit> {
    let settings = setup::settings(args.config.as_deref())?;
    let window = setup::window(&args.time)?;
    let mut schema = FieldSchema::new(LogKind::Any);
    let dimensions = dimensions(&args.by, &mut schema)?;
    let inputs = Inputs::find(&args.paths)?;
    let mut volume = Volume::new(dimensions.len());
    let mut entries = Entries::new(&settings, args.cluster.as_deref(), window);
    let reading = inputs.read(&mut |item| {
        entries.take(item, &mut |taken| {
            volume.add(&taken, &dimensions, &schema);
            ControlFlow::Continue(())
        })
    });
    let sections: Vec<Section> = dimensions
        .iter()
        .zip(&volume.by)
        .map(|(dimension, counts)| Section::of(&dimension.name, counts, args.top))
        .collect();
    let format = setup::table_format(args.format);
    if format == TableFormat::Table {
        let out = std::io::stdout();
        let width = out.is_terminal().then(terminal_size::terminal_size);
        let width = width.flatten().map(|(width, _)| width.0);
        let chart = if out.is_terminal() && !args.ascii {
            Chart::fine(width)
        } else {
            Chart::plain(width)
        };
        let text = chart.draw(&volume, &sections, entries.unread);
        out.lock().write_all(text.as_bytes())?;
    } else {
        table::print(&rows(&volume, &sections, entries.unread), format)?;
    }
    complain(&reading, entries.unread);
    Ok(reading.exit())
}

fn dimensions(by: &[String], schema: &mut FieldSchema) -> Result<Vec<Dimension>> {
    if by.is_empty() {
        let usual = USUAL.iter();
        return usual.map(|name| Dimension::of(name, schema)).collect();
    }
    by.iter().map(|name| Dimension::of(name, schema)).collect()
}
