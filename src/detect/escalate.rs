//! Graded severity: what makes an alert matter more.

use super::detector::Reading;
use super::fault::Fault;
use super::file::EscalateFile;
use super::probe::condition;
use super::severity::Severity;
use crate::query::{Program, Row};

/// A severity, and when an alert has it at least.
#[derive(Debug)]
pub struct Escalate {
    /// The condition as written.
    pub when: String,
    /// The severity.
    pub severity: Severity,
    program: Program,
}

impl Escalate {
    /// Whether it applies to this event.
    pub(super) fn holds(&self, row: &dyn Row) -> bool {
        self.program.matches(row)
    }
}

impl Reading<'_> {
    pub(super) fn escalate(&mut self, files: &[EscalateFile]) -> Result<Vec<Escalate>, Fault> {
        let read = |file: &EscalateFile| {
            let program = condition(self.name, self.text, &file.when, self.schema, self.faults)?;
            Ok(Escalate {
                when: file.when.get_ref().clone(),
                severity: file.severity,
                program,
            })
        };
        files.iter().map(read).collect()
    }
}
