//! `[sink.*]` and `[[route]]`: where a watch sends alerts. Checked, and of no effect to a replay.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

/// `[sink.*]` by name: a sink that is not named is not used.
pub type SinkConfigs = BTreeMap<String, Spanned<SinkConfig>>;

/// `[sink.NAME]`. Which keys mean anything depends on the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SinkConfig {
    /// The kind; without it the name is the kind.
    pub kind: Option<SinkKind>,
    /// SNS: the topic.
    pub topic_arn: Option<String>,
    /// SNS: what the message looks like.
    pub body: Option<BodyKind>,
    /// SNS: the largest message the topic takes, in bytes; without it the topic is asked.
    pub max_bytes: Option<usize>,
    /// SNS: the role to assume for publishing.
    pub role_arn: Option<String>,
    /// SNS: the external id that the role asks for.
    pub external_id: Option<String>,
    /// File: where it is.
    pub path: Option<PathBuf>,
    /// File: at how many bytes a new one is begun.
    pub rotate_bytes: Option<u64>,
    /// File: how many former files are kept.
    pub rotate_keep: Option<usize>,
}

/// The kinds of sinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SinkKind {
    /// Standard output.
    Stdout,
    /// A file of JSON lines that is rotated.
    File,
    /// An SNS topic.
    Sns,
}

/// What an SNS message looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyKind {
    /// The alert as JSON.
    #[default]
    Json,
    /// A text for e-mail.
    Text,
    /// A custom notification of Amazon Q Developer in chat applications.
    Chat,
}

/// `[[route]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteConfig {
    /// Which alerts, as a condition over their keys; without it, all.
    pub when: Option<Spanned<String>>,
    /// The sinks that get them.
    pub sinks: Vec<Spanned<String>>,
}

impl SinkConfig {
    /// The kind of the sink of this name, with all that is wrong with its keys.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn checked(&self, name: &str) -> Result<SinkKind, String> {
        let kind = self.kind.or(match name {
            "stdout" => Some(SinkKind::Stdout),
            "file" => Some(SinkKind::File),
            "sns" => Some(SinkKind::Sns),
            _ => None,
        });
        let Some(kind) = kind else {
            return Err(format!(
                "say what kind of sink {name:?} is: add kind = \"sns\", \"file\" or \"stdout\""
            ));
        };
        let of_sns = [
            ("topic_arn", self.topic_arn.is_some()),
            ("body", self.body.is_some()),
            ("max_bytes", self.max_bytes.is_some()),
            ("role_arn", self.role_arn.is_some()),
            ("external_id", self.external_id.is_some()),
        ];
        let of_file = [
            ("path", self.path.is_some()),
            ("rotate_bytes", self.rotate_bytes.is_some()),
            ("rotate_keep", self.rotate_keep.is_some()),
        ];
        let foreign: &[&[(&str, bool)]] = match kind {
            SinkKind::Stdout => &[&of_sns, &of_file],
            SinkKind::File => &[&of_sns],
            SinkKind::Sns => &[&of_file],
        };
        if let Some((key, _)) = foreign.iter().copied().flatten().find(|(_, set)| *set) {
            return Err(format!("{key} means nothing to this kind of sink"));
        }
        match kind {
            SinkKind::Sns if self.topic_arn.is_none() => Err(
                "an SNS sink needs its topic: topic_arn = \"arn:aws:sns:REGION:ACCOUNT:NAME\""
                    .to_owned(),
            ),
            SinkKind::File if self.path.is_none() => {
                Err("a file sink needs path = \"alerts.jsonl\"".to_owned())
            }
            kind => Ok(kind),
        }
    }
}
