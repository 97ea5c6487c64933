//! A day of a stream and its function, half a minute at a time: lines come as the clusters' day goes, shards take
//! what they can, the function reads in turn, and for a while it is down.

use super::batch::{Batch, MOST_MB};
use super::inputs::Inputs;
use super::prices::SHARD_MB;
use super::shard::Shard;
use super::traffic::{Spread, Traffic};

/// Seconds of a step.
const STEP: f64 = 30.0;

/// Steps of the two days that are looked at: the first brings the outage, the second the rest of catching up.
const STEPS: usize = 2 * 2_880;

/// When the outage begins, in seconds: the busiest hour.
const DOWN: f64 = 14.5 * 3_600.0;

/// How long Lambda gathers, as the template says it.
const WINDOW: f64 = 5.0;

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
    /// Whether the function is down for a while.
    pub(crate) outage: Outage,
}

/// Whether, and how long.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outage {
    /// The function runs all the time.
    None,
    /// It is down for so many seconds.
    An(u32),
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

/// What all shards want of the function in one step.
#[derive(Default)]
struct Wanted {
    megabytes: Vec<f64>,
    calls: f64,
    busy: f64,
    items: f64,
}

/// Runs the day.
pub(crate) fn simulate(inputs: &Inputs, plan: &Plan) -> Day {
    let traffic = Traffic::new(inputs);
    let mean = inputs.terabytes * plan.share * 1e12 / inputs.ratio / 86_400.0 / 1e6;
    let clusters = match plan.spread {
        Spread::ByLogStream => traffic.streams_of_shard(plan.shards),
        Spread::Random => traffic.clusters(),
    };
    let mut shards = vec![Shard::default(); plan.shards];
    let mut comes = vec![0.0; plan.shards];
    let mut day = Day {
        caught_up: f64::INFINITY,
        alerts: inputs.alerts * inputs.clusters as f64 * 24.0,
        ..Day::default()
    };
    let (up, mut refused, mut came) = (DOWN + outage(plan), 0.0, 0.0);
    for step in 0..STEPS {
        let now = step as f64 * STEP;
        let first_day = now < 86_400.0;
        traffic.at(now % 86_400.0, plan.spread, &mut comes);
        for (shard, share) in shards.iter_mut().zip(&comes) {
            let megabytes = share * mean * STEP;
            let turned_away = shard.put(now, megabytes, STEP);
            if first_day {
                refused += turned_away;
                came += megabytes;
                day.fullest = day.fullest.max(share * mean / SHARD_MB.0);
                day.waited = day.waited.max(shard.waited(now));
            }
        }
        let down = now >= DOWN && now < up;
        let wanted = match down {
            true => Wanted::default(),
            false => read(inputs, &mut shards, clusters, &mut comes),
        };
        if first_day {
            let megabytes: f64 = comes_now(&traffic, now, plan, mean);
            day.events.add(megabytes * 1e6 / inputs.packed());
            day.megabytes.add(megabytes);
            day.calls.add(wanted.calls / STEP);
            day.busy.add(wanted.busy / STEP);
            day.writes.add(wanted.items / STEP);
            day.reads.add(wanted.items / STEP);
        }
        note_lag(&mut day, &shards, now, up);
    }
    day.refused = refused / came;
    day
}

fn outage(plan: &Plan) -> f64 {
    match plan.outage {
        Outage::None => 0.0,
        Outage::An(seconds) => f64::from(seconds),
    }
}

/// What comes for all shards in a second, in megabytes.
fn comes_now(traffic: &Traffic, now: f64, plan: &Plan, mean: f64) -> f64 {
    let mut one = [0.0];
    traffic.at(now % 86_400.0, plan.spread, &mut one);
    one[0] * mean
}

/// Lets the function read for one step, as far as shards, concurrency and table allow.
fn read(inputs: &Inputs, shards: &mut [Shard], clusters: f64, room: &mut Vec<f64>) -> Wanted {
    let mut wanted = Wanted {
        megabytes: std::mem::take(room),
        ..Wanted::default()
    };
    for (shard, megabytes) in shards.iter().zip(&mut wanted.megabytes) {
        let holds = shard.holds();
        // What lies there makes full batches; else what a window gathers is one.
        let batch = (holds / STEP * WINDOW).clamp(1e-6, MOST_MB);
        let call = Batch::of_megabytes(inputs, batch, clusters);
        let one_after_another = batch * STEP / call.seconds;
        *megabytes = holds.min(SHARD_MB.1 * STEP).min(one_after_another);
        let calls = *megabytes / batch;
        wanted.calls += calls;
        wanted.busy += calls * call.seconds;
        wanted.items += calls * call.items;
    }
    let limit = |most: f64, used: f64| match most > 0.0 && used > most * STEP {
        true => most * STEP / used,
        false => 1.0,
    };
    let part = limit(inputs.concurrency, wanted.busy).min(limit(inputs.table_writes, wanted.items));
    for (shard, megabytes) in shards.iter_mut().zip(&wanted.megabytes) {
        shard.take(megabytes * part);
    }
    *room = std::mem::take(&mut wanted.megabytes);
    Wanted {
        calls: wanted.calls * part,
        busy: wanted.busy * part,
        items: wanted.items * part,
        megabytes: Vec::new(),
    }
}

fn note_lag(day: &mut Day, shards: &[Shard], now: f64, up: f64) {
    let lag = shards.iter().map(|it| it.lag(now)).fold(0.0, f64::max);
    if now < DOWN {
        day.lag_before = day.lag_before.max(lag + WINDOW);
    } else if now <= up {
        day.lag_outage = day.lag_outage.max(lag);
    } else if day.caught_up.is_infinite() && lag <= LATE {
        day.caught_up = now - up;
    }
}
