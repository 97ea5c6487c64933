//! The socket: bound before anything else starts, served until the program stops.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use tokio::net::TcpListener;

use super::answer::{Site, router};

/// Where it is served unless something else is configured: on this machine alone.
pub const DEFAULT_ADDRESS: SocketAddr =
    SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9464));

/// Why an address can't be served on.
#[derive(Debug, thiserror::Error)]
#[error("can't serve health and metrics on {address}: {source}: {}", hint(.source))]
pub struct BindError {
    address: SocketAddr,
    source: io::Error,
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there, perhaps another trailhound; configure another port, or 0 for any"
        }
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 belong to root; configure a higher one"
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine has no such address; configure 127.0.0.1, or 0.0.0.0 for all it has"
        }
        _ => "configure another address",
    }
}

/// Takes the address.
///
/// # Errors
/// When it is taken, forbidden or not this machine's; the message says what to do.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|source| BindError { address, source })
}

/// Answers until `stop` is done; answers that have begun are finished.
///
/// # Errors
/// When the socket fails.
pub async fn run(
    listener: TcpListener,
    site: Site,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(site))
        .with_graceful_shutdown(stop)
        .await
}
