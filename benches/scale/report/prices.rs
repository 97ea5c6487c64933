//! Prices and quotas of us-east-1, as pages of 2025 and 2026 quote them, AWS's own and others'. No account was
//! used and no bill was seen.

use super::table::Table;

/// Lambda on arm64, for a GB and second.
pub(crate) const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
/// A call of a function.
pub(crate) const LAMBDA_CALL: f64 = 0.20e-6;
/// Kinesis on demand: a GB in, a GB out, an hour of a stream.
pub(crate) const ON_DEMAND: (f64, f64, f64) = (0.08, 0.04, 0.04);
/// Kinesis provisioned: an hour of a shard, the same for the second day of keeping, 25 KB put.
pub(crate) const SHARD: (f64, f64, f64) = (0.015, 0.020, 0.014e-6);
/// DynamoDB on demand: a write of 1 KB, a consistent read of 4 KB.
pub(crate) const TABLE: (f64, f64) = (0.625e-6, 0.125e-6);
/// Firehose, a GB; each record counts as a multiple of 5 KB.
pub(crate) const FIREHOSE_GB: f64 = 0.029;
/// S3: a put, a get, a GB for a month.
pub(crate) const S3: (f64, f64, f64) = (5e-6, 0.4e-6, 0.023);
/// A request to SQS.
pub(crate) const SQS: f64 = 0.40e-6;
/// A message published.
pub(crate) const SNS: f64 = 0.50e-6;
/// Fargate on arm64: a processor for an hour, a GB of memory for an hour.
pub(crate) const FARGATE: (f64, f64) = (0.032_38, 0.003_56);
/// An interface endpoint of a VPC: an hour, a GB.
pub(crate) const ENDPOINT: (f64, f64) = (0.01, 0.01);

/// Megabytes a second into a shard, and out of it to all ordinary readers.
pub(crate) const SHARD_MB: (f64, f64) = (1.0, 2.0);
/// The most that Lambda is handed in one call, in MB; the records in it are base64.
pub(crate) const PAYLOAD_MB: f64 = 6.0;
/// Megabytes a second into a Firehose stream, unless more was asked for.
pub(crate) const FIREHOSE_MB: f64 = 5.0;
/// Writes a second to a table on demand, unless more was asked for.
pub(crate) const TABLE_WRITES: f64 = 40_000.0;
/// FilterLogEvents calls a second in us-east-1, and what one brings, in MB.
pub(crate) const FILTER: (f64, f64) = (25.0, 1.0);

/// The prices, and where AWS tells today's.
pub(crate) fn table() -> String {
    let mut table = Table::new(["what", "price", "page to check it on"]);
    for row in [
        [
            "Lambda, arm64",
            "$0.0000133334 a GB-second, $0.20 a million calls",
            "aws.amazon.com/lambda/pricing",
        ],
        [
            "Kinesis on demand",
            "$0.08 a GB in, $0.04 a GB out, $0.04 an hour",
            "aws.amazon.com/kinesis/data-streams/pricing",
        ],
        [
            "Kinesis provisioned",
            "$0.015 an hour and shard, $0.020 for the second day, $0.014 a million 25 KB puts",
            "aws.amazon.com/kinesis/data-streams/pricing",
        ],
        [
            "DynamoDB on demand",
            "$0.625 a million writes, $0.125 a million reads",
            "aws.amazon.com/dynamodb/pricing/on-demand",
        ],
        [
            "Firehose",
            "$0.029 a GB, records rounded up to 5 KB",
            "aws.amazon.com/firehose/pricing",
        ],
        [
            "S3",
            "$0.005 a thousand puts, $0.0004 a thousand gets, $0.023 a GB and month",
            "aws.amazon.com/s3/pricing",
        ],
        [
            "SQS, SNS",
            "$0.40 and $0.50 a million requests",
            "aws.amazon.com/sqs/pricing, /sns/pricing",
        ],
        [
            "Fargate, arm64",
            "$0.03238 an hour and vCPU, $0.00356 an hour and GB",
            "aws.amazon.com/fargate/pricing",
        ],
        [
            "interface endpoint",
            "$0.01 an hour, $0.01 a GB",
            "aws.amazon.com/privatelink/pricing",
        ],
    ] {
        table.row(row.map(str::to_owned));
    }
    table.end()
}
