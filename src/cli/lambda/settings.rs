//! Where a function's settings come from: a file, an object, a parameter, the environment, or its package.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use aws_config::SdkConfig;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::get_parameter::GetParameterError;

use crate::cli::args::DetectorSetArgs;
use crate::cli::exit::UsageError;
use crate::cli::setup;
use crate::cli::watch::settings::{routes, sink_names};
use crate::config::{Config, Settings, SinkKind};
use crate::detect::Engine;
use crate::pipeline::watch::Post;
use crate::sink::Routes;
use crate::source::s3::{Object, Store};
use crate::telemetry::Function;

/// The name of the settings in a package.
const IN_PACKAGE: &str = "trailhound.toml";
/// How many bytes settings in an object may have.
const LONGEST: u64 = 4 << 20;

/// Where settings are.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    Object { bucket: String, key: String },
    Parameter(String),
}

impl Place {
    /// `s3://bucket/key`, `ssm:/name`, or a path.
    fn of(text: &str) -> Result<Self, UsageError> {
        if let Some(rest) = text.strip_prefix("s3://") {
            return match rest.split_once('/') {
                Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => Ok(Self::Object {
                    bucket: bucket.to_owned(),
                    key: key.to_owned(),
                }),
                _ => Err(UsageError(format!(
                    "{text:?} is no object: write s3://BUCKET/KEY"
                ))),
            };
        }
        match text.strip_prefix("ssm:") {
            Some("") => Err(UsageError(
                "\"ssm:\" names no parameter: write ssm:/NAME".into(),
            )),
            Some(name) => Ok(Self::Parameter(name.to_owned())),
            None => Ok(Self::File(text.into())),
        }
    }
}

/// Reads the settings, and adds the folder of detectors that the environment names.
///
/// # Errors
/// When they are not where they should be, or something is wrong with them.
pub(super) async fn load(
    args: &mut DetectorSetArgs,
    function: &Function,
    aws: &SdkConfig,
    objects: &Store,
) -> Result<Settings> {
    args.dirs.extend(function.detectors.clone());
    let asked = args.config.as_ref().map(|path| path.display().to_string());
    let place = asked.as_ref().or(function.config.as_ref());
    match (place, &function.config_text) {
        (Some(_), Some(_)) if asked.is_none() => {
            let text = "both TRAILHOUND_CONFIG and TRAILHOUND_CONFIG_TOML are set: which settings are meant?";
            Err(UsageError(text.to_owned()).into())
        }
        (Some(place), _) => at(&Place::of(place)?, place, aws, objects).await,
        (None, Some(text)) => parse("TRAILHOUND_CONFIG_TOML", text.clone()),
        (None, None) => packed(function.root.as_deref()),
    }
}

async fn at(place: &Place, name: &str, aws: &SdkConfig, objects: &Store) -> Result<Settings> {
    match place {
        Place::File(path) => setup::settings(Some(path)),
        Place::Object { bucket, key } => {
            let object = Object {
                bucket: bucket.clone(),
                key: key.clone(),
                size: None,
            };
            let unread = |why: String| UsageError(format!("can't read the settings {name}: {why}"));
            let opened = objects.open(&object).await;
            let body = opened.map_err(|failure| unread(failure.message))?;
            // Reading waits for the network.
            let reading = tokio::task::spawn_blocking(move || text(body, LONGEST));
            let text = reading.await.context("a mistake in trailhound")?;
            parse(name, text.map_err(|error| unread(error.to_string()))?)
        }
        Place::Parameter(parameter) => {
            let get = aws_sdk_ssm::Client::new(aws).get_parameter();
            let got = get.name(parameter).with_decryption(true).send().await;
            let got = got.map_err(|error| unread(name, &error))?;
            let text = got.parameter.and_then(|parameter| parameter.value);
            parse(name, text.unwrap_or_default())
        }
    }
}

/// The text of an object. Half of the settings are other settings, so that longer ones are refused.
fn text(body: impl Read, longest: u64) -> io::Result<String> {
    let mut text = String::new();
    body.take(longest.saturating_add(1))
        .read_to_string(&mut text)?;
    if text.len() as u64 > longest {
        let words = format!("it is longer than {longest} bytes: these can't be settings");
        return Err(io::Error::other(words));
    }
    Ok(text)
}

