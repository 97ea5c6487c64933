//! What the environment says about the Lambda function that the program runs as, if it does.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// What Lambda, and whoever set the function up, put into the environment.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// `AWS_LAMBDA_RUNTIME_API`: where events are asked for. Set inside Lambda only.
    pub runtime: Option<String>,
    /// What a runtime needs beside it and is not set, or is no number where it should be one.
    pub lacks: Option<&'static str>,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`: the memory there is, in megabytes.
    pub memory: Option<u64>,
    /// `LAMBDA_TASK_ROOT`: the folder of the package.
    pub root: Option<PathBuf>,
    /// `TRAILHOUND_CONFIG`: where the settings are.
    pub config: Option<String>,
    /// `TRAILHOUND_CONFIG_TOML`: the settings themselves.
    pub config_text: Option<String>,
    /// `TRAILHOUND_DETECTORS`: a folder of more detectors.
    pub detectors: Option<PathBuf>,
}

/// What the runtime can't do without.
const NEEDED: [&str; 2] = ["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION"];
const MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

impl Function {
    /// The one that the environment tells of.
    #[must_use]
    pub fn here() -> Self {
        let memory = text(MEMORY).and_then(|megabytes| megabytes.parse::<u32>().ok());
        let memory = memory.filter(|megabytes| i32::try_from(*megabytes).is_ok());
        let lacks = NEEDED.into_iter().find(|name| env::var(name).is_err());
        Self {
            runtime: text("AWS_LAMBDA_RUNTIME_API"),
            lacks: lacks.or(memory.is_none().then_some(MEMORY)),
            memory: memory.map(u64::from),
            root: text("LAMBDA_TASK_ROOT").map(PathBuf::from),
            config: text("TRAILHOUND_CONFIG"),
            config_text: text("TRAILHOUND_CONFIG_TOML"),
            detectors: text("TRAILHOUND_DETECTORS").map(PathBuf::from),
        }
    }
}

/// A variable that is set to something.
fn text(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// What was typed; where nothing was and Lambda started the program, what that means.
#[must_use]
pub fn arguments(lambda: &str) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = env::args_os().collect();
    if arguments.len() <= 1 && text("AWS_LAMBDA_RUNTIME_API").is_some() {
        arguments.push(lambda.into());
    }
    arguments
}
