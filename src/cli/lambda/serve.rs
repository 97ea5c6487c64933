//! The life of a container: set up once, then one invocation after the other until Lambda ends it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Result, anyhow};
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::signal::unix::{SignalKind, signal};

use super::settings::{self, Set};
use crate::cli::Exit;
use crate::cli::args::LambdaArgs;
use crate::cli::watch;
use crate::pipeline::lambda::{Failure, Handler};
use crate::sink::Format;
use crate::source::s3::Store;
use crate::telemetry::Function;

/// Before any time that it can be: 2001-09-09, in milliseconds since the Unix epoch.
const FIRST_TIME: i64 = 1_000_000_000_000;

type Shared = Arc<Mutex<Handler<'static>>>;

/// Runs until a signal, or until nobody gives events any more.
pub(super) async fn run(
    mut args: LambdaArgs,
    function: Function,
    started: Instant,
) -> Result<Exit> {
    // Listened for from the beginning: Lambda sends it to a function with extensions, half a second before
    // it kills.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let aws = crate::telemetry::aws().await;
    let objects = Store::new(&aws);
    let settings = settings::load(&mut args.detectors, &function, &aws, &objects).await?;
    let set = Set::of(settings, &args.detectors)?;
    let config = &set.settings.config;
    let sinks = watch::settings::sinks(config, Format::Json, &aws).await?;
    let memory = super::memory(&set, &aws);
    tracing::info!(
        init_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        memory_mb = function.memory,
        detectors = set.engine.detectors().len(),
        sinks = sinks.len(),
        settings = set.settings.name,
        state = if memory.lasting { "dynamodb" } else { "memory" },
        version = env!("CARGO_PKG_VERSION"),
        "ready"
    );
    if !memory.lasting {
        tracing::warn!(
            "without [state] table each container counts for itself: thresholds and first sightings are per container, and an alert may come from several"
        );
    }
    let handler: Shared = Arc::new(Mutex::new(super::handler(
        set,
        memory,
        sinks,
        (&aws, objects),
    )));
    let runtime = Runtime::new(service_fn(move |event| invoke(Arc::clone(&handler), event)));
    tokio::select! {
        ended = runtime.run() => match ended {
            Ok(()) => Ok(Exit::Done),
            Err(error) => Err(anyhow!("the Lambda runtime gives no events: {error}")),
        },
        _ = terminate.recv() => Ok(stopped()),
        _ = interrupt.recv() => Ok(Exit::Interrupted),
    }
}

fn stopped() -> Exit {
    tracing::info!("stopped: what was not committed comes again");
    Exit::Done
}

async fn invoke(handler: Shared, event: LambdaEvent<Box<RawValue>>) -> Result<Value, Diagnostic> {
    let handling = tokio::task::spawn_blocking(move || {
        let _span = tracing::info_span!("request", id = event.context.request_id).entered();
        let deadline = i64::try_from(event.context.deadline).ok();
        // Emulators tell a number of milliseconds, and not a time.
        let deadline = deadline.filter(|deadline| *deadline > FIRST_TIME);
        let mut handler = handler.lock().unwrap_or_else(PoisonError::into_inner);
        let handled = handler.handle(event.payload.get(), deadline);
        handled.map(|handled| handled.answer)
    });
    match handling.await {
        Ok(handled) => handled.map_err(|failure| diagnostic(&failure)),
        // What panicked said where; its words may quote a log line.
        Err(_) => Err(Diagnostic {
            error_type: "Mistake".to_owned(),
            error_message: "a mistake in trailhound: the log says where".to_owned(),
        }),
    }
}

fn diagnostic(failure: &Failure) -> Diagnostic {
    Diagnostic {
        error_type: failure.class().to_owned(),
        error_message: failure.to_string(),
    }
}
