//! Tables on standard output: aligned, JSON lines or CSV.

use std::io::{self, BufWriter, Write};

use comfy_table::presets::NOTHING;
use serde_json::{Map, Value};

use super::args::TableFormat;
use crate::alert::escape;

/// Named columns and rows of texts.
pub(super) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Table {
    /// A table with these columns and no rows.
    pub(super) fn new(columns: &[&str]) -> Self {
        Self {
            columns: columns.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
        }
    }

    /// A table of JSON values.
    pub(super) const fn of(columns: Vec<String>, rows: Vec<Vec<Value>>) -> Self {
        Self { columns, rows }
    }

    /// Adds a row of texts, one for each column.
    pub(super) fn push(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().map(Value::String).collect());
    }
}

/// Writes a table to standard output.
pub(super) fn print(table: &Table, format: TableFormat) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out, table, format)?;
    out.flush()
}

/// A cell as a spreadsheet may have it: clients choose texts, and one that begins like a formula would be
/// computed (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn spreadsheet(cell: &Value) -> String {
    let text = escape::visible(&shown(cell)).into_owned();
    let begins = text.starts_with(['=', '+', '-']) || (text.starts_with('@') && text.contains('('));
    let is_formula = cell.is_string() && begins && text.parse::<f64>().is_err();
    match is_formula {
        true => format!("'{text}"),
        false => text,
    }
}

fn write(out: &mut dyn Write, table: &Table, format: TableFormat) -> io::Result<()> {
    match format {
        TableFormat::Table => {
            let mut drawn = comfy_table::Table::new();
            drawn.load_style(NOTHING).set_header(&table.columns);
            for row in &table.rows {
                drawn.add_row(
                    row.iter()
                        .map(|cell| escape::visible(&shown(cell)).into_owned()),
                );
            }
            for line in drawn.lines() {
                writeln!(out, "{}", line.trim_end())?;
            }
            Ok(())
        }
        TableFormat::Json => {
            for row in &table.rows {
                let pairs = table.columns.iter().cloned().zip(row.iter().cloned());
                let object: Map<String, Value> =
                    pairs.filter(|(_, value)| !value.is_null()).collect();
                let line = Value::Object(object).to_string();
                writeln!(out, "{}", escape::json(line))?;
            }
            Ok(())
        }
        TableFormat::Csv => {
            let mut writer = csv::Writer::from_writer(out);
            writer.write_record(&table.columns)?;
            for row in &table.rows {
                writer.write_record(row.iter().map(spreadsheet))?;
            }
            writer.flush()
        }
    }
}

/// A cell as text; nothing for null.
fn shown(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_a_client_is_no_formula() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-x", "'-x"),
            ("@logStream", "@logStream"),
            ("-5", "-5"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(spreadsheet(&Value::from(text)), cell);
        }
        assert_eq!(spreadsheet(&Value::from(-5)), "-5");
        assert!(!spreadsheet(&Value::from("\u{1b}[31m")).contains('\u{1b}'));
    }
}
