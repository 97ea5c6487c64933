//! Coverage as a page of Markdown: `docs/reference/coverage.md` is this.

use std::fmt::Write as _;

use super::answer::Answer;
use super::catalogue::{Catalogue, Row};

const HEAD: &str = "| row | what | answered by | kind | severity | on | needs | ATT&CK |\n|---|---|---|---|---|---|---|---|\n";

/// The page, without a line break at its end.
pub(super) fn of(catalogue: &Catalogue, answers: &[Answer<'_>]) -> String {
    let mut out = intro(catalogue, answers);
    for group in &catalogue.group {
        let _ = write!(out, "\n## {}\n\n{HEAD}", group.title);
        for row in catalogue.row.iter().filter(|row| row.group == group.id) {
            out.push_str(&lines(row, answers));
        }
    }
    out.push_str("\n## Beyond the catalogue\n\n");
    out.push_str(HEAD);
    for answer in answers.iter().filter(|answer| catalogue.is_beyond(answer)) {
        out.push_str(&line("", catalogue.purpose(answer), answer));
    }
    out.push_str("\n## Why a row is not answered\n\n| reason | because | rows |\n|---|---|---|\n");
    for (key, because) in &catalogue.reasons {
        let rows = catalogue
            .row
            .iter()
            .filter(|row| row.why.as_deref() == Some(key))
            .count();
        if rows > 0 {
            let _ = writeln!(out, "| {key} | {} | {rows} |", cell(because));
        }
    }
    out
}

fn intro(catalogue: &Catalogue, answers: &[Answer<'_>]) -> String {
    let answered =
        |row: &&Row| row.trouble().is_some() || answers.iter().any(|answer| answer.is_for(&row.id));
    let beyond = answers
        .iter()
        .filter(|answer| catalogue.is_beyond(answer))
        .count();
    format!(
        "# Coverage\n\nWhat can be detected in the audit and authenticator logs of EKS, as far as anybody has thought of it, and what \
         answers for it here: {} of {} rows, and {beyond} detectors beyond them. `trailhound detectors coverage` tells the same as \
         a layer for the ATT&CK Navigator, as a table or as JSON.\n\n\
         *Needs* is the level of the audit log at which all that the query asks for can be seen; what asks for less is seen below it. EKS's audit policy can't be changed; it logs reads of \
         most resources at `Request`, writes at `RequestResponse`, and Secrets, ConfigMaps (`aws-auth` aside) and everything \
         of a CRD at `Metadata`. `authenticator` is the other log stream, which is switched on by itself.\n",
        catalogue.row.iter().filter(answered).count(),
        catalogue.row.len(),
    )
}

/// A line for each detector that answers for the row, or one that says why none does.
fn lines(row: &Row, answers: &[Answer<'_>]) -> String {
    let note = row
        .note
        .as_ref()
        .map_or_else(String::new, |note| format!(" ({note})"));
    let what = format!("{}{note}", row.what);
    let found = answers.iter().filter(|answer| answer.is_for(&row.id));
    let out: String = found.map(|answer| line(&row.id, &what, answer)).collect();
    if let Some(trouble) = row.trouble() {
        let (id, what, severity) = (trouble.id(), cell(&what), trouble.severity());
        let attack = trouble.attack().join(" ");
        let watched = format!(
            "| `{}` | {what} | [{id}](health.md#{id}) | health | {severity} | yes | audit | {attack} |\n",
            row.id
        );
        return watched + &out;
    }
    if out.is_empty() {
        let why = row.why.as_deref().unwrap_or("?");
        return format!("| `{}` | {} | *{why}* | | | | | |\n", row.id, cell(&what));
    }
    out
}

fn line(row: &str, what: &str, answer: &Answer<'_>) -> String {
    let row = if row.is_empty() {
        String::new()
    } else {
        format!("`{row}`")
    };
    format!(
        "| {row} | {} | [{id}](detectors.md#{id}) | {} | {} | {} | {} | {} |\n",
        cell(what),
        answer.kind,
        answer.severity,
        answer.on,
        answer.needs,
        answer.attack.join(" "),
        id = answer.id,
    )
}

/// A text as it may stand between bars.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
