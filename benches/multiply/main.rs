//! Writes copies of the built-in detectors with other constants into a folder, to measure what many
//! detectors cost.
//!
//! ```text
//! cargo bench --bench multiply -- --into /tmp/copies --until 1000
//! trailhound replay --detectors /tmp/copies /tmp/audit.jsonl
//! ```
//!
//! A copy asks for other names, verbs and patterns than its original, so it matches other events.
//! Words that the checker knows all values of stay as they are.

use std::fs;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use regex::{Captures, Regex};
use trailhound::detect::{Lists, Loaded};

/// Writes copies of the built-in detectors with other constants.
#[derive(Parser)]
struct Args {
    /// The folder to write into.
    #[arg(long)]
    into: Option<PathBuf>,
    /// How many detectors there are to be, the built-in ones included.
    #[arg(long, default_value_t = 1000)]
    until: usize,
    /// What `cargo bench` passes to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let Some(folder) = args.into else {
        return say("nothing written: name a folder with `-- --into FOLDER`");
    };
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let built_in = Loaded::built_in(&Lists::new());
    let templates: Vec<Template> = built_in
        .texts
        .iter()
        .map(|(id, text)| Template::new(id, text))
        .collect::<Result<_>>()?;
    let copies = args.until.saturating_sub(templates.len());
    for (number, template) in templates.iter().cycle().take(copies).enumerate() {
        template.write(&folder, number / templates.len())?;
    }
    say(&format!("{copies} copies of {} detectors", templates.len()))
}

/// A detector's file, and which parts of it can be another text.
struct Template {
    id: String,
    text: String,
    constants: Vec<Range<usize>>,
}

impl Template {
    fn new(id: &str, text: &str) -> Result<Self> {
        let mut template = Self {
            id: id.to_owned(),
            text: text.to_owned(),
            constants: Vec::new(),
        };
        for constant in constants(text)? {
            template.constants.push(constant);
            if !template.is_sound() {
                template.constants.pop();
            }
        }
        Ok(template)
    }

    /// Whether a copy can be loaded and nothing is said against it.
    fn is_sound(&self) -> bool {
        let mut loaded = Loaded::default();
        loaded.add("copy", &self.copy(0), &Lists::new());
        loaded.errors.is_empty() && loaded.warnings.is_empty()
    }

    fn copy(&self, number: usize) -> String {
        let mut copy = String::with_capacity(self.text.len() + 512);
        let mut at = 0;
        for constant in &self.constants {
            let old = self.text.get(constant.clone()).unwrap_or_default();
            copy.push_str(self.text.get(at..constant.start).unwrap_or_default());
            copy.push_str(&match old.strip_prefix('/') {
                Some(pattern) => format!("/copy{number}(?:{})/", pattern.trim_end_matches('/')),
                None => format!("\"{}-copy{number}\"", old.trim_matches('"')),
            });
            at = constant.end;
        }
        copy.push_str(self.text.get(at..).unwrap_or_default());
        let (id, name) = (&self.id, self.name(number));
        copy.replacen(&format!("id = \"{id}\""), &format!("id = \"{name}\""), 1)
    }

    fn name(&self, number: usize) -> String {
        format!("{}-copy-{number}", self.id)
    }

    fn write(&self, folder: &Path, number: usize) -> Result<()> {
        let path = folder.join(format!("{}.toml", self.name(number)));
        fs::write(&path, self.copy(number)).with_context(|| path.display().to_string())
    }
}

/// The texts and patterns in the queries of a file.
fn constants(text: &str) -> Result<Vec<Range<usize>>> {
    let query = Regex::new(r"(?ms)^(?:query|steps) = (\[?\s*'''.*?'''(?:,\s*'''.*?''')*)")?;
    let constant = Regex::new(r#"(?m)#[^"/\n]*$|"(?:[^"\\\n])*"|/(?:[^/\\\n]|\\.)+/"#)?;
    let inside = |query: Captures<'_>| -> Vec<Range<usize>> {
        let Some(query) = query.get(1) else {
            return Vec::new();
        };
        let found = constant.find_iter(query.as_str());
        let constants = found.filter(|found| !found.as_str().starts_with('#'));
        constants
            .map(|found| query.start() + found.start()..query.start() + found.end())
            .collect()
    };
    Ok(query.captures_iter(text).flat_map(inside).collect())
}

fn say(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").map_err(Into::into)
}
