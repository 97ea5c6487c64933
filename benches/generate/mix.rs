//! How often each event comes.
//!
//! By number of events: 62 % at level Metadata, 12 % Request, 7 % small RequestResponse, 16 % pods
//! and their owners with bodies of 10 to 27 KB, 3 % of what detectors look for. By bytes the bodies
//! are more than half.

use anyhow::Context;

use crate::random::Random;
use crate::template::Template;

/// File name, text, and how many of a thousand events it is.
macro_rules! events {
    ($($name:literal $share:literal,)*) => {
        &[$(($name, include_str!(concat!("events/", $name, ".json")), $share)),*]
    };
}

const EVENTS: &[(&str, &str, usize)] = events![
    // Metadata
    "lease-update" 250,
    "leader-lease-update" 130,
    "configmap-get" 60,
    "configmaps-watch" 45,
    "configmaps-list" 25,
    "metrics-get" 20,
    "discovery-get" 30,
    "endpointslice-update" 60,
    // Request
    "pods-list" 25,
    "pod-get" 35,
    "deployments-watch" 25,
    "pod-status-patch" 15,
    "token-request" 20,
    // RequestResponse, small
    "subjectaccessreview-create" 25,
    "pod-binding-create" 20,
    "endpoints-update" 25,
    // RequestResponse, with bodies
    "pod-create" 126,
    "replicaset-status-update" 22,
    "deployment-status-update" 12,
    // rare
    "exec" 4,
    "secret-get" 12,
    "secrets-list" 3,
    "rolebinding-create" 3,
    "anonymous-forbidden" 8,
];

/// The templates, and a table of a thousand places to draw from.
pub(crate) struct Mix {
    templates: Vec<Template>,
    table: Vec<usize>,
}

impl Mix {
    /// Reads all templates.
    ///
    /// # Errors
    /// When one of them has a hole that nobody knows.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let mut mix = Self {
            templates: Vec::new(),
            table: Vec::new(),
        };
        for (index, (name, text, share)) in EVENTS.iter().enumerate() {
            mix.templates
                .push(Template::parse(text).with_context(|| format!("events/{name}.json"))?);
            mix.table.extend(std::iter::repeat_n(index, *share));
        }
        Ok(mix)
    }

    /// The next event's template.
    pub(crate) fn choose(&self, random: &mut Random) -> &Template {
        &self.templates[*random.pick(&self.table)]
    }
}
