# trailhound, security account: a Kinesis stream, and the destination by which log groups of other accounts
# in this region write to it.

locals {
  account = data.aws_caller_identity.here.account_id
  region  = data.aws_region.here.name
}

resource "aws_kinesis_stream" "this" {
  name             = var.stream_name
  retention_period = var.retention_hours
  shard_count      = var.shards == 0 ? null : var.shards
  encryption_type  = "KMS"
  kms_key_id       = var.key_arn
  stream_mode_details {
    stream_mode = var.shards == 0 ? "ON_DEMAND" : "PROVISIONED"
  }
}

resource "aws_kinesis_stream_consumer" "this" {
  count      = var.fan_out ? 1 : 0
  name       = "trailhound"
  stream_arn = aws_kinesis_stream.this.arn
}

# CloudWatch Logs becomes this role, on behalf of this account (a test message) and of the senders.
data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "LogsOfSenders"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["logs.amazonaws.com"]
    }
    condition {
      test     = "StringLike"
      variable = "aws:SourceArn"
      values   = [for account in concat([local.account], var.sender_accounts) : "arn:${data.aws_partition.here.partition}:logs:${local.region}:${account}:*"]
    }
  }
}

data "aws_iam_policy_document" "write" {
  statement {
    sid       = "WriteToTheStream"
    actions   = ["kinesis:PutRecord"]
    resources = [aws_kinesis_stream.this.arn]
  }
  statement {
    sid       = "EncryptForTheStream"
    actions   = ["kms:GenerateDataKey"]
    resources = [var.key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["kinesis.${local.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "writer" {
  name_prefix        = "trailhound-writer-"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "write" {
  name   = "write"
  role   = aws_iam_role.writer.id
  policy = data.aws_iam_policy_document.write.json
}

resource "aws_cloudwatch_log_destination" "this" {
  name       = var.stream_name
  role_arn   = aws_iam_role.writer.arn
  target_arn = aws_kinesis_stream.this.arn
  # The role's policy has to be there when the destination's test message comes.
  depends_on = [aws_iam_role_policy.write]
}

data "aws_iam_policy_document" "senders" {
  statement {
    sid       = "Senders"
    actions   = ["logs:PutSubscriptionFilter"]
    resources = [aws_cloudwatch_log_destination.this.arn]
    principals {
      type        = "AWS"
      identifiers = var.sender_accounts
    }
  }
}

resource "aws_cloudwatch_log_destination_policy" "this" {
  destination_name = aws_cloudwatch_log_destination.this.name
  access_policy    = data.aws_iam_policy_document.senders.json
}

# The stream takes less than is written: CloudWatch Logs tries again for 24 hours, then lines are lost.
resource "aws_cloudwatch_metric_alarm" "throttled" {
  alarm_name          = "trailhound-stream-throttled"
  alarm_description   = "The stream takes less than is written. Add shards."
  namespace           = "AWS/Kinesis"
  metric_name         = "WriteProvisionedThroughputExceeded"
  dimensions          = { StreamName = aws_kinesis_stream.this.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
}

# An audit log is never silent.
resource "aws_cloudwatch_metric_alarm" "nothing_comes" {
  alarm_name          = "trailhound-stream-silent"
  alarm_description   = "Nothing was written for a quarter of an hour: subscriptions are broken or logging is off."
  namespace           = "AWS/Kinesis"
  metric_name         = "IncomingRecords"
  dimensions          = { StreamName = aws_kinesis_stream.this.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarm_topic_arn]
}

output "stream_arn" {
  value = aws_kinesis_stream.this.arn
}

output "consumer_arn" {
  value       = one(aws_kinesis_stream_consumer.this[*].arn)
  description = "consumer_arn of the [[kinesis]] in the settings; null without fan_out."
}

output "destination_arn" {
  value = aws_cloudwatch_log_destination.this.arn
}
