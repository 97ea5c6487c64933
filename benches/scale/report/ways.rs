//! The ways side by side, for some sizes: what each costs for a terabyte, and where each ends.

use super::batch::{Batch, MOST_MB};
use super::bill::{MEMORY, stream};
use super::inputs::Inputs;
use super::prices::{
    ENDPOINT, FARGATE, FILTER, FIREHOSE_GB, FIREHOSE_MB, LAMBDA_CALL, LAMBDA_GB_SECOND, S3,
    SHARD_MB, SNS, SQS, TABLE, TABLE_WRITES,
};
use super::table::{Table, count, money};
use super::traffic::BUSIEST;

/// Terabytes a day that are compared.
const SIZES: [f64; 4] = [0.1, 1.0, 10.0, 50.0];

/// Clusters for each terabyte a day, and the least.
fn clusters_of(inputs: &Inputs, terabytes: f64) -> f64 {
    (inputs.clusters as f64 * terabytes / inputs.terabytes).max(1.0)
}

/// Compressed megabytes that Firehose puts into one object, as the template says.
const OBJECT_MB: f64 = 16.0;

/// A share of its measured speed that a daemon is planned with.
const PLANNED: f64 = 0.7;

/// What a way asks of Lambda and the table, a second.
struct Load {
    calls: f64,
    busy: f64,
    reads: f64,
    writes: f64,
}

impl Load {
    fn new(batch: Batch, events: f64) -> Self {
        let calls = events / batch.events;
        Self {
            calls,
            busy: calls * batch.seconds,
            reads: calls * batch.reads,
            writes: calls * batch.writes,
        }
    }

    /// Dollars a day.
    fn dollars(&self) -> f64 {
        let a_second = self.calls * LAMBDA_CALL + self.busy * MEMORY * LAMBDA_GB_SECOND;
        a_second * 86_400.0 + self.table()
    }

    /// Those of them that are for the table.
    fn table(&self) -> f64 {
        (self.writes * TABLE.0 + self.reads * TABLE.1) * 86_400.0
    }
}

/// Log groups that call the function: a call for each record.
fn direct_load(inputs: &Inputs, terabytes: f64) -> Load {
    let batch = Batch::new(inputs, inputs.events_per_record, 1.0);
    Load::new(batch, inputs.events(terabytes))
}

/// A stream between, of so many clusters: what a shard brings in a window, or what a call can be handed.
fn stream_load(inputs: &Inputs, terabytes: f64, clusters: f64) -> Load {
    let packed = inputs.events(terabytes) * inputs.packed() / 1e6;
    let gathered = packed / shards(inputs, terabytes) * inputs.window;
    let batch = Batch::of_megabytes(inputs, gathered.min(MOST_MB), clusters);
    Load::new(batch, inputs.events(terabytes))
}

/// Objects: what a minute of them all brings, or what an object holds.
fn object_load(inputs: &Inputs, terabytes: f64, clusters: f64) -> Load {
    let batch = Batch::of_megabytes(inputs, object(inputs, terabytes), clusters);
    Load::new(batch, inputs.events(terabytes))
}

fn object(inputs: &Inputs, terabytes: f64) -> f64 {
    let packed = inputs.events(terabytes) * inputs.packed() / 1e6;
    (packed * 60.0).min(OBJECT_MB)
}

fn shards(inputs: &Inputs, terabytes: f64) -> f64 {
    let packed = inputs.events(terabytes) * inputs.packed() / 1e6;
    (packed * BUSIEST / 0.5).ceil()
}

fn alerts(inputs: &Inputs, terabytes: f64) -> f64 {
    inputs.alerts * 24.0 * clusters_of(inputs, terabytes) * SNS
}

/// A daemon of so many processors, two GB with each, for a day.
fn task(processors: f64) -> f64 {
    let processors = processors.max(1.0);
    24.0 * processors * (FARGATE.0 + 2.0 * FARGATE.1)
}

fn poll(inputs: &Inputs, terabytes: f64) -> f64 {
    let processors = (inputs.events(terabytes) * BUSIEST * inputs.poll_us / 1e6 / PLANNED).ceil();
    let read = terabytes * 1e3 * inputs.poll_times;
    // Endpoints for logs, sts and sns.
    task(processors) + read * ENDPOINT.1 + 3.0 * 24.0 * ENDPOINT.0
}

fn kinesis(inputs: &Inputs, terabytes: f64) -> f64 {
    let bytes = terabytes * 1e12 / inputs.ratio;
    let record = inputs.packed() * inputs.events_per_record;
    stream(shards(inputs, terabytes), bytes, record)
}

/// For how many days objects are kept, as the template says.
const KEPT: f64 = 15.0;

/// Firehose, the bucket, and the queue.
fn objects(inputs: &Inputs, terabytes: f64) -> f64 {
    let record = inputs.packed() * inputs.events_per_record;
    let gigabytes = terabytes * 1e3 / inputs.ratio;
    let counted = (record / 5_120.0).ceil() * 5_120.0 / record;
    let files = gigabytes * 1e3 / object(inputs, terabytes);
    gigabytes * (counted * FIREHOSE_GB + KEPT * S3.2 / 30.0) + files * (S3.0 + S3.1 + 3.0 * SQS)
}

/// Events a second that one daemon takes from objects: what it can judge, or what SQLite can remember.
fn daemon(inputs: &Inputs) -> f64 {
    (inputs.daemon_mb * 1e6 / inputs.line).min(inputs.sqlite / inputs.updates)
}

