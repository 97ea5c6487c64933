//! HTTP/1.1 on a bare socket. A good HTTP library can't be brought to break its word; this one breaks it
//! in every way a [`Manner`] names. It knows nothing of what is asked or answered.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::answer::Answer;

/// The most bytes of a request.
const LARGEST: usize = 8 * 1024 * 1024;

/// A request, as far as it matters.
pub(crate) struct Request {
    /// `X-Amz-Target`, which only the JSON protocol has.
    pub(crate) target: Option<String>,
    /// `Authorization`, or nothing.
    pub(crate) authorization: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// How an answer goes over the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As it should.
    #[default]
    Whole,
    /// Not at all: the connection is closed without a byte.
    Nothing,
    /// The head and half of the body, then the connection is closed.
    Half,
    /// All of it under a `Content-Length` that promises more, then the connection is closed.
    PromisedMore,
    /// All of it under a `Content-Length` of half, so that the body ends too early.
    PromisedLess,
    /// In pieces of so many bytes, each in a packet of its own.
    Trickled(usize),
    /// As it should, once the test lets go of it.
    Held,
    /// The head and half of the body, and the rest once the test lets go of it.
    Stalled,
}

/// Reads the next request; `None` when the caller has hung up or speaks no HTTP.
pub(crate) async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut request = Request {
        target: None,
        authorization: String::new(),
        body: Vec::new(),
    };
    let mut length = 0;
    let mut first = true;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() && !first {
            break;
        }
        first = false;
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok().filter(|length| *length <= LARGEST)?,
            "x-amz-target" => request.target = Some(value.to_owned()),
            "authorization" => value.clone_into(&mut request.authorization),
            _ => {}
        }
    }
    request.body = vec![0; length];
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}

/// Writes an answer in its manner; `None` when the connection is to be closed.
pub(crate) async fn write(
    stream: &mut TcpStream,
    answer: &Answer,
    mut released: watch::Receiver<u64>,
) -> Option<()> {
    let body = answer.body.as_bytes();
    let half = body.len() / 2;
    let (promised, sent) = match answer.manner {
        Manner::Nothing => return None,
        Manner::Half => (body.len().max(1), half),
        Manner::PromisedMore => (body.len() + 100, body.len()),
        Manner::PromisedLess => (half, body.len()),
        Manner::Held => {
            released.changed().await.ok()?;
            (body.len(), body.len())
        }
        Manner::Stalled => (body.len(), half),
        Manner::Whole | Manner::Trickled(_) => (body.len(), body.len()),
    };
    let mut bytes = answer.head(promised).into_bytes();
    bytes.extend_from_slice(&body[..sent]);
    if let Manner::Trickled(piece) = answer.manner {
        for piece in bytes.chunks(piece.max(1)) {
            stream.write_all(piece).await.ok()?;
            stream.flush().await.ok()?;
            tokio::task::yield_now().await;
        }
    } else {
        stream.write_all(&bytes).await.ok()?;
    }
    if answer.manner == Manner::Stalled {
        released.changed().await.ok()?;
        stream.write_all(&body[half..]).await.ok()?;
    }
    let keep = matches!(
        answer.manner,
        Manner::Whole | Manner::Held | Manner::Stalled | Manner::Trickled(_)
    );
    keep.then_some(())
}
