//! A day of a stream and its function, a minute at a time: lines come as the clusters' day goes, shards take
//! what they can, the function reads in turn, and for a while it is down.

use super::batch::{Batch, MOST_MB};
use super::inputs::Inputs;
use super::prices::SHARD_MB;
use super::shard::Shard;
use super::traffic::{Spread, Traffic};

/// Seconds of a step.
const STEP: f64 = 60.0;

/// Steps of the two days that are looked at: the first brings the outage, the second the rest of catching up.
const STEPS: usize = 2 * DAY;

/// Steps of a day.
const DAY: usize = 1_440;

/// When the outage begins, in seconds: the busiest hour.
const DOWN: f64 = 14.5 * 3_600.0;

/// A lag of more than that is one of an outage, in seconds.
const LATE: f64 = 60.0;

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// The share of the bytes that a filter pattern lets pass.
    pub(crate) share: f64,
    /// How lines find their shard.
    pub(crate) spread: Spread,
    /// How many there are.
    pub(crate) shards: usize,
    /// For how many seconds the function is down.
    pub(crate) outage: f64,
}

/// Something measured at each step of the first day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    sum: f64,
    most: f64,
    steps: f64,
}

impl Series {
    /// Adds what was measured, for a second.
    fn add(&mut self, a_second: f64) {
        self.sum += a_second * STEP;
        self.most = self.most.max(a_second);
        self.steps += 1.0;
    }

    /// A second, on average.
    pub(crate) fn mean(&self) -> f64 {
        self.sum / self.steps / STEP
    }

    /// In the busiest step, a second.
    pub(crate) fn most(&self) -> f64 {
        self.most
    }

    /// In the day.
    pub(crate) fn sum(&self) -> f64 {
        self.sum
    }
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Day {
    pub(crate) events: Series,
    pub(crate) megabytes: Series,
    pub(crate) calls: Series,
    pub(crate) busy: Series,
    pub(crate) writes: Series,
    pub(crate) reads: Series,
    pub(crate) alerts: f64,
    /// The fullest shard in any step, of what a shard takes.
    pub(crate) fullest: f64,
    /// Bytes that a full shard refused at first.
    pub(crate) refused: f64,
    pub(crate) waited: f64,
    pub(crate) lag_before: f64,
    pub(crate) lag_outage: f64,
    pub(crate) caught_up: f64,
}

/// What the shards that are simulated want of the function in one step.
#[derive(Default)]
struct Wanted {
    /// Of each shard.
    megabytes: Vec<f64>,
    calls: f64,
    busy: f64,
    reads: f64,
    writes: f64,
}

/// Runs the day.
pub(crate) fn simulate(inputs: &Inputs, traffic: &Traffic, plan: &Plan) -> Day {
    let mean = inputs.terabytes * plan.share * 1e12 / inputs.ratio / 86_400.0 / 1e6;
    let clusters = match plan.spread {
        Spread::ByLogStream => traffic.streams_of_shard(plan.shards),
        Spread::Random => traffic.clusters(),
    };
    // How many shards each that is simulated stands for.
    let (simulated, alike) = match plan.spread {
        Spread::ByLogStream => (plan.shards, 1.0),
        Spread::Random => (1, plan.shards as f64),
    };
    let mut shards = vec![Shard::default(); simulated];
    let mut comes = vec![0.0; simulated];
    let mut day = Day {
        caught_up: f64::INFINITY,
        alerts: inputs.alerts * inputs.clusters as f64 * 24.0,
        ..Day::default()
    };
    let (up, mut refused, mut came) = (DOWN + plan.outage, 0.0, 0.0);
    for step in 0..STEPS {
        let now = step as f64 * STEP;
        let first_day = step < DAY;
        traffic.at(step % DAY, plan, &mut comes);
        let mut all = 0.0;
        for (shard, share) in shards.iter_mut().zip(&comes) {
            let megabytes = share * mean * STEP;
            let turned_away = shard.put(now, megabytes, STEP);
            all += megabytes;
            if first_day {
                refused += turned_away;
                came += megabytes;
                day.fullest = day.fullest.max(share * mean / SHARD_MB.0);
                day.waited = day.waited.max(shard.waited(now));
            }
        }
        let wanted = match now >= DOWN && now < up {
            true => Wanted::default(),
            false => read(inputs, &mut shards, clusters, alike),
        };
        if first_day {
            let a_second = alike / STEP;
            day.events.add(all * a_second * 1e6 / inputs.packed());
            day.megabytes.add(all * a_second);
            day.calls.add(wanted.calls * a_second);
            day.busy.add(wanted.busy * a_second);
            day.writes.add(wanted.writes * a_second);
            day.reads.add(wanted.reads * a_second);
        }
        note_lag(&mut day, &shards, inputs.window, now, up);
    }
    day.refused = refused / came;
    day
}

/// Lets the function read for one step, as far as shards, concurrency and table allow; each shard stands for
/// `alike` of them.
fn read(inputs: &Inputs, shards: &mut [Shard], clusters: f64, alike: f64) -> Wanted {
    let mut wanted = Wanted::default();
    for shard in shards.iter() {
        // What lies there makes full batches; else what a window gathers is one.
        let batch = (shard.holds() / STEP * inputs.window).clamp(1e-6, MOST_MB);
        let call = Batch::of_megabytes(inputs, batch, clusters);
        let one_after_another = batch * STEP / call.seconds;
        let megabytes = shard.holds().min(SHARD_MB.1 * STEP).min(one_after_another);
        let calls = megabytes / batch;
        wanted.megabytes.push(megabytes);
        wanted.calls += calls;
        wanted.busy += calls * call.seconds;
        wanted.reads += calls * call.reads;
        wanted.writes += calls * call.writes;
    }
    let limit = |most: f64, used: f64| match most > 0.0 && used * alike > most * STEP {
        true => most * STEP / used / alike,
        false => 1.0,
    };
    let part =
        limit(inputs.concurrency, wanted.busy).min(limit(inputs.table_writes, wanted.writes));
    for (shard, megabytes) in shards.iter_mut().zip(&wanted.megabytes) {
        shard.take(megabytes * part);
    }
    Wanted {
        calls: wanted.calls * part,
        busy: wanted.busy * part,
        reads: wanted.reads * part,
        writes: wanted.writes * part,
        megabytes: wanted.megabytes,
    }
}

fn note_lag(day: &mut Day, shards: &[Shard], window: f64, now: f64, up: f64) {
    let lag = shards.iter().map(|it| it.lag(now)).fold(0.0, f64::max);
    if now < DOWN {
        day.lag_before = day.lag_before.max(lag + window);
    } else if now <= up {
        day.lag_outage = day.lag_outage.max(lag);
    } else if day.caught_up.is_infinite() && lag <= LATE {
        day.caught_up = now - up;
    }
}
