//! The real `trailhound watch` against an AWS that behaves badly: what it needs to run, and how it is
//! followed. Nothing here waits by the clock: a test reads what the program says.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Lines, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::hostile::Hostile;
use crate::program::{self, write};

/// Settings that make it quick, and quiet about itself.
pub(crate) const QUICK: &str = r#"
[poll]
interval = "20ms"
retry = "5ms"
calls_per_second = 100000
[health]
listen = "off"
silence = "9w"
authenticator_silence = "9w"
lag = "9w"
denied = "9w"
"#;

/// A cluster's settings.
pub(crate) fn cluster(name: &str) -> String {
    format!(
        "[[cluster]]\nlog_group = \"/aws/eks/{name}/cluster\"\nregion = \"{}\"\n",
        crate::hostile::REGION
    )
}

/// A folder for settings and state, for any number of runs.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    /// A folder with these settings.
    pub(crate) fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "trailhound.toml", settings);
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The command, not started yet.
    pub(crate) fn command(&self, aws: &Hostile, more: &[&str]) -> Command {
        let settings = self.file("trailhound.toml");
        let state = self.file("state.db");
        let mut args = vec!["watch", "--format", "json", "--config"];
        args.push(settings.to_str().unwrap());
        args.extend(["--state", state.to_str().unwrap()]);
        args.extend(more);
        let mut command = program::command(&args);
        command.envs(aws.environment());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts it.
    pub(crate) fn start(&self, aws: &Hostile, more: &[&str]) -> Watching {
        let mut child = self.command(aws, more).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let err = child.stderr.take().unwrap();
        Watching {
            child,
            lines,
            // Read as it comes, so that the program never waits for a reader.
            err: std::thread::spawn(move || all(err)),
        }
    }
}

fn all(mut err: ChildStderr) -> String {
    let mut text = String::new();
    let _ = err.read_to_string(&mut text);
    text
}

/// A run of the program.
pub(crate) struct Watching {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    err: std::thread::JoinHandle<String>,
}

impl Watching {
    /// The next alert. It waits for it.
    pub(crate) fn alert(&mut self) -> Option<Value> {
        let line = self.lines.next()?.unwrap();
        Some(serde_json::from_str(&line).unwrap())
    }

    /// Reads alerts until all of these ids have come; the ids of all that came.
    #[track_caller]
    pub(crate) fn until(&mut self, wanted: &BTreeSet<String>) -> Vec<String> {
        let mut missing = wanted.clone();
        let mut came = Vec::new();
        while !missing.is_empty() {
            let Some(alert) = self.alert() else {
                panic!("it ended, and these are missing: {missing:?}");
            };
            let id = id(&alert);
            missing.remove(&id);
            came.push(id);
        }
        came
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let number = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &number]).status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to stop, and waits until it has: the exit code, the alerts that came, and what it said.
    pub(crate) fn stop(self) -> (Option<i32>, Vec<Value>, String) {
        self.signal("-TERM");
        self.end()
    }

    /// Kills it at once; the alerts that had come out.
    pub(crate) fn kill(mut self) -> Vec<Value> {
        self.child.kill().unwrap();
        self.end().1
    }

    /// Waits until it has ended.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<Value>, String) {
        let rest = self.lines.by_ref().map(Result::unwrap);
        // A kill may cut the last line.
        let alerts = rest.filter_map(|line| serde_json::from_str(&line).ok());
        let alerts = alerts.collect();
        let code = self.child.wait().unwrap().code();
        (code, alerts, self.err.join().unwrap())
    }
}

/// The id of an alert.
pub(crate) fn id(alert: &Value) -> String {
    alert["id"].as_str().unwrap().to_owned()
}
