//! `trailhound doctor`: tries each call that the settings need, and says for each what to mend.
//!
//! It reads and changes nothing; a message is published only when asked for.

mod discover;
mod filter;
mod finding;
mod group;
mod queue;
mod rate;
mod refusal;
mod role;
mod stream;
mod table;
mod topic;

use std::io::IsTerminal as _;

use anyhow::{Context as _, Result};
use aws_config::SdkConfig;

use super::Exit;
use super::args::{AlertFormat, DoctorArgs};
use super::exit::UsageError;
use super::setup;
use crate::config::{ClusterConfig, Config, Settings, SinkConfig};
use crate::source::cloudwatch::LogKind;
use crate::source::kinesis::StreamName;
use finding::{Finding, Level, tell};
use group::Group;
use rate::Need;
use role::Caller;

pub(super) fn run(args: &DoctorArgs) -> Result<Exit> {
    let settings = setup::settings(Some(&args.config))?;
    let config = &settings.config;
    if nothing_to_try(config) {
        let name = &settings.name;
        return Err(UsageError(format!(
            "{name} names no [[cluster]], no [discover], no [[kinesis]], no [[s3]], no SNS sink and no table: there is nothing to try"
        ))
        .into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("can't start")?;
    let format = args.format.unwrap_or_else(|| {
        if std::io::stdout().is_terminal() {
            AlertFormat::Pretty
        } else {
            AlertFormat::Json
        }
    });
    runtime.block_on(async {
        let sdk = crate::telemetry::aws().await;
        let mut report = Report {
            format,
            worst: Level::Ok,
        };
        examine(&settings, &sdk, args.send_test, &mut report).await?;
        Ok(match report.worst {
            Level::Ok | Level::Warn => Exit::Done,
            Level::Fail => Exit::Failed,
        })
    })
}

fn nothing_to_try(config: &Config) -> bool {
    config.cluster.is_empty()
        && config.discover.is_none()
        && config.kinesis.is_empty()
        && config.s3.is_empty()
        && topics(config).next().is_none()
        && config.state.table.is_none()
}

/// The topics of the sinks.
fn topics(config: &Config) -> impl Iterator<Item = &str> {
    let sinks = config.sink.values();
    sinks.filter_map(|sink| sink.get_ref().topic_arn.as_deref())
}

/// Where findings go.
struct Report {
    format: AlertFormat,
    worst: Level,
}

impl Report {
    fn add(&mut self, findings: impl IntoIterator<Item = Finding>) -> Result<()> {
        for finding in findings {
            if self.worst == Level::Ok || finding.level == Level::Fail {
                self.worst = finding.level;
            }
            tell(&finding, self.format)?;
        }
        Ok(())
    }
}

async fn examine(
    settings: &Settings,
    sdk: &SdkConfig,
    send: bool,
    report: &mut Report,
) -> Result<()> {
    let caller = match role::identity(sdk).await {
        Ok((caller, fine)) => {
            report.add([fine])?;
            caller
        }
        Err(finding) => return report.add([finding]),
    };
    let config = &settings.config;
    let polled = config.cluster.iter().filter(|cluster| cluster.poll);
    let mut clusters: Vec<ClusterConfig> = polled.cloned().collect();
    if let Some(discover) = &config.discover {
        let (found, told) = discover::groups(discover, &caller).await;
        report.add(told)?;
        let is_named = |one: &ClusterConfig| clusters.iter().any(|named| is_same(named, one));
        let found: Vec<_> = found.into_iter().filter(|one| !is_named(one)).collect();
        clusters.extend(found);
    }
    let mut need = Need::default();
    for cluster in &clusters {
        if let Some((group, reader)) = enter(cluster, &caller, report).await? {
            for kind in LogKind::ALL {
                report.add([group::streams(&group, kind, &reader).await])?;
                let now = chrono::Utc::now().timestamp_millis();
                let (seen, finding) = filter::look(&group, kind, &reader, now).await;
                report.add([finding])?;
                if let Some(seen) = seen {
                    need.add(&reader.account, &group.region, seen, config.poll.interval);
                }
            }
        }
    }
    report.add(need.findings(config.poll.share))?;
    if let Some(table) = &config.state.table {
        report.add(table::table(&caller, table, config.state.region.as_deref()).await)?;
    }
    feeds(config, &caller, report).await?;
    for sink in config.sink.values().map(toml::Spanned::get_ref) {
        publish(sink, &caller, send, report).await?;
    }
    Ok(())
}

/// Looks at streams and queues, each as whoever reads it.
async fn feeds(config: &Config, caller: &Caller, report: &mut Report) -> Result<()> {
    for one in &config.kinesis {
        let region = one.region.clone().or(StreamName::parse(&one.stream).region);
        let access = (one.role_arn.as_deref(), one.external_id.as_deref());
        if let Some(reader) = become_reader(caller, access, region, report).await? {
            let consumer = one.consumer_arn.as_deref();
            report.add(stream::stream(&one.stream, consumer, &reader).await)?;
        }
    }
    for one in &config.s3 {
        let settings = one.settings(config.poll.retry);
        let region = settings.region(None).ok();
        let access = (one.role_arn.as_deref(), one.external_id.as_deref());
        if let Some(reader) = become_reader(caller, access, region, report).await? {
            report.add(queue::queue(&one.queue_url, &reader).await)?;
        }
    }
    Ok(())
}

/// Whoever reads something: the caller in its region, or a role.
async fn become_reader(
    caller: &Caller,
    (role, external_id): (Option<&str>, Option<&str>),
    region: Option<String>,
    report: &mut Report,
) -> Result<Option<Caller>> {
    let of_sdk = || caller.sdk.region().map(ToString::to_string);
    let region = region.or_else(of_sdk).unwrap_or_default();
    let Some(role) = role else {
        return Ok(Some(Caller {
            sdk: role::in_region(&caller.sdk, &region),
            ..caller.clone()
        }));
    };
    match role::assume(caller, role, external_id, &region).await {
        Ok((reader, fine)) => {
            report.add([fine])?;
            Ok(Some(reader))
        }
        Err(finding) => {
            report.add([finding])?;
            Ok(None)
        }
    }
}

/// Whether a log group that was found is one that is named: it is tried once.
fn is_same(named: &ClusterConfig, found: &ClusterConfig) -> bool {
    named.log_group == found.log_group
        && named.role_arn == found.role_arn
        && (named.region.is_none() || named.region == found.region)
}

/// Looks at the topic of a sink that has one, as whoever publishes to it.
async fn publish(
    sink: &SinkConfig,
    caller: &Caller,
    send: bool,
    report: &mut Report,
) -> Result<()> {
    let Some(topic) = &sink.topic_arn else {
        return Ok(());
    };
    let Some(role) = &sink.role_arn else {
        return report.add(topic::topic(caller, topic, send).await);
    };
    let region = topic.split(':').nth(3).unwrap_or_default();
    match role::assume(caller, role, sink.external_id.as_deref(), region).await {
        Ok((publisher, fine)) => {
            report.add([fine])?;
            report.add(topic::topic(&publisher, topic, send).await)
        }
        Err(finding) => report.add([finding]),
    }
}

/// The log group of a cluster and who reads it, if it can be read at all.
async fn enter(
    cluster: &ClusterConfig,
    caller: &Caller,
    report: &mut Report,
) -> Result<Option<(Group, Caller)>> {
    let of_sdk = || caller.sdk.region().map(ToString::to_string);
    let Some(region) = cluster.region_or_arn().or_else(of_sdk) else {
        let unknown = Finding::ok("region", &cluster.log_group, "its region is not known");
        report.add([unknown.fail("set region at the cluster, or AWS_REGION")])?;
        return Ok(None);
    };
    let reader = match &cluster.role_arn {
        None => Caller {
            sdk: role::in_region(&caller.sdk, &region),
            ..caller.clone()
        },
        Some(role) => {
            match role::assume(caller, role, cluster.external_id.as_deref(), &region).await {
                Ok((reader, fine)) => {
                    report.add([fine])?;
                    reader
                }
                Err(finding) => {
                    report.add([finding])?;
                    return Ok(None);
                }
            }
        }
    };
    let group = Group::new(&cluster.log_group, &region, &reader);
    match group::class(&group, &reader).await {
        Ok(findings) => {
            report.add(findings)?;
            Ok(Some((group, reader)))
        }
        Err(findings) => {
            report.add(findings)?;
            Ok(None)
        }
    }
}
