locals {
  alarms = {
    set-aside = {
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = aws_sqs_queue.failed.name }
      periods     = 1
      threshold   = 0
      description = "Objects could not be read in eight tries. Without somebody who looks, their log lines are not judged."
    }
    lagging = {
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = aws_sqs_queue.this.name }
      periods     = 2
      threshold   = 600
      description = "Objects wait for more than ten minutes. Is the function or the daemon there, and is one enough?"
    }
    not-delivered = {
      namespace   = "AWS/Firehose"
      metric      = "DeliveryToS3.DataFreshness"
      dimensions  = { DeliveryStreamName = aws_kinesis_firehose_delivery_stream.this.name }
      periods     = 3
      threshold   = 1800
      description = "Firehose can't write to the bucket. It tries for 24 hours, then lines are lost. Its log group says why."
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
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = each.value.periods
  threshold           = each.value.threshold
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
}
