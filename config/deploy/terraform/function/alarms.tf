locals {
  function = { FunctionName = aws_lambda_function.this.function_name }
  alarms = {
    lagging = {
      namespace   = "AWS/Lambda"
      metric      = "IteratorAge"
      dimensions  = local.function
      statistic   = "Maximum"
      period      = 60
      periods     = 5
      threshold   = 300000
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "The function is more than five minutes behind the stream. Is it failing, or has it too little concurrency?"
    }
    failing = {
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = local.function
      statistic   = "Sum"
      period      = 300
      periods     = 2
      threshold   = 0
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "Calls of the function fail. Its log says why; nothing is lost yet."
    }
    throttled = {
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      dimensions  = local.function
      statistic   = "Sum"
      period      = 300
      periods     = 3
      threshold   = 0
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "The function wants to run more often at once than its concurrency allows."
    }
    set-aside = {
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = aws_sqs_queue.failed.name }
      statistic   = "Maximum"
      period      = 300
      periods     = 1
      threshold   = 0
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "Something could not be handled and was set aside. Without somebody who looks, its log lines are not judged."
    }
    unreadable = {
      namespace   = "trailhound/${var.name}"
      metric      = "set_aside"
      dimensions  = {}
      statistic   = "Sum"
      period      = 300
      periods     = 1
      threshold   = 0
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "Records could not be read, or would have become too large, and were passed over. The log names their place. Somebody may hide something in one."
    }
    refused = {
      namespace   = "trailhound/${var.name}"
      metric      = "refused"
      dimensions  = {}
      statistic   = "Sum"
      period      = 300
      periods     = 1
      threshold   = 0
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "Alerts were refused by the topic for good. They stand whole in the function's log, and nowhere else."
    }
    undelivered = {
      namespace   = "trailhound/${var.name}"
      metric      = "undelivered"
      dimensions  = {}
      statistic   = "Sum"
      period      = 300
      periods     = 1
      threshold   = 0
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "Alerts were raised and no sink took them. They wait in the table for up to [state] keep; the function's log says why."
    }
    quarantined = {
      namespace   = "trailhound/${var.name}"
      metric      = "quarantined"
      dimensions  = {}
      statistic   = "Sum"
      period      = 300
      periods     = 1
      threshold   = 0
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "The program fell over log lines and passed them over. The log names their place. It is a mistake in trailhound, and somebody may hide something behind it."
    }
    given-up = {
      namespace   = "trailhound/${var.name}"
      metric      = "given_up"
      dimensions  = {}
      statistic   = "Sum"
      period      = 300
      periods     = 1
      threshold   = 0
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "The table had no room for what a detector remembers of one group, so that no more of it is counted. The log names the detector."
    }
    coming-again = {
      namespace   = "trailhound/${var.name}"
      metric      = "failed"
      dimensions  = {}
      statistic   = "Sum"
      period      = 300
      periods     = 2
      threshold   = 0
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "Records fail and come again, or what the schedule does fails. The function's log says why; nothing is lost yet."
    }
    # The schedule calls each minute, so a function that nobody calls is one that was switched off.
    silent = {
      namespace   = "AWS/Lambda"
      metric      = "Invocations"
      dimensions  = local.function
      statistic   = "Sum"
      period      = 300
      periods     = 1
      threshold   = 1
      silence     = "breaching"
      comparison  = "LessThanThreshold"
      description = "The function has not run for five minutes, not even by its schedule."
    }
    table-throttled = {
      namespace   = "AWS/DynamoDB"
      metric      = "WriteThrottleEvents"
      dimensions  = { TableName = aws_dynamodb_table.this.name }
      statistic   = "Sum"
      period      = 300
      periods     = 3
      threshold   = 0
      silence     = "notBreaching"
      comparison  = "GreaterThanThreshold"
      description = "The table refuses reads or writes; the function tries again. For long, ask AWS for a larger quota for the table."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.periods
  threshold           = each.value.threshold
  comparison_operator = each.value.comparison
  treat_missing_data  = each.value.silence
  alarm_actions       = [coalesce(var.alarm_topic_arn, var.alert_topic_arn)]
}

# Every call ends with a line that counts what could not be read, done or delivered.
resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each       = toset(["set_aside", "refused", "undelivered", "quarantined", "given_up", "failed"])
  name           = "${var.name}-${each.key}"
  log_group_name = aws_cloudwatch_log_group.this.name
  pattern        = "{ $.${each.key} > 0 }"
  metric_transformation {
    namespace = "trailhound/${var.name}"
    name      = each.key
    value     = "$.${each.key}"
    unit      = "Count"
  }
}
