//! The settings file as the rooms want it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use aws_config::SdkConfig;

use crate::cli::args::DetectorSetArgs;
use crate::cli::exit::UsageError;
use crate::cli::setup;
use crate::config::{BodyKind, ClusterConfig, Config, Settings, SinkKind};
use crate::detect::{Engine, Fault};
use crate::pipeline::health::Limits;
use crate::pipeline::reload;
use crate::pipeline::watch::Post;
use crate::query::Style;
use crate::sink::{
    Body, FileSettings, FileSink, Format, PrintedSink, Route, Routes, Sink, SnsSettings, SnsSink,
};
use crate::source::cloudwatch::{ClusterSettings, DiscoverSettings, PollSettings, ReaderSettings};

/// At how many bytes a file of alerts is full, and how many are kept, unless the settings say otherwise.
const ROTATE: (u64, usize) = (100_000_000, 10);
/// The sink that is there when none is named.
const STDOUT: &str = "stdout";

/// Whether there is anything to read.
///
/// # Errors
/// When the settings name nothing.
pub(super) fn something_to_read(config: &Config) -> Result<()> {
    let polls = config.cluster.iter().any(|cluster| cluster.poll) || config.discover.is_some();
    if !polls && config.kinesis.is_empty() && config.s3.is_empty() {
        let message = "there is nothing to watch: add [[cluster]] with the log_group of a cluster, or [discover], [[kinesis]] or [[s3]], to the settings (--config FILE)";
        return Err(UsageError(message.to_owned()).into());
    }
    Ok(())
}

/// Whether the state is in a file, as a watch needs it.
///
/// # Errors
/// When the settings name a table, and the command line no file.
pub(super) fn state_in_a_file(config: &Config, named: bool) -> Result<()> {
    match &config.state.table {
        Some(table) if !named => {
            let message = format!(
                "[state] table = {table:?} is for `lambda`: a watch is one process, and commits how far it has read with what it remembers in one file; take the table out, or say --state FILE"
            );
            Err(UsageError(message).into())
        }
        _ => Ok(()),
    }
}

/// What is read, and how.
pub(super) fn reader(config: &Config, from: Option<i64>, resumed: Option<i64>) -> ReaderSettings {
    let polled = config.cluster.iter().filter(|cluster| cluster.poll);
    let clusters = polled.map(|cluster| ClusterSettings {
        log_group: cluster.log_group.clone(),
        region: cluster.region.clone(),
        role_arn: cluster.role_arn.clone(),
        external_id: cluster.external_id.clone(),
    });
    let discover = config.discover.iter().map(|discover| DiscoverSettings {
        prefix: discover.prefix.clone(),
        regions: discover.regions.clone(),
        role_arn: discover.role_arn.clone(),
        external_id: discover.external_id.clone(),
        linked_accounts: discover.linked_accounts,
        interval: discover.interval,
    });
    let poll = &config.poll;
    ReaderSettings {
        clusters: clusters.collect(),
        discover: discover.collect(),
        from,
        resumed,
        poll: PollSettings {
            interval: poll.interval,
            lateness: poll.lateness,
            sweep_interval: poll.sweep_interval,
            sweep_span: poll.sweep_span,
            share: poll.share,
            calls_per_second: poll.calls_per_second,
            first_wait: poll.retry,
        },
    }
}

/// How long something may be wrong.
pub(super) fn limits(config: &Config) -> Limits {
    let health = &config.health;
    Limits {
        silence: health.silence,
        authenticator_silence: health.authenticator_silence,
        lag: health.lag,
        denied: health.denied,
        grace: health.grace,
        lag_hold: Limits::default().lag_hold,
    }
}

/// The names of the sinks there are.
pub(in crate::cli) fn sink_names(config: &Config) -> Vec<String> {
    if config.sink.is_empty() {
        return vec![STDOUT.to_owned()];
    }
    config.sink.keys().cloned().collect()
}

/// The routes to sinks of these names, compiled.
///
/// # Errors
/// When a condition can't be used, or a sink is not there.
pub(in crate::cli) fn routes(settings: &Settings, sinks: &[String]) -> Result<Routes, Fault> {
    let routes: Vec<Route> = settings
        .config
        .route
        .iter()
        .map(|route| Route {
            when: route.when.clone(),
            sinks: route.sinks.clone(),
        })
        .collect();
    Routes::compile(&settings.name, &settings.text, &routes, sinks)
}

