//! What a simulated day costs, item by item.

use super::day::{Day, Plan};
use super::inputs::Inputs;
use super::prices::{LAMBDA_CALL, LAMBDA_GB_SECOND, ON_DEMAND, SHARD, SNS, TABLE};

/// Dollars a day, each with what they are for.
pub(crate) type Bill = Vec<(&'static str, f64)>;

/// Gigabytes of memory that the template gives a function.
pub(crate) const MEMORY: f64 = 1_769.0 / 1_024.0;

/// Kinesis for so many compressed bytes a day, the cheaper of its two modes, kept for two days.
pub(crate) fn stream(shards: f64, bytes: f64, record: f64) -> f64 {
    let gigabytes = bytes / 1e9;
    // Beyond the first day a stream on demand pays for what it keeps: $0.10 a GB and month.
    let on_demand = gigabytes * (ON_DEMAND.0 + ON_DEMAND.1 + 0.10 / 30.0) + 24.0 * ON_DEMAND.2;
    let puts = bytes / record * (record / 25_600.0).ceil();
    let provisioned = shards * 24.0 * (SHARD.0 + SHARD.1) + puts * SHARD.2;
    provisioned.min(on_demand)
}

/// The bill of a day.
pub(crate) fn of_day(inputs: &Inputs, plan: &Plan, day: &Day) -> Bill {
    let bytes = day.megabytes.sum() * 1e6;
    let record = inputs.packed() * inputs.events_per_record;
    vec![
        ("Kinesis", stream(plan.shards as f64, bytes, record)),
        (
            "Lambda, its time",
            day.busy.sum() * MEMORY * LAMBDA_GB_SECOND,
        ),
        ("Lambda, its calls", day.calls.sum() * LAMBDA_CALL),
        ("DynamoDB, writes", day.writes.sum() * TABLE.0),
        ("DynamoDB, reads", day.reads.sum() * TABLE.1),
        ("SNS", day.alerts * SNS),
    ]
}
