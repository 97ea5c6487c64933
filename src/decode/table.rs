//! CSV as the Logs Insights console and the log events viewer download it.
//!
//! One row is in memory at a time; a row beyond the limit `envelope` is passed over.

use std::ops::ControlFlow::{self, Continue};

use csv_core::{ReadRecordResult, Reader};

use super::Refusal;
use super::outlet::Outlet;
use super::row::Row;
use super::window::Window;

/// More columns than any query has.
const COLUMNS: usize = 4096;

/// Whether a line is the header of a table with a column for the message.
pub(super) fn is_header(line: &[u8]) -> bool {
    let mut columns = line.split(|byte| *byte == b',').map(|column| {
        let column = column.trim_ascii();
        column
            .strip_prefix(b"\"")
            .and_then(|c| c.strip_suffix(b"\""))
            .unwrap_or(column)
    });
    columns.any(|column| matches!(column, b"@message" | b"message"))
}

/// Reads to the end of the input; the window stands at the header.
pub(super) fn read(window: &mut Window<'_>, out: &mut Outlet<'_>) -> ControlFlow<()> {
    let mut table = Table::new(out.limits.envelope);
    match table.next(window) {
        Found::Row => {}
        Found::End => return Continue(()),
        found => {
            // Without the names of its columns nothing of it can be read.
            while !matches!(table.next(window), Found::End) {}
            return refuse(&found, out);
        }
    }
    let names: Vec<String> = table
        .fields()
        .map(|name| String::from_utf8_lossy(name).trim().to_owned())
        .collect();
    loop {
        pass_line_ends(window);
        out.place(window.offset(), window.line());
        match table.next(window) {
            Found::Row => row(&names, &table, out)?,
            Found::End => return Continue(()),
            found => refuse(&found, out)?,
        }
    }
}

/// A row that is too large to be read.
fn refuse(found: &Found, out: &mut Outlet<'_>) -> ControlFlow<()> {
    if let Found::Wide = found {
        let detail = format!("a row of a table has more than {COLUMNS} columns");
        return out.problem(Refusal::TooLargeEnvelope, detail);
    }
    out.too_long_envelope()
}

fn row(names: &[String], table: &Table, out: &mut Outlet<'_>) -> ControlFlow<()> {
    // Counted once a row; the fields are repaired one by one, since repair moves their ends.
    let _ = out.text(table.text())?;
    let mut row = Row::default();
    for (name, field) in names.iter().zip(table.fields()) {
        row.set(name, String::from_utf8_lossy(field));
    }
    row.emit(out)
}

/// The reader puts the line end of a row before the next row.
fn pass_line_ends(window: &mut Window<'_>) {
    loop {
        match window.data().first().copied() {
            Some(b'\r' | b'\n') => window.consume(1),
            None if window.fill() => {}
            _ => return,
        }
    }
}

/// What [`Table::next`] found.
enum Found {
    Row,
    /// One of too many bytes.
    Long,
    /// One of too many columns.
    Wide,
    End,
}

/// One row at a time.
struct Table {
    reader: Reader,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// How much of the two is the row.
    filled: (usize, usize),
    limit: usize,
}

impl Table {
    fn new(limit: usize) -> Self {
        let (bytes, ends) = (vec![0; 64 << 10], vec![0; 64]);
        Self {
            reader: Reader::new(),
            bytes,
            ends,
            filled: (0, 0),
            limit,
        }
    }

    fn next(&mut self, window: &mut Window<'_>) -> Found {
        let (mut written, mut fields, mut refused) = (0, 0, None);
        loop {
            if window.data().is_empty() {
                // No bytes at all tell the reader that the input has ended.
                window.fill();
            }
            let (Some(bytes), Some(ends)) =
                (self.bytes.get_mut(written..), self.ends.get_mut(fields..))
            else {
                return Found::End;
            };
            let (result, read, more, ended) = self.reader.read_record(window.data(), bytes, ends);
            window.consume(read);
            (written, fields) = (written + more, fields + ended);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.bytes.len() < self.limit => {
                    self.bytes.resize((self.bytes.len() * 2).min(self.limit), 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < COLUMNS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull => {
                    (written, fields) = (0, 0);
                    refused = refused.or(Some(Found::Long));
                }
                ReadRecordResult::OutputEndsFull => {
                    (written, fields) = (0, 0);
                    refused = refused.or(Some(Found::Wide));
                }
                ReadRecordResult::Record => {
                    self.filled = (written, fields);
                    return refused.unwrap_or(Found::Row);
                }
                ReadRecordResult::End => return Found::End,
            }
        }
    }

    fn text(&self) -> &[u8] {
        self.bytes.get(..self.filled.0).unwrap_or_default()
    }

    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let ends = self.ends.get(..self.filled.1).unwrap_or_default();
        let starts = std::iter::once(&0).chain(ends);
        starts
            .zip(ends)
            .map(|(start, end)| self.bytes.get(*start..*end).unwrap_or_default())
    }
}
