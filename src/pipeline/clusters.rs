//! Which cluster an origin belongs to, by the settings.

use crate::config::Config;
use crate::record::{Cluster, Origin};

/// Names clusters, and remembers the last: events of one origin come together.
#[derive(Clone, Debug)]
pub struct Clusters<'c> {
    config: &'c Config,
    /// The name that `--cluster` gives to clusters that the input does not name.
    name: Option<&'c str>,
    last: (Origin, Cluster),
}

impl<'c> Clusters<'c> {
    /// Clusters by these settings; `name` is given to those that the input does not name.
    #[must_use]
    pub fn new(config: &'c Config, name: Option<&'c str>) -> Self {
        let mut clusters = Self {
            config,
            name,
            last: Default::default(),
        };
        clusters.work_out();
        clusters
    }

    /// Gives a name to clusters that the input does not name.
    pub(super) fn set_name(&mut self, name: Option<&'c str>) {
        self.name = name;
        self.work_out();
    }

    /// The cluster of an origin.
    pub fn of(&mut self, origin: &Origin) -> &Cluster {
        if self.last.0 != *origin {
            self.last.0.clone_from(origin);
            self.work_out();
        }
        &self.last.1
    }

    fn work_out(&mut self) {
        self.last.1 = self.config.cluster_of(&self.last.0, self.name);
    }
}
