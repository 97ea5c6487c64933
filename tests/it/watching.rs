//! The real `trailhound watch` against an AWS that behaves badly: what it needs to run, and how it is
//! followed. Nothing here waits by the clock: a test reads what the program says.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::hostile::Hostile;
use crate::program::{self, write};

/// How long a test waits for a word before the program is taken for hung.
const PATIENCE: Duration = Duration::from_secs(180);

/// The most alerts that may be on their way to standard output at once.
pub(crate) const IN_FLIGHT: usize = 100;

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
        self.command_in(aws.environment(), more)
    }

    /// The command in an environment of its own, not started yet.
    pub(crate) fn command_in(
        &self,
        environment: Vec<(&'static str, String)>,
        more: &[&str],
    ) -> Command {
        let settings = self.file("trailhound.toml");
        let state = self.file("state.db");
        let mut args = vec!["watch", "--format", "json", "--config"];
        args.push(settings.to_str().unwrap());
        args.extend(["--state", state.to_str().unwrap()]);
        args.extend(more);
        let mut command = program::command(&args);
        command.envs(environment);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts it.
    pub(crate) fn start(&self, aws: &Hostile, more: &[&str]) -> Watching {
        Watching::of(&mut self.command(aws, more))
    }
}

/// Passes on standard error line by line as it comes, so that the program never waits for a reader.
fn follow(err: ChildStderr) -> mpsc::Receiver<String> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(err).lines().map_while(Result::ok) {
            let _ = tell.send(line);
        }
    });
    told
}

/// A run of the program.
pub(crate) struct Watching {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    err: mpsc::Receiver<String>,
    /// What was read of standard error.
    said: String,
}

impl Watching {
    /// Starts a command.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        Self {
            lines: BufReader::new(child.stdout.take().unwrap()).lines(),
            err: follow(child.stderr.take().unwrap()),
            said: String::new(),
            child,
        }
    }

    /// Waits until it says a line on standard error with this in it: the line.
    #[track_caller]
    pub(crate) fn says(&mut self, part: &str) -> String {
        loop {
            let Ok(line) = self.err.recv_timeout(PATIENCE) else {
                panic!("it never said {part:?}, but: {}", self.said);
            };
            self.said.push_str(&line);
            self.said.push('\n');
            if line.contains(part) {
                return line;
            }
        }
    }

    /// The next alert. It waits for it.
    pub(crate) fn alert(&mut self) -> Option<Value> {
        let line = self.lines.next()?.unwrap();
        Some(serde_json::from_str(&line).unwrap())
    }

    /// The next alert of a program that must not end before.
    #[track_caller]
    pub(crate) fn next_alert(&mut self) -> Value {
        let Some(alert) = self.alert() else {
            let code = self.child.wait().unwrap();
            let rest: Vec<String> = self.err.iter().collect();
            panic!("it ended ({code}): {}{}", self.said, rest.join("\n"));
        };
        alert
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

    /// Reads on after a kill until all that is expected has come. What came before comes again for what was in
    /// flight only.
    #[track_caller]
    pub(crate) fn until_rest(&mut self, came: &mut BTreeSet<String>, expected: &BTreeSet<String>) {
        let again = self.until(&expected.difference(came).cloned().collect());
        let repeats = again.iter().filter(|id| came.contains(*id)).count();
        assert!(repeats <= IN_FLIGHT, "{repeats} alerts came again");
        came.extend(again);
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
        self.said.extend(self.err.iter().map(|line| line + "\n"));
        (code, alerts, self.said)
    }
}

/// The id of an alert.
pub(crate) fn id(alert: &Value) -> String {
    alert["id"].as_str().unwrap().to_owned()
}
