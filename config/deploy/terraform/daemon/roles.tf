# What ECS does before the program starts, and what the program may do.

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Tasks"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "starter" {
  statement {
    sid     = "LogInToEcr"
    actions = ["ecr:GetAuthorizationToken"]
    # This action knows no resources.
    resources = ["*"]
  }
  statement {
    sid       = "PullTheImage"
    actions   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [var.repository_arn]
  }
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }
}

resource "aws_iam_role" "starter" {
  name_prefix        = "trailhound-starter-"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "starter" {
  name   = "start"
  role   = aws_iam_role.starter.id
  policy = data.aws_iam_policy_document.starter.json
}

data "aws_iam_policy_document" "task" {
  dynamic "statement" {
    for_each = length(var.reader_role_arns) == 0 ? [] : [1]
    content {
      sid       = "BecomeReaders"
      actions   = ["sts:AssumeRole"]
      resources = var.reader_role_arns
    }
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
  dynamic "statement" {
    for_each = var.stream == null ? [] : [var.stream.arn]
    content {
      sid = "ReadStream"
      actions = [
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
      ]
      resources = [statement.value]
    }
  }
  dynamic "statement" {
    for_each = var.stream == null ? [] : [1]
    content {
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
  dynamic "statement" {
    for_each = var.consumer == null ? [] : [var.consumer.arn]
    content {
      sid = "SubscribeAsAConsumer"
      actions = [
        "kinesis:DescribeStreamConsumer",
        "kinesis:SubscribeToShard",
      ]
      resources = [statement.value]
    }
  }
  dynamic "statement" {
    for_each = var.queue == null ? [] : [var.queue.arn]
    content {
      sid = "TakeMessages"
      actions = [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
      ]
      resources = [statement.value]
    }
  }
  dynamic "statement" {
    for_each = var.queue == null ? [] : [var.queue.bucket]
    content {
      sid       = "ReadObjects"
      actions   = ["s3:GetObject"]
      resources = ["arn:${local.partition}:s3:::${statement.value}/*"]
    }
  }
  dynamic "statement" {
    for_each = var.queue == null ? [] : [var.queue.bucket]
    content {
      sid       = "TellGoneFromDenied"
      actions   = ["s3:ListBucket"]
      resources = ["arn:${local.partition}:s3:::${statement.value}"]
    }
  }
  dynamic "statement" {
    for_each = var.queue == null ? [] : [1]
    content {
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
}

resource "aws_iam_role" "task" {
  name_prefix        = "trailhound-watch-"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "task" {
  name   = "watch"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.task.json
}
