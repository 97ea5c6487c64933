# trailhound as a Lambda function, with what it remembers in DynamoDB. It takes a Kinesis stream, a queue of S3
# notifications, log groups of this account, or several of them.

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.name
  place = (
    var.settings_key != null ? "s3://${var.code_bucket}/${var.settings_key}" :
    var.settings_parameter != null ? "ssm:${var.settings_parameter}" : null
  )
  settings = local.place != null ? {
    TRAILHOUND_CONFIG = local.place
    } : {
    TRAILHOUND_CONFIG_TOML = <<-EOT
      [state]
      table = "${aws_dynamodb_table.this.name}"
      region = "${local.region}"
      [sink.sns]
      topic_arn = "${var.alert_topic_arn}"
    EOT
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_days
}

resource "aws_lambda_function" "this" {
  function_name                  = var.name
  description                    = "Watches the audit trail of EKS clusters"
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  s3_bucket                      = var.code_bucket
  s3_key                         = var.code_key
  memory_size                    = var.memory_size
  timeout                        = var.queue == null ? 120 : 900 # An object is read in one call.
  reserved_concurrent_executions = var.concurrency
  role                           = aws_iam_role.this.arn
  logging_config {
    log_group  = aws_cloudwatch_log_group.this.name
    log_format = "JSON"
  }
  environment {
    variables = merge(local.settings, { MALLOC_ARENA_MAX = "1" })
  }
}

output "function_arn" {
  value = aws_lambda_function.this.arn
}

output "table_arn" {
  value = aws_dynamodb_table.this.arn
}

output "failed_queue_url" {
  value = aws_sqs_queue.failed.url
}
