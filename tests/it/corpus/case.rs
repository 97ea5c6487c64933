//! One event of the collection with its verdict.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::exceptions::LIFECYCLE;
use super::repeated::repeated;

/// A line of a labelled file.
#[derive(Deserialize)]
pub(super) struct Case {
    /// Its name.
    pub(super) case: String,
    /// The behaviour it shows, or must not be taken for.
    pub(super) technique: Option<String>,
    expect: Option<bool>,
    judged: Option<bool>,
    /// The event, as a log line would hold it.
    pub(super) event: Box<RawValue>,
    /// How many such events the source wants before it alerts.
    pub(super) threshold: Option<u64>,
    #[serde(default)]
    config: Vec<String>,
}

/// What the verdict is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Result {
    Found,
    Quiet,
    Missed,
    False,
}

impl Case {
    /// Whether the behaviour is there; nothing when nobody has said so. A reading of the event itself
    /// goes before the verdict of somebody's rule, which may be narrower than the behaviour.
    pub(super) fn verdict(&self) -> Option<bool> {
        self.judged.or(self.expect)
    }

    /// Whether an event counts as benign.
    pub(super) fn is_benign(&self) -> bool {
        self.verdict() == Some(false)
    }

    /// The lines that the verdict is about: the event, as often as its source wants it.
    pub(super) fn lines(&self) -> Vec<String> {
        match self.threshold {
            Some(times) if times > 1 => repeated(self.event.get(), times),
            _ => vec![self.event.get().to_owned()],
        }
    }

    /// The settings that the verdict supposes: lists, and exceptions for what is trusted.
    pub(super) fn settings(&self, detectors: &[String]) -> String {
        let mut settings = format!("[lists]\nthreat_ips = [{:?}]\n", self.threat());
        if let Some(image) = self.config.iter().find_map(|file| allowed_image(file)) {
            settings.push_str(&format!("allowed_images = [{image:?}]\n"));
        }
        let trusts = |file: &String| file.starts_with("trust_nginx");
        if self.config.iter().any(trusts) {
            for detector in detectors {
                settings.push_str(&format!(
                    "[[allow]]\ndetector = {detector:?}\nwhen = 'pod.images = \"nginx\"'\nreason = \"trusted\"\n"
                ));
            }
        }
        settings
    }

    /// An address that is known to be bad: the caller's, where the case says that it is.
    fn threat(&self) -> String {
        let elsewhere = || "192.0.2.66".to_owned();
        if self.technique.as_deref() != Some("threat-intel-ip") {
            return elsewhere();
        }
        let event: serde_json::Value = serde_json::from_str(self.event.get()).unwrap();
        let caller = event["sourceIPs"]
            .as_array()
            .and_then(|ips| ips.last()?.as_str());
        match caller {
            Some(ip) if self.verdict() == Some(true) => ip.to_owned(),
            _ => elsewhere(),
        }
    }

    /// The detectors that answer for the case; none when its behaviour is nobody's.
    pub(super) fn answerable(&self, known: &super::labelled::Techniques) -> Option<Vec<String>> {
        match self.technique.as_deref()? {
            "object-lifecycle-activity" => Some(LIFECYCLE.map(str::to_owned).to_vec()),
            "disallowed-image" => Some(vec!["image-not-allowlisted".to_owned()]),
            technique => known.get(technique).cloned(),
        }
    }
}

/// The image that a settings overlay of the source allows, told by its name.
fn allowed_image(file: &str) -> Option<&'static str> {
    match file {
        "allow_only_apache_container.yaml" => Some("apache"),
        "allow_nginx_container.yaml" => Some("nginx"),
        _ => None,
    }
}

impl Result {
    pub(super) const fn of(verdict: bool, raised: bool) -> Self {
        match (verdict, raised) {
            (true, true) => Self::Found,
            (true, false) => Self::Missed,
            (false, true) => Self::False,
            (false, false) => Self::Quiet,
        }
    }

    pub(super) const fn is_right(self) -> bool {
        matches!(self, Self::Found | Self::Quiet)
    }
}
