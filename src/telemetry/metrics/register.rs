//! Registering a metric: its name goes to Prometheus, and into the manual.

use std::fmt::Debug;
use std::hash::Hash;

use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::label::Labels;

/// A metric as the manual lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The name that Prometheus shows.
    pub name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it tells.
    pub help: &'static str,
}

/// Registers, and notes what the manual tells.
#[derive(Debug)]
pub(super) struct Register {
    pub(super) registry: Registry,
    pub(super) described: Vec<Described>,
}

impl Register {
    fn add<L, M>(
        &mut self,
        kind: &'static str,
        name: &'static str,
        help: &'static str,
        metric: Family<L, M, fn() -> M>,
    ) -> Family<L, M, fn() -> M>
    where
        L: Labels + Clone + Hash + Eq + Debug + EncodeLabelSet + Send + Sync + 'static,
        M: Clone
            + Debug
            + EncodeMetric
            + prometheus_client::metrics::TypedMetric
            + Send
            + Sync
            + 'static,
    {
        self.registry
            .register(name, help.trim_end_matches('.'), metric.clone());
        self.describe::<L>(kind, name, help);
        metric
    }

    pub(super) fn describe<L: Labels>(
        &mut self,
        kind: &'static str,
        name: &str,
        help: &'static str,
    ) {
        let total = if kind == "counter" { "_total" } else { "" };
        self.described.push(Described {
            name: format!("{PREFIX}_{name}{total}"),
            kind,
            labels: L::NAMES,
            help,
        });
    }

    pub(super) fn counter<L>(
        &mut self,
        name: &'static str,
        help: &'static str,
    ) -> Family<L, Counter>
    where
        L: Labels + Clone + Hash + Eq + Debug + EncodeLabelSet + Send + Sync + 'static,
    {
        self.add("counter", name, help, Family::default())
    }

    pub(super) fn gauge<L, G>(&mut self, name: &'static str, help: &'static str) -> Family<L, G>
    where
        L: Labels + Clone + Hash + Eq + Debug + EncodeLabelSet + Send + Sync + 'static,
        G: Default
            + Clone
            + Debug
            + EncodeMetric
            + prometheus_client::metrics::TypedMetric
            + Send
            + Sync
            + 'static,
    {
        self.add("gauge", name, help, Family::default())
    }

    pub(super) fn histogram<L>(
        &mut self,
        name: &'static str,
        help: &'static str,
        new: fn() -> Histogram,
    ) -> Family<L, Histogram>
    where
        L: Labels + Clone + Hash + Eq + Debug + EncodeLabelSet + Send + Sync + 'static,
    {
        self.add("histogram", name, help, Family::new_with_constructor(new))
    }
}

/// What all names begin with.
pub(super) const PREFIX: &str = "trailhound";
