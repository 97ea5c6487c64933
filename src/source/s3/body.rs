//! The bytes of an object: fetched by a task, a few pieces ahead of whoever reads, and fetched on from where
//! a connection broke.

use std::io::{self, Read};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::store::{Object, Store};

/// Pieces that wait to be read. One is what came from the network at once.
const WAITING: usize = 16;

/// How long a piece may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often an object is fetched on before it is given up, and the first wait between.
const TRIES: u32 = 5;
const WAIT: Duration = Duration::from_millis(250);

enum Piece {
    Bytes(Box<dyn AsRef<[u8]> + Send>),
    End,
}

/// An object that is being read. Reading blocks: not to be done by a task.
pub struct Body {
    pieces: mpsc::Receiver<Piece>,
    piece: Option<Box<dyn AsRef<[u8]> + Send>>,
    at: usize,
    ended: bool,
    fate: Fate,
    fetching: AbortHandle,
}

/// Stops the fetching of an object when it is dropped: whoever reads finds that it broke off.
#[derive(Debug)]
pub struct Stopper(AbortHandle);

impl Drop for Stopper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What became of the fetching of an object; clones tell the same.
#[derive(Clone, Debug, Default)]
pub struct Fate(Arc<OnceLock<String>>);

impl Fate {
    /// Why the object could not be read to its end, if that is so.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    fn failed(&self, why: String) -> io::Error {
        // The first reason is the one.
        let _ = self.0.set(why);
        io::Error::other(self.failure().unwrap_or_default().to_owned())
    }
}

impl Body {
    pub(super) fn start(store: Store, object: Object, first: GetObjectOutput) -> Self {
        let (send, pieces) = mpsc::channel(WAITING);
        let fate = Fate::default();
        let told = fate.clone();
        let fetching = tokio::spawn(async move {
            if let Err(why) = fetch(&store, &object, first, &send).await {
                let _ = told.failed(format!("{object}: {why}"));
            }
        });
        Self {
            pieces,
            piece: None,
            at: 0,
            ended: false,
            fate,
            fetching: fetching.abort_handle(),
        }
    }

    /// What stops the fetching when it is dropped.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.fetching.clone())
    }

    /// What becomes of the fetching.
    #[must_use]
    pub fn fate(&self) -> Fate {
        self.fate.clone()
    }
}

impl Read for Body {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(piece) = &self.piece {
                let bytes: &[u8] = (**piece).as_ref();
                let rest = bytes.get(self.at..).unwrap_or_default();
                if !rest.is_empty() || room.is_empty() {
                    let length = rest.len().min(room.len());
                    if let (Some(to), Some(from)) = (room.get_mut(..length), rest.get(..length)) {
                        to.copy_from_slice(from);
                    }
                    self.at += length;
                    return Ok(length);
                }
            }
            if self.ended {
                return Ok(0);
            }
            match self.pieces.blocking_recv() {
                Some(Piece::Bytes(bytes)) => (self.piece, self.at) = (Some(bytes), 0),
                Some(Piece::End) => (self.piece, self.ended) = (None, true),
                // Whoever fetched it has failed, or was stopped.
                None => {
                    let why = "the reading was stopped".to_owned();
                    return Err(self.fate.failed(why));
                }
            }
        }
    }
}

/// Fetches an object to its end, or until nobody reads it any more.
async fn fetch(
    store: &Store,
    object: &Object,
    first: GetObjectOutput,
    send: &mpsc::Sender<Piece>,
) -> Result<(), String> {
    let tag = first.e_tag.clone();
    let length = first.content_length.and_then(|it| u64::try_from(it).ok());
    let mut body = first.body;
    let (mut at, mut tries) = (0, 0);
    loop {
        let before = at;
        let why = match pass_on(&mut body, &mut at, send).await {
            Ok(()) if length.is_none_or(|length| at >= length) => {
                let _ = send.send(Piece::End).await;
                return Ok(());
            }
            Ok(()) => "it ended too early".to_owned(),
            Err(Broken::Unwanted) => return Ok(()),
            Err(Broken::Lost(why)) => why,
        };
        tries = if at > before { 1 } else { tries + 1 };
        if tries > TRIES {
            return Err(format!("it broke off after {at} bytes: {why}"));
        }
        tracing::debug!(%object, at, why, "an object is fetched on");
        tokio::time::sleep(WAIT.saturating_mul(1 << (tries - 1).min(6))).await;
        match store.get(object, Some((at, tag.clone()))).await {
            Ok(answer) => body = answer.body,
            Err(failure) => {
                return Err(format!(
                    "it broke off after {at} bytes ({why}), and can't be read on: {failure}"
                ));
            }
        }
    }
}

/// Why a body was not passed on to its end.
enum Broken {
    /// Nobody reads it any more.
    Unwanted,
    /// The connection broke.
    Lost(String),
}

async fn pass_on(
    body: &mut ByteStream,
    at: &mut u64,
    send: &mpsc::Sender<Piece>,
) -> Result<(), Broken> {
    loop {
        let next = tokio::time::timeout(PATIENCE, body.next()).await;
        let next = next.map_err(|_| Broken::Lost("nothing comes".to_owned()))?;
        let Some(bytes) = next else { return Ok(()) };
        let bytes = bytes.map_err(|error| Broken::Lost(error.to_string()))?;
        *at = at.saturating_add(bytes.len() as u64);
        let sent = send.send(Piece::Bytes(Box::new(bytes))).await;
        sent.map_err(|_| Broken::Unwanted)?;
    }
}
