//! Room for pages in memory, taken when an answer begins and not when it is asked for: calls that are
//! answered slowly hold up nobody who is answered quickly.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// A call that takes longer makes way for another one.
const SLOW: Duration = Duration::from_millis(100);

tokio::task_local! {
    /// The place of the page that is being asked for.
    static PLACE: Arc<Place>;
}

/// The place of one page. It is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    room: Arc<Semaphore>,
    taken: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Place {
    /// A place in that room, which is not taken yet.
    pub(super) fn in_room(room: &Arc<Semaphore>) -> Arc<Self> {
        Arc::new(Self {
            room: Arc::clone(room),
            taken: Mutex::new(None),
        })
    }

    /// Makes a call by a client that [waits](waiting): its answer is read once this place is taken.
    pub(super) async fn during<T>(self: &Arc<Self>, call: impl Future<Output = T>) -> T {
        PLACE.scope(Arc::clone(self), call).await
    }

    async fn take(&self) {
        let taken = || self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken().is_none()
            && let Ok(permit) = Arc::clone(&self.room).acquire_owned().await
        {
            *taken() = Some(permit);
        }
    }
}

/// Makes a call that holds a line, which it gives back when the answer is long in coming.
pub(super) async fn making_way<'l, T>(
    line: SemaphorePermit<'l>,
    call: impl Future<Output = T>,
) -> (T, Option<SemaphorePermit<'l>>) {
    let mut call = pin!(call);
    match tokio::time::timeout(SLOW, &mut call).await {
        Ok(answer) => (answer, Some(line)),
        Err(_) => {
            drop(line);
            (call.await, None)
        }
    }
}

/// The client, but what is asked [for a place](Place::during) waits for that place before the body of the
/// answer is read.
pub(super) fn waiting(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Waiting(client))
}

#[derive(Debug)]
struct Waiting<T>(T);

impl HttpClient for Waiting<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Waiting(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Waiting<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            if let Ok(place) = PLACE.try_with(Arc::clone) {
                place.take().await;
            }
            Ok(answer)
        })
    }
}
