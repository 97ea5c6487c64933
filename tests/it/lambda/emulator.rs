//! The same program against the Runtime API of cargo-lambda, which is installed once, into
//! `target/cargo-lambda`; with `TRAILHOUND_WITHOUT_CARGO_LAMBDA=1` these tests say that they are skipped.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use super::envelope::{exec, kinesis, logs, payload};
use super::function::variables;
use crate::hostile::environment;
use crate::program::{self, ROOT};

/// What is installed, as pip has it. The marker file holds it too.
const PACKAGE: &str = "cargo-lambda==1.9.2";
/// How long the emulator may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The emulator's program, once it is installed.
fn installed() -> PathBuf {
    let folder = Path::new(ROOT).join("target/cargo-lambda");
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    // Several runs of the tests may come at once: one of them installs, and the others wait.
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let marker = folder.join("installed");
    if !fs::read_to_string(&marker).is_ok_and(|text| text == PACKAGE) {
        fs::remove_dir_all(&folder).ok();
        let done = |command: &mut Command| {
            let output = command.output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(
                output.status.success(),
                "TRAILHOUND_WITHOUT_CARGO_LAMBDA=1 leaves this out: {said}"
            );
        };
        done(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        // It wants zig for builds, which nobody does here.
        let pip = [
            "install",
            "--quiet",
            "--no-deps",
            "--disable-pip-version-check",
            PACKAGE,
        ];
        done(Command::new(folder.join("bin/pip")).args(pip));
        fs::write(&marker, PACKAGE).unwrap();
    }
    folder.join("bin/cargo-lambda")
}

/// A running emulator.
struct Emulator {
    child: Child,
    port: u16,
    /// It wants a package to run in.
    _folder: tempfile::TempDir,
}

impl Emulator {
    fn start() -> Option<Self> {
        if std::env::var("TRAILHOUND_WITHOUT_CARGO_LAMBDA").is_ok_and(|value| value == "1") {
            eprintln!("skipped: TRAILHOUND_WITHOUT_CARGO_LAMBDA=1");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let manifest =
            "[package]\nname = \"trailhound\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
        program::write(folder.path(), "Cargo.toml", manifest);
        program::write(folder.path(), "src/main.rs", "fn main() {}\n");
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut child = Command::new(installed())
            .args([
                "lambda",
                "watch",
                "--only-lambda-apis",
                "--invoke-address",
                "127.0.0.1",
            ])
            .args(["--invoke-port", &port.to_string()])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if line.contains("starting Runtime server") {
                    tell.send(()).ok();
                }
            }
        });
        told.recv_timeout(PATIENCE)
            .expect("the emulator does not start");
        let _folder = folder;
        Some(Self {
            child,
            port,
            _folder,
        })
    }

    /// Invokes the function: status and answer. The emulator waits until one asks.
    fn invoke(&self, event: &Value) -> (u16, Value) {
        let connect = || TcpStream::connect(("127.0.0.1", self.port));
        let mut stream = loop {
            match connect() {
                Ok(stream) => break stream,
                Err(_) => std::thread::yield_now(),
            }
        };
        let body = event.to_string();
        write!(
            stream,
            "POST /2015-03-31/functions/trailhound/invocations HTTP/1.1\r\nHost: 127.0.0.1\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, rest) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let (from, to) = (rest.find('{').unwrap(), rest.rfind('}').unwrap());
        (status, serde_json::from_str(&rest[from..=to]).unwrap())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn the_runtime_api_of_somebody_else_gets_the_same_answers() {
    let Some(emulator) = Emulator::start() else {
        return;
    };
    let mut function = program::command(&[])
        .envs(environment("http://127.0.0.1:9"))
        .envs(variables(&format!(
            "http://127.0.0.1:{}/.rt/trailhound",
            emulator.port
        )))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let alerts = BufReader::new(function.stdout.take().unwrap());
    let reading =
        std::thread::spawn(move || alerts.lines().map_while(Result::ok).collect::<Vec<_>>());
    let (status, answer) = emulator.invoke(&logs(&payload(&[exec(1), exec(2)])));
    assert_eq!((status, &answer["events"]), (200, &json!(2)), "{answer}");
    let poisoned = kinesis(
        1,
        &[payload(&[exec(3)]), "%%%".to_owned(), payload(&[exec(4)])],
    );
    let (status, answer) = emulator.invoke(&poisoned);
    assert_eq!((status, answer), (200, json!({"batchItemFailures": []})));
    // The state of nothing is at fault here: a message whose bucket can't be reached fails alone.
    let messages = super::envelope::sqs(&[
        json!({"Event": "s3:TestEvent"}),
        super::envelope::created("logs", "a.gz"),
    ]);
    let (status, answer) = emulator.invoke(&messages);
    assert_eq!(
        (status, answer),
        (
            200,
            json!({"batchItemFailures": [{"itemIdentifier": "m1"}]})
        )
    );
    let (status, answer) = emulator.invoke(&json!({"hello": 1}));
    assert_eq!(
        (status, &answer["errorType"]),
        (500, &json!("UnknownEvent")),
        "{answer}"
    );
    Command::new("kill")
        .args(["-TERM", &function.id().to_string()])
        .status()
        .unwrap();
    assert_eq!(function.wait().unwrap().code(), Some(0));
    let alerts = reading.join().unwrap();
    assert_eq!(
        alerts
            .iter()
            .filter(|line| line.contains("\"id\":\"exec-any\""))
            .count(),
        4
    );
}
