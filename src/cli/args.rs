//! What can be typed. The help texts, the manual's command page and the completions come from here.

mod live;

use std::path::PathBuf;

use clap::{Args as Arguments, Parser, Subcommand, ValueEnum};

use crate::detect::Severity;

pub(super) use live::{LambdaArgs, WatchArgs};

/// Watches the audit trail of Amazon EKS clusters: a detector is a CloudWatch Logs Insights query.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = EXIT_CODES)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Say more on standard error; repeat for still more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Args {
    /// How much is said: a function's log is all that is seen of it.
    pub(super) fn speaks(&self) -> u8 {
        match &self.command {
            Command::Lambda(args) if args.event.is_empty() => self.verbose.max(1),
            _ => self.verbose,
        }
    }
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 failed while running; 2 usage, settings or detector error;
3 an alert of the severity of --fail-on was raised; 130 stopped by Ctrl-C.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the detectors over exported log files and print alerts.
    Replay(ReplayArgs),
    /// Watch live clusters in CloudWatch Logs and send alerts, until it is stopped.
    ///
    /// Settings (--config) name the clusters and where alerts go. It remembers in a file how far it has
    /// read, and goes on there. SIGTERM and Ctrl-C end it in order; killed, it loses nothing either.
    Watch(WatchArgs),
    /// Turn the events of an AWS Lambda function into alerts: subscriptions, Kinesis, S3 by way of SQS.
    ///
    /// Lambda starts it so: without arguments the program is this where AWS_LAMBDA_RUNTIME_API is set.
    /// Settings come from --config, TRAILHOUND_CONFIG (a path, s3://BUCKET/KEY or ssm:/NAME),
    /// TRAILHOUND_CONFIG_TOML (the text itself), or trailhound.toml in the package; more detectors from
    /// TRAILHOUND_DETECTORS (a folder). With --event it tries an event: alerts are printed and nothing is
    /// sent or remembered.
    Lambda(LambdaArgs),
    /// Run a Logs Insights query over exported log files.
    Query(QueryArgs),
    /// Show why a detector alerts on an event, or why not: which conditions hold.
    ///
    /// Asks the detector about every event and explains those that match and those that nearly do:
    /// each condition as it is written, whether it holds (✓), does not (✗) or can't be decided for want
    /// of a value (?), and the values it looked at. For a match it tells the exceptions, too.
    ///
    /// A near miss fulfils at least one condition that most events in the input don't. The nearest come
    /// first: a condition that does not hold weighs the more the fewer events fulfil it. Of an input of
    /// no more than --limit events, or of which most fulfil each condition, every event is near that
    /// fulfils any. Matches come before misses. When there is not room for all, misses get half of it,
    /// and misses of which the same conditions hold share a quarter.
    ///
    /// It works for detectors that are off by default, too.
    Explain(ExplainArgs),
    /// Show who makes the volume: events and bytes by user, verb, resource and so on.
    ///
    /// CloudWatch Logs bills the bytes of the log lines, so bytes are what counts here: shares and
    /// the order are theirs. A copy of an event in a second file counts again.
    Stats(StatsArgs),
    /// Try every call that the settings need, and say what to mend.
    ///
    /// Who calls, each role, each log group: whether it is there, can be read and is fresh; whether polling
    /// can keep up with the quota of the region; the topic. One line for each. Nothing is changed, and
    /// nothing is published without --send-test. Exit code 1 when something failed.
    Doctor(DoctorArgs),
    /// List, show, check and test detectors.
    Detectors(DetectorsArgs),
    /// List the fields that queries can use.
    Fields(FieldsArgs),
    /// Print the CloudWatch filter pattern that passes what the detectors need, and little else.
    ///
    /// For a subscription filter: what it hides costs nothing to carry, and no detector misses it. The
    /// pattern goes to standard output; standard error says what it hides (cut-off lines, the
    /// authenticator's), what was generalised to keep it short, and which detectors need everything.
    FilterPattern(FilterPatternArgs),
    /// Ask a running watch whether it is well, for a container's health check.
    ///
    /// Prints nothing and exits with 0 when it is; else says why and exits with 1.
    Probe(super::probe::Options),
    /// Print a completion script for a shell.
    Completions(CompletionsArgs),
}

