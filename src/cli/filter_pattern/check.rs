//! What a pattern passes of a sample, and what detectors need of what it hides.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use anyhow::Result;

use crate::cli::Exit;
use crate::cli::args::FilterPatternArgs;
use crate::cli::entries::{Entries, Taken, complain};
use crate::cli::inputs::Inputs;
use crate::cli::summary::grouped;
use crate::config::Settings;
use crate::detect::{Engine, Finding, Scratch};
use crate::pattern::Pattern;
use crate::pipeline::Window;
use crate::record::Entry;

/// Events and their bytes.
#[derive(Clone, Copy, Default)]
struct Volume {
    events: u64,
    bytes: u64,
}

impl Volume {
    fn add(&mut self, line: &str) {
        self.events += 1;
        self.bytes += line.len() as u64;
    }
}

/// What is needed of what is hidden, by detector.
#[derive(Default)]
struct Hidden {
    /// Events that CloudWatch cut off.
    cut: u64,
    /// Lines of the authenticator.
    authenticator: u64,
    /// Others: none, if the pattern is sound.
    others: u64,
}

struct Check<'e> {
    engine: &'e Engine,
    pattern: Pattern,
    scratch: Scratch,
    all: Volume,
    passed: Volume,
    hidden: BTreeMap<String, Hidden>,
}

pub(super) fn run(
    args: &FilterPatternArgs,
    settings: &Settings,
    engine: &Engine,
    text: &str,
) -> Result<Exit> {
    let mut check = Check {
        engine,
        pattern: Pattern::read(text)?,
        scratch: Scratch::default(),
        all: Volume::default(),
        passed: Volume::default(),
        hidden: BTreeMap::new(),
    };
    let inputs = Inputs::find(&args.check)?;
    let mut entries = Entries::new(settings, None, Window::default());
    let reading = inputs.read(&mut |item| {
        entries.take(item, &mut |taken| {
            match taken {
                Taken::Entry(entry) => check.entry(entry),
                Taken::Foreign(_, event) => {
                    check.line(&event.message);
                }
            }
            ControlFlow::Continue(())
        })
    });
    check.report();
    complain(&reading, entries.unread);
    Ok(reading.exit())
}

impl<'e> Check<'e> {
    /// Counts a line, and tells whether it passes.
    fn line(&mut self, line: &str) -> bool {
        let passes = self.pattern.passes(line);
        self.all.add(line);
        if passes {
            self.passed.add(line);
        }
        passes
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        if self.line(&entry.event.message) {
            return;
        }
        let cut = entry.audit().map(|facts| facts.record.is_cut());
        let hidden = &mut self.hidden;
        self.engine.judge(entry, &mut self.scratch, |finding| {
            let id = match finding {
                Finding::Hit(hit) if hit.silenced.is_some() => return,
                Finding::Hit(hit) => &hit.detector.id,
                Finding::Contribution(detector, _) => &detector.id,
            };
            let hidden = hidden.entry(id.clone()).or_default();
            match cut {
                Some(true) => hidden.cut += 1,
                Some(false) => hidden.others += 1,
                None => hidden.authenticator += 1,
            }
        });
    }

    fn report(&self) {
        anstream::eprintln!(
            "passes {} of {} events ({:.1} %), {} of {} bytes ({:.1} %)",
            grouped(self.passed.events),
            grouped(self.all.events),
            percent(self.passed.events, self.all.events),
            grouped(self.passed.bytes),
            grouped(self.all.bytes),
            percent(self.passed.bytes, self.all.bytes)
        );
        if self.hidden.is_empty() {
            anstream::eprintln!("hides nothing that these detectors need");
        }
        for (id, hidden) in &self.hidden {
            let kinds = [
                (hidden.cut, "cut-off lines"),
                (hidden.authenticator, "lines of the authenticator"),
                (hidden.others, "whole events"),
            ];
            let words: Vec<String> = kinds
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{} {what}", grouped(*count)))
                .collect();
            anstream::eprintln!("hides what {id} needs: {}", words.join(", "));
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a share for people")]
fn percent(part: u64, of: u64) -> f64 {
    100.0 * part as f64 / (of.max(1)) as f64
}
