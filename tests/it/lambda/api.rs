//! A Runtime API, as Lambda offers one to a container: it gives an event to whoever asks, and takes what
//! came of it. <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc as blocking};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as Waiting, mpsc, oneshot};

use crate::watch::now;

/// How long an invocation may take before the program is taken for hung.
const PATIENCE: Duration = Duration::from_secs(300);

/// Whose answer never comes.
const KILLED: &str = "killed";

/// What a function made of an event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Response(Value),
    /// Type and message.
    Error(String, String),
}

impl Answer {
    /// The response.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        match self {
            Self::Response(value) => value,
            Self::Error(kind, message) => panic!("it failed: {kind}: {message}"),
        }
    }

    /// The type and message of the error.
    #[track_caller]
    pub(crate) fn failed(self) -> (String, String) {
        match self {
            Self::Error(kind, message) => (kind, message),
            Self::Response(value) => panic!("it did not fail: {value}"),
        }
    }
}

struct Event {
    deadline: i64,
    body: Bytes,
}

struct Shared {
    events: Waiting<mpsc::UnboundedReceiver<Event>>,
    answers: Mutex<blocking::Sender<(String, Answer)>>,
}

/// A running Runtime API.
pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    events: mpsc::UnboundedSender<Event>,
    tell: blocking::Sender<(String, Answer)>,
    answers: blocking::Receiver<(String, Answer)>,
    _end: oneshot::Sender<()>,
}

impl Api {
    /// Listens on a free port of this machine, on a thread of its own.
    pub(crate) fn start() -> Self {
        let (events, given) = mpsc::unbounded_channel();
        let (tell, answers) = blocking::channel();
        let (end, ended) = oneshot::channel();
        let (listens, address) = blocking::channel();
        let shared = Arc::new(Shared {
            events: Waiting::new(given),
            answers: Mutex::new(tell.clone()),
        });
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                listens.send(listener.local_addr().unwrap()).unwrap();
                // Otherwise each answer waits 40 ms for the acknowledgement of the last.
                let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
                tokio::select! {
                    served = axum::serve(listener, routes(shared)) => served.unwrap(),
                    _ = ended => {}
                }
            });
        });
        Self {
            address: address.recv().unwrap(),
            events,
            tell,
            answers,
            _end: end,
        }
    }

    /// Gives an event, which has a minute of time.
    pub(crate) fn invoke(&self, event: &Value) -> Answer {
        self.invoke_until(event, now() + 60_000)
    }

    /// Gives an event to somebody who may be killed before there is an answer: then `None`, once
    /// [`Api::grave`] was told so.
    pub(crate) fn risk(&self, event: &Value) -> Option<Answer> {
        self.give(event, now() + 60_000);
        let (id, answer) = self.answers.recv_timeout(PATIENCE).expect("no answer");
        (id != KILLED).then_some(answer)
    }

    /// By calling this one tells that there will be no answer.
    pub(crate) fn grave(&self) -> impl FnOnce() + Send + 'static {
        let tell = self.tell.clone();
        move || {
            let nothing = Answer::Response(Value::Null);
            tell.send((KILLED.to_owned(), nothing)).ok();
        }
    }

    fn give(&self, event: &Value, deadline: i64) {
        let body = event.to_string().into();
        self.events.send(Event { deadline, body }).ok().unwrap();
    }

    /// Gives an event, with the time when the invocation ends, in milliseconds since the Unix epoch.
    pub(crate) fn invoke_until(&self, event: &Value, deadline: i64) -> Answer {
        self.give(event, deadline);
        let (id, answer) = self.answers.recv_timeout(PATIENCE).expect("no answer");
        assert_eq!(id, "request-1");
        answer
    }
}

fn routes(shared: Arc<Shared>) -> axum::Router {
    let error = |body: &Bytes| {
        let value: Value = serde_json::from_slice(body).unwrap();
        let text = |key: &str| value[key].as_str().unwrap().to_owned();
        Answer::Error(text("errorType"), text("errorMessage"))
    };
    let tell = |shared: &Shared, id: String, answer| {
        shared.answers.lock().unwrap().send((id, answer)).ok();
        StatusCode::ACCEPTED
    };
    axum::Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(
                move |State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes| async move {
                    let value = serde_json::from_slice(&body).unwrap();
                    tell(&shared, id, Answer::Response(value))
                },
            ),
        )
        .route(
            "/2018-06-01/runtime/invocation/{id}/error",
            post(
                move |State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes| async move {
                    tell(&shared, id, error(&body))
                },
            ),
        )
        .layer(DefaultBodyLimit::disable())
        .with_state(shared)
}

async fn next(State(shared): State<Arc<Shared>>) -> Result<(HeaderMap, Bytes), StatusCode> {
    let event = shared.events.lock().await.recv().await;
    let Event { deadline, body } = event.ok_or(StatusCode::GONE)?;
    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: String| headers.insert(name, value.parse().unwrap());
    set("lambda-runtime-aws-request-id", "request-1".to_owned());
    set("lambda-runtime-deadline-ms", deadline.to_string());
    set(
        "lambda-runtime-invoked-function-arn",
        "arn:aws:lambda:us-east-1:111122223333:function:trailhound".to_owned(),
    );
    Ok((headers, body))
}
