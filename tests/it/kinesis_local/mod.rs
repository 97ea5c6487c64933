//! kinesis-local, somebody else's Kinesis for tests: it splits and merges shards and closes them as AWS
//! does. What moto does not.
//!
//! It listens on all addresses of the machine, on free ports, for as long as a test runs, and holds nothing
//! but samples. With `TRAILHOUND_WITHOUT_KINESIS=1` a test that needs it says that it is skipped.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{ConsumerStatus, StreamStatus};

use crate::hostile::{KEY, REGION, environment, settings};
use crate::program::ROOT;

/// What is installed, as npm has it. The marker file holds it too.
const PACKAGE: &str = "kinesis-local@0.6.2";

/// What to do when it can't be installed.
const ADVICE: &str = "the tests with kinesis-local need node, npm, and once the package registry; \
                      TRAILHOUND_WITHOUT_KINESIS=1 leaves them out";

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(120);

/// What it says when it listens.
const READY: &str = "Starting Kinesis Plain Mock Service";

/// A running server, which ends when this is dropped.
pub(crate) struct KinesisLocal {
    server: Child,
    url: String,
}

impl KinesisLocal {
    /// Starts a server with nothing in it; `None` when tests with it are not wanted.
    pub(crate) fn start() -> Option<Self> {
        if std::env::var("TRAILHOUND_WITHOUT_KINESIS").is_ok_and(|value| value == "1") {
            eprintln!("skipped: TRAILHOUND_WITHOUT_KINESIS=1");
            return None;
        }
        let folder = install();
        let [plain, secure] = free_ports();
        let mut server = Command::new("node")
            .arg("main.js")
            .current_dir(&folder)
            .env("KINESIS_MOCK_PLAIN_PORT", plain.to_string())
            .env("KINESIS_MOCK_TLS_PORT", secure.to_string())
            .env("KINESIS_MOCK_CERT_PATH", folder.join("server.json"))
            .env("LOG_LEVEL", "INFO")
            .envs(
                [
                    "CREATE_STREAM",
                    "SPLIT_SHARD",
                    "MERGE_SHARDS",
                    "REGISTER_STREAM_CONSUMER",
                ]
                .map(|name| (format!("{name}_DURATION"), "1ms")),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect(ADVICE);
        let (tell, told) = mpsc::channel();
        let said = server.stdout.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                if line.contains(READY) {
                    tell.send(()).ok();
                }
            }
        });
        told.recv_timeout(PATIENCE).expect("it does not listen");
        // It says so just before.
        while TcpStream::connect(("127.0.0.1", plain)).is_err() {
            std::thread::yield_now();
        }
        let url = format!("http://127.0.0.1:{plain}");
        Some(Self { server, url })
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What a child process needs in its environment to call it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        environment(&self.url)
    }

    /// Makes a stream of so many shards.
    pub(crate) async fn stream(&self, name: &str, shards: i32) -> Stream {
        let client = Client::new(&settings(&self.url, KEY, REGION));
        let make = client.create_stream().stream_name(name).shard_count(shards);
        make.send().await.unwrap();
        let stream = Stream {
            client,
            name: name.to_owned(),
        };
        stream.settle().await;
        stream
    }
}

impl Drop for KinesisLocal {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// A stream in it.
pub(crate) struct Stream {
    client: Client,
    name: String,
}

impl Stream {
    /// Puts a record; the key decides on its shard.
    pub(crate) async fn put(&self, key: &str, data: Vec<u8>) -> String {
        let put = self.client.put_record().stream_name(&self.name);
        let put = put.partition_key(key).data(Blob::new(data));
        put.send().await.unwrap().shard_id
    }

    /// The shards that take records, in the order of what they take.
    pub(crate) async fn open(&self) -> Vec<String> {
        let listed = self.client.list_shards().stream_name(&self.name);
        let listed = listed.send().await.unwrap().shards.unwrap_or_default();
        let mut open: Vec<(u128, String)> = listed
            .into_iter()
            .filter_map(|shard| {
                let closed = shard.sequence_number_range?.ending_sequence_number;
                let start = shard.hash_key_range?.starting_hash_key;
                (closed.is_none()).then(|| (start.parse().unwrap(), shard.shard_id))
            })
            .collect();
        open.sort();
        open.into_iter().map(|(_, id)| id).collect()
    }

    /// Splits a shard in the middle.
    pub(crate) async fn split(&self, shard: &str) {
        let listed = self.client.list_shards().stream_name(&self.name);
        let listed = listed.send().await.unwrap().shards.unwrap_or_default();
        let whole = listed.into_iter().find(|one| one.shard_id == shard);
        let range = whole.unwrap().hash_key_range.unwrap();
        let edge = |text: String| text.parse::<u128>().unwrap();
        let (low, high) = (edge(range.starting_hash_key), edge(range.ending_hash_key));
        let middle = (low + (high - low) / 2).to_string();
        let split = self.client.split_shard().stream_name(&self.name);
        let split = split.shard_to_split(shard).new_starting_hash_key(middle);
        split.send().await.unwrap();
        self.settle().await;
    }

    /// Registers somebody to whom records are pushed: the ARN, once that can be subscribed as.
    pub(crate) async fn consumer(&self, name: &str) -> String {
        let stream = self.client.describe_stream_summary();
        let stream = stream.stream_name(&self.name).send().await.unwrap();
        let arn = stream.stream_description_summary.unwrap().stream_arn;
        let register = self.client.register_stream_consumer().stream_arn(arn);
        let registered = register.consumer_name(name).send().await.unwrap();
        let arn = registered.consumer.unwrap().consumer_arn;
        loop {
            let asked = self.client.describe_stream_consumer().consumer_arn(&arn);
            let told = asked.send().await.unwrap().consumer_description.unwrap();
            if told.consumer_status == ConsumerStatus::Active {
                return arn;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Merges two neighbours.
    pub(crate) async fn merge(&self, shard: &str, next: &str) {
        let merge = self.client.merge_shards().stream_name(&self.name);
        let merge = merge.shard_to_merge(shard).adjacent_shard_to_merge(next);
        merge.send().await.unwrap();
        self.settle().await;
    }

    /// Waits until the stream takes records.
    async fn settle(&self) {
        loop {
            let asked = self.client.describe_stream_summary();
            let asked = asked.stream_name(&self.name).send().await;
            let summary = asked.ok().and_then(|it| it.stream_description_summary);
            if summary.is_some_and(|it| it.stream_status == StreamStatus::Active) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// The folder that holds the server, once it is installed.
fn install() -> PathBuf {
    let folder = Path::new(ROOT).join("target/kinesis-local");
    fs::create_dir_all(&folder).unwrap();
    // Several runs of the tests may come at once: one of them installs, and the others wait.
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let marker = folder.join("installed");
    if !fs::read_to_string(&marker).is_ok_and(|text| text == PACKAGE) {
        let mut step = Command::new("npm");
        step.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]);
        let output = step.arg(&folder).arg(PACKAGE).output().expect(ADVICE);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{step:?} failed; {ADVICE}\n{error}"
        );
        fs::write(&marker, PACKAGE).unwrap();
    }
    folder.join("node_modules/kinesis-local")
}

/// Two ports that were free a moment ago.
fn free_ports() -> [u16; 2] {
    let listen = || TcpListener::bind(("127.0.0.1", 0)).unwrap();
    [listen(), listen()].map(|free| free.local_addr().unwrap().port())
}
