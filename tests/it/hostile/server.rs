//! The thread that listens. It knows connections and nothing of what is said on them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::thread::JoinHandle;

use tokio::io::BufReader;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::state::Shared;
use super::wire;

/// The running thread, and where it listens.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    orders: mpsc::UnboundedSender<Order>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread can be told, with where to say that it is done.
enum Order {
    Close(blocking::Sender<()>),
    Open(blocking::Sender<()>),
    End,
}

impl Server {
    /// Listens on a free port of this machine.
    pub(crate) fn start(shared: Arc<Shared>) -> Self {
        let (orders, taken) = mpsc::unbounded_channel();
        let (tell, told) = blocking::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                serve(listener, shared, taken).await;
            });
        });
        Self {
            address: told.recv().unwrap(),
            orders,
            thread: Some(thread),
        }
    }

    /// Returns once nobody can connect and no connection is left.
    pub(crate) fn close(&self) {
        self.order(Order::Close);
    }

    /// Returns once it listens again.
    pub(crate) fn open(&self) {
        self.order(Order::Open);
    }

    fn order(&self, order: impl FnOnce(blocking::Sender<()>) -> Order) {
        let (done, wait) = blocking::channel();
        self.orders.send(order(done)).ok().unwrap();
        wait.recv().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.orders.send(Order::End).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// Takes connections and orders until it is told to end.
async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let address = listener.local_addr().unwrap();
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Close(done)) => {
                    listener = None;
                    connections.shutdown().await;
                    done.send(()).ok();
                }
                Some(Order::Open(done)) => {
                    if listener.is_none() {
                        listener = Some(TcpListener::bind(address).await.unwrap());
                    }
                    done.send(()).ok();
                }
                Some(Order::End) | None => return,
            },
            taken = accept(listener.as_ref()) => {
                if let Some(stream) = taken {
                    connections.spawn(converse(stream, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> Option<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.ok().map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}

/// Answers one request after the other, until one of both hangs up.
async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    stream.set_nodelay(true).ok();
    let mut stream = BufReader::new(stream);
    while let Some(request) = wire::read(&mut stream).await {
        // Before the call is written down: a test that has seen it may let go of its answer at once.
        let released = shared.released();
        let answer = shared.answer(&request);
        if wire::write(stream.get_mut(), &answer, released)
            .await
            .is_none()
        {
            return;
        }
    }
}
