//! The real program as Lambda starts it: without arguments, with an environment.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use serde_json::Value;

use super::api::{Answer, Api};
use crate::hostile::environment;
use crate::program;

/// A container: a Runtime API and the program that asks it.
pub(crate) struct Function {
    pub(crate) api: Api,
    child: Child,
    out: Option<JoinHandle<Vec<String>>>,
    err: Option<JoinHandle<Vec<String>>>,
}

/// What a function wrote.
pub(crate) struct Written {
    pub(crate) code: Option<i32>,
    /// The alerts on standard output, in order.
    pub(crate) alerts: Vec<Value>,
    /// Standard error.
    pub(crate) log: Vec<Value>,
}

impl Written {
    /// The ids of the alerts, sorted.
    pub(crate) fn ids(&self) -> Vec<String> {
        let ids = self.alerts.iter().map(|it| it["id"].as_str().unwrap());
        let mut ids: Vec<String> = ids.map(str::to_owned).collect();
        ids.sort();
        ids
    }

    /// The lines of the log with this message, or a part of it.
    pub(crate) fn lines(&self, part: &str) -> Vec<&Value> {
        let has = |line: &&Value| line["message"].as_str().unwrap_or_default().contains(part);
        self.log.iter().filter(has).collect()
    }

    /// All that was written to the log.
    pub(crate) fn text(&self) -> String {
        self.log.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// What Lambda puts into the environment.
pub(crate) fn variables(api: &str) -> [(&'static str, String); 6] {
    [
        ("AWS_LAMBDA_RUNTIME_API", api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", "trailhound".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        (
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "/aws/lambda/trailhound".to_owned(),
        ),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "1".to_owned()),
    ]
}

impl Function {
    /// One with these settings, that can reach nothing of AWS.
    pub(crate) fn start(settings: &str) -> Self {
        // A port on which nobody listens.
        Self::start_in(environment("http://127.0.0.1:9"), settings)
    }

    /// One with these settings and this AWS.
    pub(crate) fn start_in(aws: Vec<(&'static str, String)>, settings: &str) -> Self {
        let more = [("TRAILHOUND_CONFIG_TOML", settings.to_owned())];
        Self::start_with(aws.into_iter().chain(more))
    }

    /// One with just this environment.
    pub(crate) fn start_with(
        environment: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Self {
        let api = Api::start();
        let mut command = program::command(&[]);
        command
            .envs(environment)
            .envs(variables(&api.address.to_string()));
        Self::run(api, &mut command)
    }

    /// Starts a command that asks this API.
    pub(crate) fn run(api: Api, command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            out: Some(follow(child.stdout.take().unwrap())),
            err: Some(follow(child.stderr.take().unwrap())),
            child,
            api,
        }
    }

    /// Gives it an event.
    pub(crate) fn invoke(&self, event: &Value) -> Answer {
        self.api.invoke(event)
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// The most memory it has had, in KiB.
    pub(crate) fn peak(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let number = line.unwrap().split_ascii_whitespace().nth(1);
        number.unwrap().parse().unwrap()
    }

    /// Ends it as Lambda does: what it wrote.
    pub(crate) fn stop(mut self) -> Written {
        let number = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &number]).status();
        assert!(sent.unwrap().success());
        self.end()
    }

    /// Waits until it has ended: what it wrote.
    pub(crate) fn end(&mut self) -> Written {
        let code = self.child.wait().unwrap().code();
        let lines = |thread: &mut Option<JoinHandle<_>>| thread.take().unwrap().join().unwrap();
        let alerts = lines(&mut self.out);
        let alerts = alerts
            .iter()
            .map(|line| serde_json::from_str(line).unwrap());
        let words = |line: &String| {
            serde_json::from_str(line).unwrap_or_else(|_| serde_json::json!({ "message": line }))
        };
        Written {
            code,
            alerts: alerts.collect(),
            log: lines(&mut self.err).iter().map(words).collect(),
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Collects lines as they come, so that the program never waits for a reader.
fn follow(output: impl Read + Send + 'static) -> JoinHandle<Vec<String>> {
    std::thread::spawn(move || {
        let lines = BufReader::new(output).lines();
        lines.map_while(Result::ok).collect()
    })
}
