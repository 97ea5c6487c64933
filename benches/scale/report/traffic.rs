//! Who logs how much, and when: a thousand clusters of very different size, most of them busy by day.

use super::day::Plan;
use super::inputs::Inputs;
use super::random::Random;

/// API servers of a cluster, each with an audit stream of its own.
pub(crate) const STREAMS: usize = 3;

/// How busy the busiest minute of all clusters together is, of the mean; a test of the day's figures.
pub(crate) const BUSIEST: f64 = 1.5;

/// How CloudWatch Logs picks a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Lines of one stream go to one shard; the default.
    ByLogStream,
    /// Any record goes to any shard.
    Random,
}

/// One cluster.
struct Cluster {
    /// Of all bytes.
    share: f64,
    /// When its day is busiest, in hours UTC.
    noon: f64,
    /// Where its streams go, by a hash.
    streams: [u64; STREAMS],
}

/// All clusters.
pub(crate) struct Traffic {
    clusters: Vec<Cluster>,
    /// What all of them log in each minute of the day, of the mean.
    minutes: Vec<f64>,
}

impl Traffic {
    /// The clusters of a seed.
    pub(crate) fn new(inputs: &Inputs) -> Self {
        let mut random = Random::new(inputs.seed);
        let clusters: Vec<_> = (0..inputs.clusters).map(|_| cluster(&mut random)).collect();
        let all: f64 = clusters.iter().map(|it| it.share).sum();
        let clusters: Vec<_> = clusters
            .into_iter()
            .map(|it| Cluster {
                share: it.share / all,
                ..it
            })
            .collect();
        let at = |minute: u32| {
            clusters
                .iter()
                .map(|it| it.at(f64::from(minute) / 60.0))
                .sum()
        };
        Self {
            minutes: (0..1_440).map(at).collect(),
            clusters,
        }
    }

    /// How many streams come to a shard, on average.
    pub(crate) fn streams_of_shard(&self, shards: usize) -> f64 {
        (self.clusters.len() * STREAMS) as f64 / shards as f64
    }

    /// How many clusters there are.
    pub(crate) fn clusters(&self) -> f64 {
        self.clusters.len() as f64
    }

    /// What comes for each shard in a minute of the day, as a share of the mean of all. Spread at random,
    /// all shards are alike, and one stands for them.
    pub(crate) fn at(&self, minute: usize, plan: &Plan, into: &mut [f64]) {
        if plan.spread == Spread::Random {
            return into.fill(self.minutes[minute] / plan.shards as f64);
        }
        into.fill(0.0);
        for cluster in &self.clusters {
            let each = cluster.at(minute as f64 / 60.0) / STREAMS as f64;
            for stream in cluster.streams {
                let shard = (stream % into.len() as u64) as usize;
                into[shard] += each;
            }
        }
    }
}

impl Cluster {
    /// What it logs at an hour of the day, of the mean of all clusters.
    fn at(&self, hour: f64) -> f64 {
        self.share * pace(hour - self.noon)
    }
}

/// A cluster's size is log-normal with sigma 1.3: of a thousand the largest is some fifty times the middle
/// one. Seven of ten have their noon within two hours of 15 UTC, the others anywhere.
fn cluster(random: &mut Random) -> Cluster {
    let normal: f64 = (0..12).map(|_| unit(random)).sum::<f64>() - 6.0;
    let noon = match unit(random) < 0.7 {
        true => 13.0 + 4.0 * unit(random),
        false => 24.0 * unit(random),
    };
    Cluster {
        share: (1.3 * normal).exp(),
        noon,
        streams: std::array::from_fn(|_| random.bits()),
    }
}

/// How busy it is so many hours from noon, of the day's mean.
fn pace(from_noon: f64) -> f64 {
    1.0 + 0.6 * (from_noon / 24.0 * std::f64::consts::TAU).cos()
}

/// From 0 to 1.
fn unit(random: &mut Random) -> f64 {
    (random.bits() >> 11) as f64 / (1_u64 << 53) as f64
}
