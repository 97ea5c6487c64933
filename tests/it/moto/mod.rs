//! moto, somebody else's AWS for tests: a check that what is built for the hostile server is not built for
//! the hostile server alone.
//!
//! A test that calls [`Moto::start`] fails when moto can't be had; with `TRAILHOUND_WITHOUT_MOTO=1` it says
//! that it is skipped.

mod install;
#[cfg(test)]
mod tests;

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use serde_json::Value as Json;

use crate::hostile::{KEY, REGION, environment, settings};

/// The account that everything in moto belongs to.
pub(crate) const ACCOUNT: &str = "123456789012";

/// How long moto may take to listen.
const PATIENCE: Duration = Duration::from_secs(120);

/// Makes and reads queues; run in moto's own Python.
const QUEUE: &str = include_str!("queue.py");

/// A server that does one thing after the other; run in moto's own Python.
const SERVE: &str = include_str!("serve.py");

/// A running moto server, which ends when this is dropped.
pub(crate) struct Moto {
    server: Child,
    url: String,
    programs: PathBuf,
}

impl Moto {
    /// Starts a server with nothing in it on a free port; `None` when tests with moto are not wanted.
    pub(crate) fn start() -> Option<Self> {
        Self::begin(&["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
    }

    /// The same for tables that several use at once: it answers one call after the other.
    pub(crate) fn start_atomic() -> Option<Self> {
        Self::begin(&["-c", SERVE])
    }

    fn begin(words: &[&str]) -> Option<Self> {
        if std::env::var("TRAILHOUND_WITHOUT_MOTO").is_ok_and(|value| value == "1") {
            eprintln!("skipped: TRAILHOUND_WITHOUT_MOTO=1");
            return None;
        }
        let programs = install::programs();
        let mut server = Command::new(programs.join("python"))
            .arg("-u")
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = listen(server.stderr.take().unwrap());
        let mut moto = Self {
            server,
            url: String::new(),
            programs,
        };
        let address = said.recv_timeout(PATIENCE).expect("moto does not listen");
        TcpStream::connect(&address).expect("moto takes no connection");
        moto.url = format!("http://{address}");
        Some(moto)
    }

    /// Where it listens, for `AWS_ENDPOINT_URL`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Settings for SDK clients that talk to it.
    pub(crate) fn sdk(&self) -> SdkConfig {
        settings(&self.url, KEY, REGION)
    }

    /// What a child process needs in its environment to call it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        environment(&self.url)
    }

    /// Makes a log group with these streams.
    pub(crate) async fn log_group(&self, name: &str, streams: &[&str]) {
        let client = aws_sdk_cloudwatchlogs::Client::new(&self.sdk());
        let group = client.create_log_group().log_group_name(name);
        group.send().await.unwrap();
        for stream in streams {
            let stream = client.create_log_stream().log_stream_name(*stream);
            stream.log_group_name(name).send().await.unwrap();
        }
    }

    /// Puts log events, each a time in milliseconds since the Unix epoch, not more than 14 days ago, and a
    /// message. They have to be in order of time.
    pub(crate) async fn put(&self, group: &str, stream: &str, events: &[(i64, String)]) {
        let client = aws_sdk_cloudwatchlogs::Client::new(&self.sdk());
        let event = |(timestamp, message): &(i64, String)| {
            let event = InputLogEvent::builder().timestamp(*timestamp);
            event.message(message).build().unwrap()
        };
        for events in events.chunks(10_000) {
            let put = client
                .put_log_events()
                .log_group_name(group)
                .log_stream_name(stream);
            let events = events.iter().map(event).collect();
            let said = put.set_log_events(Some(events)).send().await.unwrap();
            let rejected = said.rejected_log_events_info();
            assert!(rejected.is_none(), "{rejected:?}");
        }
    }

    /// Makes a topic and gives its ARN. A name that ends in `.fifo` makes it one.
    pub(crate) async fn topic(&self, name: &str) -> String {
        let mut topic = aws_sdk_sns::Client::new(&self.sdk())
            .create_topic()
            .name(name);
        if name.ends_with(".fifo") {
            topic = topic.attributes("FifoTopic", "true");
        }
        topic.send().await.unwrap().topic_arn.unwrap()
    }

    /// Makes a queue of this name that the topic delivers to, and gives its URL. Behind a FIFO topic its
    /// name has to end in `.fifo` too.
    pub(crate) fn queue_behind_topic(&self, topic: &str, name: &str) -> String {
        let url = self.queue(&["behind", topic, name]);
        url.as_str().unwrap().to_owned()
    }

    /// Takes so many messages out of a queue, waiting for them by long polls: each is what SNS made of it,
    /// with `Message`, `Subject` and `MessageAttributes`. Fewer when no more have come in two minutes.
    pub(crate) fn receive(&self, queue: &str, count: usize) -> Vec<Json> {
        let taken = self.queue(&["receive", queue, &count.to_string()]);
        taken.as_array().unwrap().clone()
    }

    fn queue(&self, words: &[&str]) -> Json {
        let output = Command::new(self.programs.join("python"))
            .args(["-c", QUEUE])
            .args(words)
            .envs(self.environment())
            .env("NO_PROXY", "127.0.0.1")
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {error}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// Reads what the server says for as long as it runs, and passes on the address that it says it has.
fn listen(output: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some((_, address)) = line.split_once("Running on http://") {
                tell.send(address.trim().to_owned()).ok();
            }
        }
    });
    told
}