fn daemons(inputs: &Inputs, terabytes: f64) -> f64 {
    (inputs.events(terabytes) * BUSIEST / daemon(inputs) / PLANNED).ceil()
}

/// Dollars for a terabyte.
pub(crate) fn dollars(inputs: &Inputs) -> String {
    let heads = SIZES.map(|size| format!("{size} TB a day"));
    let mut table =
        Table::new(std::iter::once("$ for a TB").chain(heads.iter().map(String::as_str)));
    type Cost = fn(&Inputs, f64) -> f64;
    let ways: [(&str, Cost); 5] = [
        ("poll", poll),
        ("Lambda, called by the log group", |i, t| {
            direct_load(i, t).dollars()
        }),
        ("Kinesis and Lambda", |i, t| {
            kinesis(i, t) + stream_load(i, t, clusters_of(i, t)).dollars()
        }),
        ("S3, SQS and Lambda", |i, t| {
            objects(i, t) + object_load(i, t, clusters_of(i, t)).dollars()
        }),
        ("S3, SQS and daemons, each with its clusters", |i, t| {
            objects(i, t) + daemons(i, t) * task(2.0)
        }),
    ];
    for (name, cost) in ways {
        let cells = SIZES.map(|size| money((cost(inputs, size) + alerts(inputs, size)) / size));
        table.row(std::iter::once(name.to_owned()).chain(cells));
    }
    table.end()
}

/// Where each ends, and what it asks for at the full size.
pub(crate) fn ends(inputs: &Inputs) -> String {
    let all = inputs.terabytes;
    let mut table = Table::new(["way", "events a second", "TB a day", "what ends it"]);
    let mut row = |way: &str, events: f64, end: String| {
        let terabytes = events * inputs.line * 86_400.0 / 1e12;
        table.row([way.to_owned(), count(events), count(terabytes), end]);
    };
    let calls = FILTER.0 * 0.75 * FILTER.1 * 1e6 / inputs.poll_times / inputs.line;
    row(
        "poll, in one account and region",
        calls,
        format!(
            "{} FilterLogEvents a second in us-east-1, of which three quarters are taken; a fifth of it where 5 are allowed",
            FILTER.0
        ),
    );
    row(
        "poll, a daemon with one processor",
        1e6 / inputs.poll_us,
        "its processor".to_owned(),
    );
    let direct = Batch::new(inputs, inputs.events_per_record, 1.0);
    let each = direct.events / direct.seconds;
    row(
        "Lambda, called by the log group",
        inputs.concurrency * each,
        format!(
            "{} functions at once, the account's default; {} table writes a second by then",
            count(inputs.concurrency),
            count(inputs.concurrency / direct.seconds * direct.writes)
        ),
    );
    let shard = SHARD_MB.0 * 1e6 / inputs.packed();
    row(
        "one shard of a stream",
        shard,
        "1 MB a second; the log stream of one API server goes to one shard".to_owned(),
    );
    let quota = |load: Load| inputs.events(all) * TABLE_WRITES / load.writes;
    row(
        "Kinesis and Lambda",
        quota(stream_load(inputs, all, clusters_of(inputs, all))),
        "40,000 writes a second, the default quota of a table on demand; more is asked for"
            .to_owned(),
    );
    row(
        "S3, SQS and Lambda",
        quota(object_load(inputs, all, clusters_of(inputs, all))),
        "the same".to_owned(),
    );
    let by = match inputs.sqlite / inputs.updates < inputs.daemon_mb * 1e6 / inputs.line {
        true => "updates of its state in SQLite, with a million cells",
        false => "its processor",
    };
    row(
        "one Firehose stream",
        FIREHOSE_MB * 1e6 / inputs.packed(),
        "5 MB a second by default; more is asked for".to_owned(),
    );
    row(
        "S3, SQS and one daemon",
        daemon(inputs),
        format!("{by}; {} daemons for {all} TB", daemons(inputs, all)),
    );
    table.end()
}

/// What makes the table's writes fewer, at the full size.
pub(crate) fn writes(inputs: &Inputs) -> String {
    let (all, clusters) = (inputs.terabytes, inputs.clusters as f64);
    let minute = Inputs {
        window: 60.0,
        ..inputs.clone()
    };
    let whole = Inputs {
        commit: f64::INFINITY,
        ..inputs.clone()
    };
    let several = Inputs {
        cells_per_item: 8.0,
        ..inputs.clone()
    };
    let mut table = Table::new([
        "what a call is given",
        "events",
        "table writes a second",
        "$ for a TB, of the table",
    ]);
    for (name, load) in [
        ("a record of a log group", direct_load(inputs, all)),
        (
            "five seconds of a shard",
            stream_load(inputs, all, clusters),
        ),
        (
            "a minute of a shard, or 6 MB",
            stream_load(&minute, all, clusters),
        ),
        (
            "the same, with ten streams for a tenth of the clusters each",
            stream_load(&minute, all, clusters / 10.0),
        ),
        ("an object of 16 MB", object_load(inputs, all, clusters)),
        (
            "the same, with ten buckets for a tenth of the clusters each",
            object_load(inputs, all, clusters / 10.0),
        ),
        (
            "and were each object one commit",
            object_load(&whole, all, clusters / 10.0),
        ),
        (
            "five seconds of a shard, were eight cells in an item",
            stream_load(&several, all, clusters),
        ),
    ] {
        table.row([
            name.to_owned(),
            count(inputs.events(all) / load.calls),
            count(load.writes),
            money(load.table() / all),
        ]);
    }
    table.end()
}
