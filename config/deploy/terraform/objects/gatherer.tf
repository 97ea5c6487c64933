# Firehose gathers what the destination sends into objects.

resource "aws_cloudwatch_log_group" "gatherer" {
  name              = "/aws/kinesisfirehose/${var.name}"
  retention_in_days = 30
}

resource "aws_cloudwatch_log_stream" "gatherer" {
  name           = "s3"
  log_group_name = aws_cloudwatch_log_group.gatherer.name
}

data "aws_iam_policy_document" "gatherer_trust" {
  statement {
    sid     = "Firehose"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["firehose.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "gather" {
  statement {
    sid       = "LookAtTheBucket"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [aws_s3_bucket.this.arn]
  }
  statement {
    sid       = "WriteObjects"
    actions   = ["s3:AbortMultipartUpload", "s3:PutObject"]
    resources = ["${aws_s3_bucket.this.arn}/*"]
  }
  statement {
    sid       = "EncryptObjects"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${local.region}.amazonaws.com"]
    }
  }
  statement {
    sid       = "TellOfErrors"
    actions   = ["logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.gatherer.arn}:*"]
  }
}

resource "aws_iam_role" "gatherer" {
  name_prefix        = "trailhound-gatherer-"
  assume_role_policy = data.aws_iam_policy_document.gatherer_trust.json
}

resource "aws_iam_role_policy" "gather" {
  name   = "gather"
  role   = aws_iam_role.gatherer.id
  policy = data.aws_iam_policy_document.gather.json
}

resource "aws_kinesis_firehose_delivery_stream" "this" {
  name        = var.name
  destination = "extended_s3"
  server_side_encryption {
    enabled  = true
    key_type = "AWS_OWNED_CMK"
  }
  extended_s3_configuration {
    bucket_arn          = aws_s3_bucket.this.arn
    role_arn            = aws_iam_role.gatherer.arn
    prefix              = "logs/!{timestamp:yyyy/MM/dd/HH}/"
    error_output_prefix = "failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    # What subscriptions send is gzip already: one member after the other.
    compression_format = "UNCOMPRESSED"
    buffering_interval = var.buffer_seconds
    # A call of the function has to read an object whole.
    buffering_size = 16
    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.gatherer.name
      log_stream_name = aws_cloudwatch_log_stream.gatherer.name
    }
  }
  depends_on = [aws_iam_role_policy.gather]
}
