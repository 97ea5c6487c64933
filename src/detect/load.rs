//! Gathers detectors: the built-in ones, the user's, which of them run, and the exceptions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::allow::{Allow, AllowFile, unknown_detector};
use super::detector::Detector;
use super::engine::Engine;
use super::fault::Fault;
use super::library;
use super::tests_at::tests_at;
use crate::query::Lists;
use crate::record::field::FieldSchema;

/// Which detectors run beside those that are on by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enable {
    /// All of them.
    pub all: bool,
    /// These.
    pub ids: Vec<String>,
}

/// A set of detectors as they were loaded, whether they run or not.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The detectors, by id.
    pub detectors: BTreeMap<String, Detector>,
    /// The text of each detector's file, by id.
    pub texts: BTreeMap<String, String>,
    /// What is doubtful about them.
    pub warnings: Vec<Fault>,
    /// What keeps a file from being used.
    pub errors: Vec<Fault>,
    /// The schema they were compiled with.
    pub schema: FieldSchema,
}

/// A folder or file of detectors that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("can't read detectors from {path}: {source}")]
pub struct ReadError {
    path: PathBuf,
    source: std::io::Error,
}

impl Loaded {
    /// Loads the built-in detectors.
    #[must_use]
    pub fn built_in(lists: &Lists) -> Self {
        Self::of(library::files(), lists, false)
    }

    /// Loads the built-in detectors without their own tests, and without the checks that every build
    /// of this program makes of them, which takes a good deal less time.
    #[must_use]
    pub fn built_in_to_run(lists: &Lists) -> Self {
        Self::of(library::files_to_run(), lists, true)
    }

    fn of<'f>(
        files: impl Iterator<Item = (&'f str, &'f str)>,
        lists: &Lists,
        checked: bool,
    ) -> Self {
        let mut loaded = Self::default();
        for (path, text) in files {
            loaded.add_one(&format!("detectors/{path}"), text, lists, checked);
        }
        loaded
    }

    /// Adds every `.toml` file below a folder, or one file, sorted by path.
    ///
    /// # Errors
    /// When the path, or a file in it, can't be read. What is wrong inside a file is no error here;
    /// it joins `errors`.
    pub fn add_path(&mut self, path: &Path, lists: &Lists) -> Result<usize, ReadError> {
        self.add_files(path, &mut |loaded, name, text| {
            loaded.add(name, text, lists)
        })
    }

    /// The same without the detectors' own tests.
    ///
    /// # Errors
    /// As [`Loaded::add_path`].
    pub fn add_path_to_run(&mut self, path: &Path, lists: &Lists) -> Result<usize, ReadError> {
        self.add_files(path, &mut |loaded, name, text| {
            let run = text.get(..tests_at(text)).unwrap_or(text);
            let (warnings, errors) = (loaded.warnings.len(), loaded.errors.len());
            loaded.add(name, run, lists);
            // What is wrong is shown in the whole, and what looks like a test may be none.
            if loaded.errors.len() > errors && run.len() < text.len() {
                loaded.warnings.truncate(warnings);
                loaded.errors.truncate(errors);
                loaded.add(name, text, lists);
            }
        })
    }

    fn add_files(
        &mut self,
        path: &Path,
        add: &mut dyn FnMut(&mut Self, &str, &str),
    ) -> Result<usize, ReadError> {
        let fail = |path: &Path, source| ReadError {
            path: path.to_owned(),
            source,
        };
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
            let entry = entry.map_err(|error| fail(path, error.into()))?;
            let named = entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "toml");
            if entry.file_type().is_file() && (named || entry.path() == path) {
                files.push(entry.into_path());
            }
        }
        for file in &files {
            let text = std::fs::read_to_string(file).map_err(|error| fail(file, error))?;
            add(self, &file.display().to_string(), &text);
        }
        Ok(files.len())
    }

    /// Adds one file's text.
    pub fn add(&mut self, name: &str, text: &str, lists: &Lists) {
        self.add_one(name, text, lists, false);
    }

    fn add_one(&mut self, name: &str, text: &str, lists: &Lists, checked: bool) {
        let (schema, warnings) = (&mut self.schema, &mut self.warnings);
        match Detector::load(name, text, lists, schema, warnings, checked) {
            Ok(detector) => match self.detectors.get(&detector.id) {
                Some(other) => {
                    let message = format!("the id {:?} is taken by {}", detector.id, other.file);
                    let at = text.find(&detector.id).unwrap_or_default();
                    let span = at..at + detector.id.len();
                    let help = "give it an id of its own; to replace a built-in detector, silence it with [[allow]]";
                    self.errors
                        .push(Fault::advise(name, text, span, message, help));
                }
                None => {
                    self.texts.insert(detector.id.clone(), text.to_owned());
                    self.detectors.insert(detector.id.clone(), detector);
                }
            },
            Err(fault) => self.errors.push(fault),
        }
    }

    /// The id nearest to one that no detector has.
    #[must_use]
    pub fn nearest(&self, id: &str) -> Option<&str> {
        let near = self
            .detectors
            .keys()
            .min_by_key(|known| strsim::osa_distance(known, id))?;
        (strsim::osa_distance(near, id) <= 4).then_some(near)
    }

    /// The ids of `enable` that no detector has.
    #[must_use]
    pub fn unknown<'e>(&self, enable: &'e Enable) -> Vec<&'e str> {
        let ids = enable.ids.iter().map(String::as_str);
        ids.filter(|id| !self.detectors.contains_key(*id)).collect()
    }

    /// Compiles the exceptions that stand in a settings file and puts the detectors that are on to
    /// work.
    ///
    /// # Errors
    /// What is wrong with the exceptions, all of it.
    pub fn engine(
        mut self,
        enable: &Enable,
        allows: Vec<AllowFile>,
        name: &str,
        text: &str,
    ) -> Result<(Engine, Vec<Fault>), Vec<Fault>> {
        let mut compiled = Vec::new();
        let mut errors = Vec::new();
        for allow in allows {
            let Some(detector) = self.detectors.get(allow.detector.get_ref()) else {
                let ids = self.detectors.keys();
                errors.push(unknown_detector(name, text, &allow.detector, ids));
                continue;
            };
            let log = detector.log;
            match Allow::load(name, text, allow, log, &mut self.schema, &mut self.warnings) {
                Ok(allow) => compiled.push(allow),
                Err(fault) => errors.push(fault),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let runs = |detector: &Detector| {
            detector.enabled || enable.all || enable.ids.contains(&detector.id)
        };
        let running = self.detectors.into_values().filter(runs).collect();
        Ok((Engine::new(running, compiled, self.schema), self.warnings))
    }
}
