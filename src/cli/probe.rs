//! `trailhound probe`: asks a running `watch` whether it is well, for health checks of containers that have
//! no shell. It reads one line of the answer and nothing of its content.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use clap::{Args, ValueEnum};

use super::Exit;
use crate::serve::DEFAULT_ADDRESS;

/// Options of `probe`.
#[derive(Debug, Args)]
pub struct Options {
    /// What is asked.
    #[arg(default_value = "alive")]
    pub question: Question,
    /// Where it answers: [health] listen of its settings.
    #[arg(long, value_name = "ADDRESS", default_value_t = DEFAULT_ADDRESS)]
    pub address: SocketAddr,
}

/// What `probe` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Question {
    /// Whether it lives: its judging thread goes round (/healthz).
    Alive,
    /// Whether it sees all clusters (/readyz).
    Ready,
}

/// How long connecting may take, and then each part of the answer; health checks give up after five seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest status line that is read, in bytes.
const LINE: u64 = 1_024;

pub(super) fn run(args: &Options) -> Result<Exit> {
    let path = match args.question {
        Question::Alive => "/healthz",
        Question::Ready => "/readyz",
    };
    let status = ask(args.address, path)
        .with_context(|| format!("no answer from http://{}{path}", args.address))?;
    if !(200..300).contains(&status) {
        bail!("http://{}{path} answers {status}", args.address);
    }
    Ok(Exit::Done)
}

/// The status code of an answer.
fn ask(address: SocketAddr, path: &str) -> Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut line = String::new();
    BufReader::new(stream.take(LINE)).read_line(&mut line)?;
    let mut words = line.split_ascii_whitespace();
    match (words.next(), words.next().map(str::parse)) {
        (Some("HTTP/1.1" | "HTTP/1.0"), Some(Ok(status))) => Ok(status),
        _ => bail!("that is no answer of a web server"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A server that answers once.
    fn answering(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 1_024];
            let _ = stream.read(&mut asked).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        address
    }

    fn probe(answer: &'static str) -> Result<Exit> {
        run(&Options {
            address: answering(answer),
            question: Question::Alive,
        })
    }

    #[test]
    fn a_good_answer_is_well() {
        let done = probe("HTTP/1.1 200 OK\r\n\r\nok\n").unwrap();
        assert_eq!(done, Exit::Done);
    }

    #[test]
    fn a_bad_answer_is_told_with_its_status() {
        let error = probe("HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap_err();
        assert!(
            error.to_string().ends_with("/healthz answers 503"),
            "{error}"
        );
    }

    #[test]
    fn something_else_that_listens_is_not_well() {
        for answer in ["SSH-2.0-OpenSSH_9.2\r\n", "", "HTTP/1.1\r\n"] {
            let error = format!("{:#}", probe(answer).unwrap_err());
            assert!(error.contains("no answer"), "{error}");
        }
    }

    #[test]
    fn nobody_who_listens_is_not_well() {
        let gone = Options {
            address: SocketAddr::from(([127, 0, 0, 1], 1)),
            question: Question::Ready,
        };
        assert!(run(&gone).unwrap_err().to_string().contains("/readyz"));
    }
}
