//! Writes cases: for people a line for each condition, for programs a JSON object a line.

use std::fmt::Write as _;
use std::io;

use anstyle::{AnsiColor, Color, Style};

use super::case::{Case, ExceptionTold, Line, Verdict, held};
use crate::alert::Timestamp;
use crate::alert::escape;
use crate::alert::pretty::Paint;
use crate::detect::Detector;
use crate::query::{Form, Truth};
use crate::sink::Format;

/// The longest condition that is shown whole to people, in characters.
const LONGEST_TEXT: usize = 160;
/// How many groups of one event are shown to people.
const MOST_STATES: usize = 10;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Writes cases one after another.
pub(super) struct Printer<W> {
    out: W,
    format: Format,
}

impl<W: io::Write> Printer<W> {
    pub(super) const fn new(out: W, format: Format) -> Self {
        Self { out, format }
    }

    pub(super) fn print(&mut self, case: &Case, detector: Option<&Detector>) -> io::Result<()> {
        match self.format {
            Format::Json => {
                let line = case.json(detector).to_string();
                writeln!(self.out, "{}", escape::json(line))
            }
            Format::Pretty(paint) => {
                let text = pretty(case, detector, paint);
                self.out.write_all(text.as_bytes())
            }
        }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn painted(paint: Paint, style: Style, text: &str) -> String {
    match paint {
        Paint::Coloured => format!("{style}{text}{style:#}"),
        Paint::Plain => text.to_owned(),
    }
}

/// The whole case, lines ended, an empty one at the end.
fn pretty(case: &Case, detector: Option<&Detector>, paint: Paint) -> String {
    let mut out = String::new();
    let about = &case.about;
    let time = about.time.map(Timestamp::to_seconds_text);
    let parts = [
        time.as_deref(),
        about.who.as_deref(),
        Some(about.what.as_str()),
        about.target.as_deref(),
        about.stage.as_deref(),
    ];
    let parts: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    let head = escape::visible(&parts.join("  ")).into_owned();
    let _ = writeln!(out, "{}", painted(paint, BOLD, &head));
    if let Some(id) = &about.audit_id {
        let _ = writeln!(out, "  {}", painted(paint, DIM, &format!("auditID {id}")));
    }
    let folds = detector.is_some_and(|one| one.folding.is_some()) && case.at_end.is_none();
    let first = matches!(case.verdict, Verdict::Alert(_)) && folds;
    let first = if first { ", the first of its fold" } else { "" };
    let _ = writeln!(out, "  {}{first}", verdict(case, paint));
    let states = case.states.iter().take(MOST_STATES);
    for (state, detector) in states.zip(detector.into_iter().cycle()) {
        let mut told = state.crossings();
        told.push(state.line(detector));
        for line in told {
            let _ = writeln!(out, "  {}", escape::visible(&line));
        }
    }
    if let Some(text) = &case.at_end {
        let _ = writeln!(out, "  at the end of the input: {}", escape::visible(text));
    }
    for (place, conditions) in case.steps.iter().enumerate() {
        if case.steps.len() > 1 {
            let (held, of) = held(conditions);
            let _ = writeln!(out, "  step {}: {held} of {of} conditions hold", place + 1);
        }
        for line in conditions {
            write(&mut out, line, 4, paint);
        }
    }
    for escalate in &case.escalate {
        let state = if escalate.applies() {
            "applies"
        } else {
            "does not apply"
        };
        let _ = writeln!(out, "  escalation to {} {state}", escalate.severity);
        for line in &escalate.conditions {
            write(&mut out, line, 4, paint);
        }
    }
    for exception in &case.exceptions {
        let head = exception_head(exception);
        let _ = writeln!(out, "  {}", escape::visible(&head));
        for line in &exception.conditions {
            write(&mut out, line, 4, paint);
        }
    }
    out.push('\n');
    out
}

fn verdict(case: &Case, paint: Paint) -> String {
    let colour = |colour| Style::new().fg_color(Some(Color::Ansi(colour))).bold();
    match &case.verdict {
        Verdict::Alert(id) => painted(paint, colour(AnsiColor::Red), &format!("ALERT {id}")),
        Verdict::Silenced(number) => {
            let text = format!("silenced by exception {number}");
            painted(paint, colour(AnsiColor::Yellow), &text)
        }
        Verdict::Folded(id) => painted(paint, colour(AnsiColor::Red), &format!("folded into {id}")),
        Verdict::Counts => "no alert, but it counts".to_owned(),
        Verdict::Quiet if case.steps.len() > 1 => "no alert: no step matches".to_owned(),
        Verdict::Quiet => {
            let (held, of) = case.held();
            format!("no alert: {held} of {of} conditions hold")
        }
    }
}

fn exception_head(exception: &ExceptionTold) -> String {
    let ExceptionTold {
        number,
        reason,
        until,
        ended,
        ..
    } = exception;
    let until = until.map_or_else(String::new, |day| format!(", until {day}"));
    let state = match (exception.applies(), ended) {
        (true, _) => "applies",
        (false, true) => "had ended",
        (false, false) => "does not apply",
    };
    format!("exception {number} {state} ({reason:?}{until})")
}

fn write(out: &mut String, line: &Line, indent: usize, paint: Paint) {
    let colour = |colour| Style::new().fg_color(Some(Color::Ansi(colour)));
    let mark = match (line.form, line.truth) {
        (Form::Names, _) => " ".to_owned(),
        (_, Truth::True) => painted(paint, colour(AnsiColor::Green), "✓"),
        (_, Truth::False) => painted(paint, colour(AnsiColor::Red), "✗"),
        (_, Truth::Unknown) => painted(paint, colour(AnsiColor::Yellow), "?"),
    };
    let text = match line.form {
        Form::All => "all of".to_owned(),
        Form::Any => "any of".to_owned(),
        Form::Not => "not".to_owned(),
        _ => shortened(&escape::visible(&line.text)),
    };
    let values = escape::visible(&values(line)).into_owned();
    let values = match values.is_empty() {
        true => String::new(),
        false => painted(paint, DIM, &format!("  ← {values}")),
    };
    let _ = writeln!(out, "{:indent$}{mark} {text}{values}", "");
    for part in &line.parts {
        write(out, part, indent + 2, paint);
    }
}

/// The values that were looked at. A single one that the condition begins with needs no name.
fn values(line: &Line) -> String {
    let value = |value: &Option<String>, is_text: bool| match value {
        None => "(missing)".to_owned(),
        Some(text) if is_text => format!("\"{text}\""),
        Some(text) => text.clone(),
    };
    let obvious = |name: &str| line.form == Form::Test && line.text.starts_with(name);
    match line.seen.as_slice() {
        [one] if obvious(&one.name) => value(&one.value, one.is_text),
        several => {
            let named = several
                .iter()
                .map(|seen| format!("{} = {}", seen.name, value(&seen.value, seen.is_text)));
            named.collect::<Vec<_>>().join(", ")
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