const INPUT_HELP: &str = "Files, folders, globs, s3://BUCKET/PREFIX, or - for standard input";

/// Options of `replay`.
#[derive(Debug, Arguments)]
pub struct ReplayArgs {
    #[arg(required = true, value_name = "PATH", help = INPUT_HELP)]
    pub paths: Vec<String>,
    /// How alerts are written [default: pretty on a terminal, else json].
    #[arg(long)]
    pub format: Option<AlertFormat>,
    /// Leave out alerts below this severity.
    #[arg(long, value_name = "SEVERITY", value_parser = severity(), default_value = "info")]
    pub min_severity: Severity,
    #[command(flatten)]
    pub time: TimeArgs,
    #[command(flatten)]
    pub detectors: DetectorSetArgs,
    /// Exit with code 3 when an alert of at least this severity is raised.
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub fail_on: Option<Severity>,
    /// Name of the cluster, where the input does not tell it.
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// Keep baselines, thresholds and sequences in this file, from one run to the next [default: in
    /// memory, for this run alone].
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Put the raw event into each alert, redacted.
    #[arg(long)]
    pub include_event: bool,
    /// How many threads judge; the alerts are the same for any number [default: one for each core, at most 4].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub threads: Option<u16>,
}

/// Which stretch of event time.
#[derive(Clone, Debug, Default, Arguments)]
pub struct TimeArgs {
    /// Only events from this time on: RFC 3339, a date, or a time ago such as 2h or 7d.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only events before this time.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// Which detectors, and with which settings.
#[derive(Clone, Debug, Default, Arguments)]
pub struct DetectorSetArgs {
    /// More detectors, from a folder or a file; may be repeated.
    #[arg(long = "detectors", value_name = "DIR")]
    pub dirs: Vec<PathBuf>,
    /// Switch on a detector that is off by default, or all of them; may be repeated.
    #[arg(long, value_name = "ID|all", value_delimiter = ',')]
    pub enable: Vec<String>,
    /// Settings: clusters, lists and exceptions.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// How alerts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AlertFormat {
    /// Several lines for people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// How tables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Aligned columns for people.
    Table,
    /// One JSON object a row.
    Json,
    /// Comma-separated values with a header.
    Csv,
}

/// How coverage is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CoverageFormat {
    /// A layer for the ATT&CK Navigator (JSON).
    Layer,
    /// Aligned columns for people.
    Table,
    /// One JSON object a row.
    Json,
    /// The page of the manual.
    Markdown,
}

/// Options of `query`.
#[derive(Debug, Arguments)]
pub struct QueryArgs {
    /// The query, as it would be pasted into Logs Insights.
    #[arg(value_name = "QL")]
    pub query: String,
    #[arg(required = true, value_name = "PATH", help = INPUT_HELP)]
    pub paths: Vec<String>,
    /// How rows are written [default: table on a terminal, else json].
    #[arg(long)]
    pub format: Option<TableFormat>,
    #[command(flatten)]
    pub time: TimeArgs,
    /// Settings: lists that the query uses as ${name}, and clusters.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Name of the cluster, where the input does not tell it.
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
}

/// Options of `explain`.
#[derive(Debug, Arguments)]
pub struct ExplainArgs {
    /// The detector's id.
    pub detector: String,
    #[arg(required = true, value_name = "PATH", help = INPUT_HELP)]
    pub paths: Vec<String>,
    /// Explain only the events of this request, by its audit id or CloudWatch's event id; exit code 1
    /// when there are none.
    #[arg(long, value_name = "AUDIT_ID")]
    pub event: Option<String>,
    /// Explain every event, in the order of the input.
    #[arg(long, conflicts_with = "event")]
    pub all: bool,
    /// How many events are explained [default: 20; with --all or --event all of them].
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// How explanations are written [default: pretty on a terminal, else json].
    #[arg(long)]
    pub format: Option<AlertFormat>,
    #[command(flatten)]
    pub time: TimeArgs,
    /// More detectors, from a folder or a file; may be repeated.
    #[arg(long = "detectors", value_name = "DIR")]
    pub detectors: Vec<PathBuf>,
    /// Settings: clusters, lists and exceptions.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Name of the cluster, where the input does not tell it.
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
}

