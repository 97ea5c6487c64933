//! Events from files: to try things out. Nothing is sent, and nothing is remembered afterwards.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};

use super::settings::{self, Set};
use crate::cli::args::LambdaArgs;
use crate::cli::exit::UsageError;
use crate::cli::{Exit, replay};
use crate::sink::{PrintedSink, Sink};
use crate::source::s3::Store;
use crate::telemetry::Function;

/// The most bytes of an event that Lambda takes, with some to spare.
const LARGEST: u64 = 64 << 20;
/// The only sink.
const STDOUT: &str = "stdout";

/// Handles one event after the other; prints alerts as a replay does, and then the response.
pub(super) async fn run(mut args: LambdaArgs, function: Function) -> Result<Exit> {
    let aws = crate::telemetry::aws().await;
    let objects = Store::new(&aws);
    let events = std::mem::take(&mut args.event);
    let format = replay::format(args.format);
    let settings = settings::load(&mut args.detectors, &function, &aws, &objects).await?;
    let set = Set::without_sinks(settings, &args.detectors, STDOUT)?;
    let printed: Vec<Box<dyn Sink>> =
        vec![Box::new(PrintedSink::new(STDOUT, io::stdout(), format))];
    let mut handler = super::handler(set, super::of_its_own(), printed, (&aws, objects));
    let handling = tokio::task::spawn_blocking(move || {
        for path in events {
            let event = read(&path)?;
            let handled = handler.handle(&event, None);
            let handled = handled.map_err(|failure| anyhow!("{}: {failure}", path.display()))?;
            writeln!(io::stdout(), "{}", handled.answer)?;
        }
        Ok(Exit::Done)
    });
    handling.await.context("a mistake in trailhound")?
}

fn read(path: &Path) -> Result<String> {
    let fault = |error: io::Error| UsageError(format!("can't read {}: {error}", path.display()));
    let input: Box<dyn io::Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(fault)?)
    };
    let mut bytes = Vec::new();
    input
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(fault)?;
    if bytes.len() as u64 > LARGEST {
        let text = format!("{} is larger than any event", path.display());
        return Err(UsageError(text).into());
    }
    String::from_utf8(bytes).map_err(|_| {
        let text = format!("{} is not UTF-8, as an event is", path.display());
        UsageError(text).into()
    })
}