fn unread<R>(name: &str, error: &SdkError<GetParameterError, R>) -> UsageError {
    let what = match (error.code(), error) {
        (Some(code), _) if code.starts_with("AccessDenied") => {
            format!(
                "{code}: permit ssm:GetParameter to the role of the function, and kms:Decrypt of its key"
            )
        }
        (Some(code), _) => format!("{code}: {}", error.message().unwrap_or("no words")),
        (None, SdkError::DispatchFailure(_)) => {
            "AWS can't be reached, or there are no credentials".to_owned()
        }
        (None, _) => "AWS gave no answer that can be read".to_owned(),
    };
    UsageError(format!("can't read the settings {name}: {what}"))
}

fn parse(name: &str, text: String) -> Result<Settings> {
    Settings::parse(name, text).map_err(|fault| UsageError(fault.render(setup::style())).into())
}

/// The settings that lie in the package, or none.
fn packed(root: Option<&Path>) -> Result<Settings> {
    let path = root.map(|root| root.join(IN_PACKAGE));
    setup::settings(path.as_deref().filter(|path| path.is_file()))
}

/// All that a container works with.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) settings: Settings,
    pub(super) engine: Engine,
    pub(super) post: Post,
}

impl Set {
    /// The detectors and routes of these settings.
    ///
    /// # Errors
    /// When something is wrong with them, or a sink is of no use in a function.
    pub(super) fn of(settings: Settings, args: &DetectorSetArgs) -> Result<Self> {
        no_files(&settings.config)?;
        let routes = routes(&settings, &sink_names(&settings.config))
            .map_err(|fault| UsageError(fault.render(setup::style())))?;
        Self::with(settings, args, routes)
    }

    /// The same with one sink alone, and no routes.
    ///
    /// # Errors
    /// When something is wrong with the detectors.
    pub(super) fn without_sinks(
        settings: Settings,
        args: &DetectorSetArgs,
        sink: &str,
    ) -> Result<Self> {
        let routes = Routes::compile(&settings.name, &settings.text, &[], &[sink.to_owned()])
            .map_err(|fault| UsageError(fault.render(setup::style())))?;
        Self::with(settings, args, routes)
    }

    fn with(settings: Settings, args: &DetectorSetArgs, routes: Routes) -> Result<Self> {
        let engine = setup::engine(args, &settings)?;
        Ok(Self {
            settings,
            engine,
            post: Post::new(routes),
        })
    }
}

/// Refuses sinks that write files.
fn no_files(config: &Config) -> Result<(), UsageError> {
    for (name, sink) in &config.sink {
        if sink.get_ref().checked(name) == Ok(SinkKind::File) {
            return Err(UsageError(format!(
                "[sink.{name}] is a file: the disk of a function ends with its container, and nobody reads it; send alerts to SNS, or to stdout, which is the function's log"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_whole_or_not_at_all() {
        assert_eq!(text("[state]".as_bytes(), 7).unwrap(), "[state]");
        let error = text("[state]\n".as_bytes(), 7).unwrap_err();
        assert!(error.to_string().contains("longer than 7 bytes"), "{error}");
        // Cut in the middle of a character it is as much too long.
        assert!(text("[state]\u{e9}".as_bytes(), 7).is_err());
    }

    #[test]
    fn settings_are_in_a_file_an_object_or_a_parameter() {
        let place = |text: &str| Place::of(text).unwrap();
        assert_eq!(place("a/b.toml"), Place::File("a/b.toml".into()));
        assert_eq!(
            place("s3://bucket/a/b.toml"),
            Place::Object {
                bucket: "bucket".into(),
                key: "a/b.toml".into()
            }
        );
        assert_eq!(place("ssm:/a/b"), Place::Parameter("/a/b".into()));
        for wrong in ["s3://bucket", "s3:///key", "s3://bucket/", "ssm:"] {
            assert!(Place::of(wrong).is_err(), "{wrong}");
        }
    }
}