/// Options of `stats`.
#[derive(Debug, Arguments)]
pub struct StatsArgs {
    #[arg(required = true, value_name = "PATH", help = INPUT_HELP)]
    pub paths: Vec<String>,
    /// Count by this instead: user, verb, resource, agent, namespace, code, log, level, stage, or any
    /// field that `trailhound fields` lists; may be repeated.
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub by: Vec<String>,
    /// How many values of each are shown; the others are summed up in one line.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// How the result is written [default: table on a terminal, else json].
    #[arg(long)]
    pub format: Option<TableFormat>,
    /// Draw bars with plain characters, as is done anyway where standard output is no terminal.
    #[arg(long)]
    pub ascii: bool,
    #[command(flatten)]
    pub time: TimeArgs,
    /// Settings: clusters.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Name of the cluster, where the input does not tell it.
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
}

/// Options of `doctor`.
#[derive(Debug, Arguments)]
pub struct DoctorArgs {
    /// Settings: clusters and sinks.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Publish a test message to the SNS topic.
    #[arg(long)]
    pub send_test: bool,
    /// How findings are written [default: pretty on a terminal, else json].
    #[arg(long)]
    pub format: Option<AlertFormat>,
}

/// Commands of `detectors`.
#[derive(Debug, Arguments)]
pub struct DetectorsArgs {
    #[command(subcommand)]
    pub command: DetectorsCommand,
}

/// What to do with detectors.
#[derive(Debug, Subcommand)]
pub enum DetectorsCommand {
    /// List them.
    List {
        #[command(flatten)]
        set: DetectorSetArgs,
        /// How the list is written [default: table on a terminal, else json].
        #[arg(long)]
        format: Option<TableFormat>,
    },
    /// Show one: its query, meaning, runbook and tests.
    Show {
        /// The detector's id.
        id: String,
        /// Print plain Logs Insights text to paste into the console.
        #[arg(long)]
        console: bool,
        #[command(flatten)]
        set: DetectorSetArgs,
    },
    /// Check detector files and exceptions, and run no test.
    Check {
        /// Files or folders to check beside the built-in detectors.
        paths: Vec<PathBuf>,
        #[command(flatten)]
        set: DetectorSetArgs,
    },
    /// Show what of the catalogue is detected, by what, and what it needs.
    Coverage {
        #[command(flatten)]
        set: DetectorSetArgs,
        /// A layer for the ATT&CK Navigator, or the rows of the catalogue.
        #[arg(long, default_value = "layer")]
        format: CoverageFormat,
    },
    /// Run the tests inside detector files.
    Test {
        /// Only detectors whose id contains one of these.
        ids: Vec<String>,
        #[command(flatten)]
        set: DetectorSetArgs,
    },
}

/// Options of `fields`.
#[derive(Debug, Arguments)]
pub struct FieldsArgs {
    /// Only fields whose name or meaning contains this.
    pub filter: Option<String>,
    /// How the list is written [default: table on a terminal, else json].
    #[arg(long)]
    pub format: Option<TableFormat>,
}

/// Options of `filter-pattern`.
#[derive(Debug, Arguments)]
pub struct FilterPatternArgs {
    /// Only for these detectors, on by default or not; may be repeated.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Not for these; may be repeated.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub without: Vec<String>,
    /// What the pattern is made of.
    #[arg(long, default_value = "json")]
    pub form: PatternForm,
    /// Tell what it passes of these files, and whether it hides anything that the detectors need: files,
    /// folders, globs, or - for standard input; may be repeated.
    #[arg(long, value_name = "PATH")]
    pub check: Vec<String>,
    #[command(flatten)]
    pub detectors: DetectorSetArgs,
}

/// What a filter pattern is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PatternForm {
    /// Tests of members: passes little, and no line that is no JSON.
    Json,
    /// Words in the line: passes more, cut-off lines and those of the authenticator too.
    Terms,
}

/// Options of `completions`.
#[derive(Debug, Arguments)]
pub struct CompletionsArgs {
    /// The shell.
    pub shell: clap_complete::Shell,
}

fn severity() -> impl clap::builder::TypedValueParser<Value = Severity> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    PossibleValuesParser::new(Severity::ALL.map(Severity::as_str))
        .try_map(|text| text.parse::<Severity>())
}