/// The sinks, ready to deliver. Nothing is sent yet.
///
/// # Errors
/// When a topic's ARN is none.
pub(in crate::cli) async fn sinks(
    config: &Config,
    format: Format,
    aws: &SdkConfig,
) -> Result<Vec<Box<dyn Sink>>> {
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    if config.sink.is_empty() {
        sinks.push(Box::new(PrintedSink::new(
            STDOUT,
            std::io::stdout(),
            format,
        )));
    }
    for (name, sink) in &config.sink {
        let sink = sink.get_ref();
        let kind = sink.checked(name).map_err(UsageError)?;
        sinks.push(match kind {
            SinkKind::Stdout => Box::new(PrintedSink::new(name, std::io::stdout(), format)),
            SinkKind::File => Box::new(FileSink::new(FileSettings {
                name: name.clone(),
                path: sink.path.clone().unwrap_or_default(),
                max_bytes: sink.rotate_bytes.unwrap_or(ROTATE.0),
                keep: sink.rotate_keep.unwrap_or(ROTATE.1),
            })),
            SinkKind::Sns => {
                let settings = SnsSettings {
                    name: name.clone(),
                    topic_arn: sink.topic_arn.clone().unwrap_or_default(),
                    body: body(sink.body.unwrap_or_default()),
                    role_arn: sink.role_arn.clone(),
                    external_id: sink.external_id.clone(),
                    max_bytes: sink.max_bytes,
                    endpoint: None,
                };
                let connected = SnsSink::connect(settings, aws).await;
                Box::new(connected.map_err(|bad| UsageError(format!("[sink.{name}] {bad}")))?)
            }
        });
    }
    Ok(sinks)
}

const fn body(kind: BodyKind) -> Body {
    match kind {
        BodyKind::Json => Body::Json,
        BodyKind::Text => Body::Text,
        BodyKind::Chat => Body::Chat,
    }
}

/// How long an event is known: as far back as any walk may go, and some more.
pub(super) fn known_for(config: &Config) -> Duration {
    let poll = &config.poll;
    poll.lateness.max(poll.sweep_span) + Duration::from_secs(3_600)
}

/// The file of what sinks refused for good: beside the state.
pub(super) fn dead_letters(state: &Path) -> std::path::PathBuf {
    state.with_extension("dead.jsonl")
}

/// All that can be exchanged while a watch runs.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) settings: Settings,
    pub(super) engine: Engine,
    pub(super) post: Post,
}

impl Set {
    /// Reads settings and detectors, and checks them.
    ///
    /// # Errors
    /// When something is wrong with them.
    pub(super) fn load(args: &DetectorSetArgs) -> Result<Arc<Self>> {
        let settings = setup::settings(args.config.as_deref())?;
        let engine = setup::engine(args, &settings)?;
        let routes = routes(&settings, &sink_names(&settings.config))
            .map_err(|fault| UsageError(fault.render(setup::style())))?;
        let post = Post::new(routes);
        Ok(Arc::new(Self {
            settings,
            engine,
            post,
        }))
    }

    /// The same again, for a watch that runs: every test of the user's detectors must pass, and the sinks are
    /// those that run.
    ///
    /// # Errors
    /// When something is wrong, in words.
    pub(super) fn reload(&self, args: &DetectorSetArgs) -> Result<Arc<Self>, String> {
        let enable = setup::asked_for(args);
        let (settings, engine) = reload::build(args.config.as_deref(), &args.dirs, &enable)?;
        let sinks = sink_names(&self.settings.config);
        let routes = routes(&settings, &sinks).map_err(|fault| fault.render(Style::Plain))?;
        if fixed(&settings.config) != fixed(&self.settings.config) {
            tracing::warn!(
                "of the settings only [lists], [[allow]], [[route]], and names and labels of a [[cluster]] change while it runs; the rest needs a restart"
            );
        }
        Ok(Arc::new(Self {
            settings,
            engine,
            post: Post::new(routes),
        }))
    }
}

/// What does not change while a watch runs, as a text to compare.
fn fixed(config: &Config) -> String {
    let Config {
        cluster,
        kinesis,
        s3,
        discover,
        state,
        poll,
        health,
        shutdown,
        sink,
        lambda: _,
        lists: _,
        allow: _,
        route: _,
    } = config;
    let cluster: Vec<_> = cluster
        .iter()
        .map(|one| {
            let ClusterConfig {
                log_group,
                region,
                role_arn,
                external_id,
                poll,
                ..
            } = one;
            (log_group, region, role_arn, external_id, poll)
        })
        .collect();
    let sink: Vec<_> = sink
        .iter()
        .map(|(name, one)| (name, one.get_ref()))
        .collect();
    format!(
        "{cluster:?} {kinesis:?} {s3:?} {discover:?} {state:?} {poll:?} {health:?} {shutdown:?} {sink:?}"
    )
}
