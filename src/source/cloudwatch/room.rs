//! Room for pages in memory, taken when an answer begins and not when it is asked for: calls that are
//! answered slowly, or whose answers come slowly, hold up nobody who is answered quickly.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// A call that takes longer makes way for another one.
const SLOW: Duration = Duration::from_millis(50);

/// Pages of quick answers that may be in memory on their way to the channel. An answer is 1 MB at most, and
/// stands there twice while it is read. With more of them each would wait longer to be judged.
const QUICK: usize = 2;

/// The same for slow answers: from far away, or those that stop half-way.
const SLOW_ONES: usize = 6;

/// The room of all groups.
#[derive(Debug)]
pub(super) struct Room {
    quick: Arc<Semaphore>,
    slow: Arc<Semaphore>,
    /// Calls that may be under way, but for those that are answered slowly: as many as there is room for quick
    /// answers.
    lines: Semaphore,
}

tokio::task_local! {
    /// The place of the page that is being asked for.
    static PLACE: Arc<Place>;
}

/// The place of one page. It is free again when this is dropped.
#[derive(Debug)]
struct Place {
    room: Arc<Room>,
    taken: Mutex<Option<Taken>>,
}

/// What an answer holds until its page is on its way.
#[expect(dead_code, reason = "held")]
pub(super) struct Held<'r>(Arc<Place>, Option<SemaphorePermit<'r>>);

#[derive(Debug)]
enum Taken {
    Quick(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit),
    Slow(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit),
}

impl Default for Room {
    fn default() -> Self {
        Self {
            quick: Arc::new(Semaphore::new(QUICK)),
            slow: Arc::new(Semaphore::new(SLOW_ONES)),
            lines: Semaphore::new(QUICK),
        }
    }
}

impl Room {
    /// Makes a call by a client that [waits](waiting), when a line is free; its answer is read when a place is.
    /// Both are given up for others when the answer is long in coming.
    pub(super) async fn during<T>(
        self: &Arc<Self>,
        call: impl Future<Output = T>,
    ) -> (T, Held<'_>) {
        // Nobody closes it.
        let mut line = self.lines.acquire().await.ok();
        let place = Arc::new(Place {
            room: Arc::clone(self),
            taken: Mutex::new(None),
        });
        let mut call = pin!(PLACE.scope(Arc::clone(&place), call));
        loop {
            match tokio::time::timeout(SLOW, &mut call).await {
                Ok(answer) => return (answer, Held(place, line)),
                Err(_) => {
                    line.take();
                    place.make_way();
                }
            }
        }
    }
}

impl Place {
    fn taken(&self) -> MutexGuard<'_, Option<Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take(&self) {
        let is_free = self.taken().is_none();
        if is_free && let Ok(permit) = Arc::clone(&self.room.quick).acquire_owned().await {
            *self.taken() = Some(Taken::Quick(permit));
        }
    }

    /// Becomes a place for a slow answer, if there is one.
    fn make_way(&self) {
        let mut taken = self.taken();
        if let Some(Taken::Quick(_)) = *taken
            && let Ok(permit) = Arc::clone(&self.room.slow).try_acquire_owned()
        {
            *taken = Some(Taken::Slow(permit));
        }
    }
}

/// The client, but what is asked [with room](Room::during) waits for that place before the body of the
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
