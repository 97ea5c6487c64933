# What the function may do.

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Lambda"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name_prefix        = "trailhound-function-"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }
  statement {
    sid = "ShareTheState"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:DeleteItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [aws_dynamodb_table.this.arn]
  }
  statement {
    sid       = "PublishAlerts"
    actions   = ["sns:Publish"]
    resources = [var.alert_topic_arn]
  }
  statement {
    sid       = "AskHowLongAMessageMayBe"
    actions   = ["sns:GetTopicAttributes"]
    resources = [var.alert_topic_arn]
  }
  statement {
    sid       = "EncryptAlerts"
    actions   = ["kms:GenerateDataKey*", "kms:Decrypt"]
    resources = [var.key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["sns.${local.region}.amazonaws.com"]
    }
  }
  statement {
    sid       = "SetAside"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.failed.arn]
  }
  statement {
    sid       = "EncryptWhatIsSetAside"
    actions   = ["kms:GenerateDataKey", "kms:Decrypt"]
    resources = [var.key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["sqs.${local.region}.amazonaws.com"]
    }
  }
  dynamic "statement" {
    for_each = var.settings_key == null ? [] : [1]
    content {
      sid       = "ReadSettings"
      actions   = ["s3:GetObject"]
      resources = ["arn:${local.partition}:s3:::${var.code_bucket}/${var.settings_key}"]
    }
  }
  dynamic "statement" {
    for_each = var.settings_parameter == null ? [] : [1]
    content {
      sid       = "ReadSettingsParameter"
      actions   = ["ssm:GetParameter"]
      resources = ["arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.settings_parameter}"]
    }
  }
}

resource "aws_iam_role_policy" "this" {
  name   = "function"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}

data "aws_iam_policy_document" "stream" {
  count = var.stream == null ? 0 : 1
  statement {
    sid = "MapTheStream"
    actions = [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
    ]
    resources = [var.stream.arn]
  }
  statement {
    sid       = "DecryptTheStream"
    actions   = ["kms:Decrypt"]
    resources = [var.key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["kinesis.${local.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "stream" {
  count  = var.stream == null ? 0 : 1
  name   = "stream"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.stream[0].json
}

data "aws_iam_policy_document" "queue" {
  count = var.queue == null ? 0 : 1
  statement {
    sid = "MapTheQueue"
    actions = [
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
    ]
    resources = [var.queue.arn]
  }
  statement {
    sid       = "ReadObjects"
    actions   = ["s3:GetObject"]
    resources = ["arn:${local.partition}:s3:::${var.queue.bucket}/*"]
  }
  statement {
    sid       = "TellGoneFromDenied"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${local.partition}:s3:::${var.queue.bucket}"]
  }
  statement {
    sid       = "DecryptObjectsAndNotifications"
    actions   = ["kms:Decrypt"]
    resources = [var.key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${local.region}.amazonaws.com", "sqs.${local.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "queue" {
  count  = var.queue == null ? 0 : 1
  name   = "queue"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.queue[0].json
}
