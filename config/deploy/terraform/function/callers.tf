# Who calls the function.

resource "aws_lambda_event_source_mapping" "stream" {
  count                              = var.stream == null ? 0 : 1
  function_name                      = aws_lambda_function.this.arn
  event_source_arn                   = var.stream.arn
  starting_position                  = "TRIM_HORIZON"
  batch_size                         = var.batch_size
  maximum_batching_window_in_seconds = 5
  parallelization_factor             = var.parallelization_factor
  function_response_types            = ["ReportBatchItemFailures"]
  bisect_batch_on_function_error     = true
  # While AWS itself has trouble, retries take hours, and no record is too old for one as long as the stream
  # keeps it. What fails again and again is set aside, and can be read by its sequence numbers.
  maximum_retry_attempts        = 1000
  maximum_record_age_in_seconds = -1
  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.failed.arn
    }
  }
  depends_on = [aws_iam_role_policy.stream]
}

resource "aws_lambda_event_source_mapping" "queue" {
  count            = var.queue == null ? 0 : 1
  function_name    = aws_lambda_function.this.arn
  event_source_arn = var.queue.arn
  # An object holds up to 16 MB of compressed lines, so one is work enough for a call.
  batch_size              = 1
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = var.concurrency
  }
  depends_on = [aws_iam_role_policy.queue]
}

resource "aws_lambda_permission" "direct" {
  count          = var.direct ? 1 : 0
  function_name  = aws_lambda_function.this.function_name
  action         = "lambda:InvokeFunction"
  principal      = "logs.amazonaws.com"
  source_account = local.account
  source_arn     = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/eks/*/cluster:*"
}

# Of calls that nobody waits for: subscriptions without a stream. The schedule's don't fail: what went wrong
# in one is counted, and the next comes in a minute.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600
  destination_config {
    on_failure {
      destination = aws_sqs_queue.failed.arn
    }
  }
}

# Decides what had to wait until no earlier event can come, and sends what a sink did not take at first.
resource "aws_cloudwatch_event_rule" "every_minute" {
  name                = "${var.name}-every-minute"
  description         = "trailhound decides what has waited"
  schedule_expression = "rate(1 minute)"
}

resource "aws_cloudwatch_event_target" "every_minute" {
  rule = aws_cloudwatch_event_rule.every_minute.name
  arn  = aws_lambda_function.this.arn
  retry_policy {
    # The next one comes in a minute anyway.
    maximum_retry_attempts       = 0
    maximum_event_age_in_seconds = 60
  }
}

resource "aws_lambda_permission" "every_minute" {
  function_name  = aws_lambda_function.this.function_name
  action         = "lambda:InvokeFunction"
  principal      = "events.amazonaws.com"
  source_account = local.account
  source_arn     = aws_cloudwatch_event_rule.every_minute.arn
}
