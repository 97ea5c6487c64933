//! An AWS that behaves as badly as the real one may: CloudWatch Logs, SNS and STS on one address of this
//! machine, speaking the wire protocols that the SDK speaks, with a switch for every bad habit.
//!
//! It runs on a thread of its own, so that tests with and without a runtime and child processes can use
//! it. It never decides by the clock or by chance: what it does follows from its switches, from what it
//! was asked before, and from seeds.

mod answer;
mod call;
mod caller;
mod client;
mod fault;
mod form;
mod logs;
mod mischief;
mod server;
mod sns;
mod state;
mod sts;
mod wire;

#[cfg(test)]
mod broken_tests;
#[cfg(test)]
mod logs_tests;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod sns_tests;
#[cfg(test)]
mod sts_tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;

pub(crate) use call::{Action, Call, Log, Outcome};
pub(crate) use client::{environment, settings};
pub(crate) use fault::{Fault, Rule, RuleId};
pub(crate) use logs::{Group, Logs};
pub(crate) use mischief::Mischief;
pub(crate) use sns::{Published, Sns};
pub(crate) use sts::Sts;

use server::Server;
use state::Shared;

/// The account of whoever calls with a key that nobody has said anything about.
pub(crate) const ACCOUNT: &str = "111122223333";

/// The region that is meant when none is named.
pub(crate) const REGION: &str = "us-east-1";

/// The key that [`Hostile::sdk`] and [`Hostile::environment`] call with.
pub(crate) const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

/// How long a test waits for something before it is taken for hung.
const PATIENCE: Duration = Duration::from_secs(180);

/// The running server; it ends when this is dropped.
pub(crate) struct Hostile {
    shared: Arc<Shared>,
    server: Server,
}

impl Hostile {
    /// Starts it on a free port, well-behaved: no group, no topic, no fault.
    pub(crate) fn start() -> Self {
        let shared = Arc::new(Shared::new());
        let server = Server::start(Arc::clone(&shared));
        Self { shared, server }
    }

    /// Where it listens, for `AWS_ENDPOINT_URL`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// The switches of CloudWatch Logs.
    pub(crate) fn logs(&self) -> Logs {
        Logs(Arc::clone(&self.shared))
    }

    /// The switches of SNS.
    pub(crate) fn sns(&self) -> Sns {
        Sns(Arc::clone(&self.shared))
    }

    /// The switches of STS.
    pub(crate) fn sts(&self) -> Sts {
        Sts(Arc::clone(&self.shared))
    }

    /// Adds a bad habit; of several that fit a call the one that was added first counts.
    pub(crate) fn rule(&self, rule: Rule) -> RuleId {
        self.shared.change(|state| state.rules.add(rule))
    }

    /// Takes a bad habit away.
    pub(crate) fn forgive(&self, id: RuleId) {
        self.shared.change(|state| state.rules.remove(id));
    }

    /// Takes all bad habits away, seeded mischief too. What arrives late still does.
    pub(crate) fn peace(&self) {
        self.shared.change(|state| {
            state.rules.clear();
            state.mischief.set(None);
        });
    }

    /// From now on every call may meet trouble, as the seed decides.
    pub(crate) fn mischief(&self, mischief: Mischief) {
        self.shared
            .change(|state| state.mischief.set(Some(mischief)));
    }

    /// Lets go of every answer that [`Fault::Held`] holds back now.
    pub(crate) fn release(&self) {
        self.shared.release();
    }

    /// Stops listening and cuts every connection: whoever connects is refused, until [`Hostile::open`].
    pub(crate) fn close(&self) {
        self.server.close();
    }

    /// Listens again, on the same port.
    pub(crate) fn open(&self) {
        self.server.open();
    }

    /// The server's time in milliseconds since the Unix epoch: what late events are ingested at, and what
    /// the five minutes of deduplication are measured by. The machine's clock until it is set.
    pub(crate) fn now(&self) -> i64 {
        self.shared.look(|state| state.now())
    }

    /// Sets the server's time, which then stands still.
    pub(crate) fn set_now(&self, milliseconds: i64) {
        self.shared.change(|state| state.clock = Some(milliseconds));
    }

    /// Looks at what happened so far.
    pub(crate) fn log<T>(&self, look: impl FnOnce(&Log) -> T) -> T {
        self.shared.look(|state| look(&state.log))
    }

    /// Blocks until what happened satisfies the condition, which is asked again after each call.
    ///
    /// Panics with all that was seen when nothing more is to be expected. Not for async tests: see
    /// [`Hostile::seen`].
    #[track_caller]
    pub(crate) fn wait_for(&self, done: impl Fn(&Log) -> bool) {
        if let Err(dump) = wait(&self.shared, done) {
            panic!("waited in vain; seen so far:\n{dump}");
        }
    }

    /// [`Hostile::wait_for`] for async tests.
    pub(crate) async fn seen(&self, done: impl Fn(&Log) -> bool + Send + 'static) {
        let shared = Arc::clone(&self.shared);
        let waited = tokio::task::spawn_blocking(move || wait(&shared, done)).await;
        if let Err(dump) = waited.unwrap() {
            panic!("waited in vain; seen so far:\n{dump}");
        }
    }

    /// Settings for SDK clients that talk to it, without retries of the SDK's own.
    pub(crate) fn sdk(&self) -> SdkConfig {
        self.sdk_as(KEY, REGION)
    }

    /// The same with this access key id, in this region.
    pub(crate) fn sdk_as(&self, key: &str, region: &str) -> SdkConfig {
        settings(&self.url(), key, region)
    }

    /// What a child process needs in its environment to call it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        environment(&self.url())
    }
}

/// Waits on the condition variable; `Err` is all that was seen.
fn wait(shared: &Shared, done: impl Fn(&Log) -> bool) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    let mut state = shared.lock();
    while !done(&state.log) {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(state.log.dump());
        }
        state = shared.wait(state, left);
    }
    Ok(())
}
