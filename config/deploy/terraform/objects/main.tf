# trailhound, security account: Firehose gathers the log lines of subscriptions into S3 objects, and a queue
# tells of each. For volume, and where some minutes don't matter.

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.name
  bucket    = "${var.name}-${local.account}-${local.region}"
}

output "destination_arn" {
  value = aws_cloudwatch_log_destination.this.arn
}

output "queue_arn" {
  value = aws_sqs_queue.this.arn
}

output "queue_url" {
  value = aws_sqs_queue.this.url
}

output "bucket" {
  value = aws_s3_bucket.this.bucket
}
