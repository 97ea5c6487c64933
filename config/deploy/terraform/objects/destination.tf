# Where log groups of other accounts in this region send their lines.

# CloudWatch Logs becomes this role, on behalf of this account (a test message) and of the senders.
data "aws_iam_policy_document" "writer_trust" {
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
      values   = [for account in concat([local.account], var.sender_accounts) : "arn:${local.partition}:logs:${local.region}:${account}:*"]
    }
  }
}

data "aws_iam_policy_document" "write" {
  statement {
    sid       = "WriteToTheGatherer"
    actions   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
    resources = [aws_kinesis_firehose_delivery_stream.this.arn]
  }
}

resource "aws_iam_role" "writer" {
  name_prefix        = "trailhound-writer-"
  assume_role_policy = data.aws_iam_policy_document.writer_trust.json
}

resource "aws_iam_role_policy" "write" {
  name   = "write"
  role   = aws_iam_role.writer.id
  policy = data.aws_iam_policy_document.write.json
}

resource "aws_cloudwatch_log_destination" "this" {
  name       = var.name
  role_arn   = aws_iam_role.writer.arn
  target_arn = aws_kinesis_firehose_delivery_stream.this.arn
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
