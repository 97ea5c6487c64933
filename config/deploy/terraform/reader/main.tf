# trailhound, account with clusters: the role by which `trailhound watch` in the security account reads
# their logs.

locals {
  logs = "arn:${data.aws_partition.here.partition}:logs:*:${data.aws_caller_identity.here.account_id}:log-group"
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "TrailhoundOfTheSecurityAccount"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [var.watcher_role_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "FindLogGroups"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["${local.logs}:*"]
  }
  statement {
    sid       = "ReadClusterLogs"
    actions   = ["logs:FilterLogEvents", "logs:DescribeLogStreams"]
    resources = ["${local.logs}:/aws/eks/*/cluster", "${local.logs}:/aws/eks/*/cluster:*"]
  }
}

resource "aws_iam_role" "this" {
  name                 = var.role_name
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "read" {
  name   = "read"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.read.json
}

output "role_arn" {
  value = aws_iam_role.this.arn
}
