# trailhound, account with clusters: sends the log group of one cluster to the security account, or to a
# function in this account. One module for each cluster.

resource "aws_cloudwatch_log_subscription_filter" "this" {
  name            = "trailhound"
  log_group_name  = var.log_group_name
  destination_arn = var.destination_arn
  filter_pattern  = var.filter_pattern
  distribution    = var.distribution
}

# A log group has two subscription filters at most.
resource "aws_cloudwatch_log_subscription_filter" "cut_off" {
  count           = var.cut_off_pattern == "" ? 0 : 1
  name            = "trailhound-cut-off"
  log_group_name  = var.log_group_name
  destination_arn = var.destination_arn
  filter_pattern  = var.cut_off_pattern
  distribution    = var.distribution
}

# After an error that is not worth a retry CloudWatch Logs leaves the filter off for up to ten minutes, and
# what is logged meanwhile is never sent. What it may try again it tries for 24 hours.
resource "aws_cloudwatch_metric_alarm" "delivery" {
  for_each            = var.alarm_topic_arn == null ? {} : { DeliveryErrors = 1, DeliveryThrottling = 6 }
  alarm_name          = "trailhound-${each.key}-${replace(var.log_group_name, "/", "-")}"
  alarm_description   = "Log lines of the cluster are not delivered."
  namespace           = "AWS/Logs"
  metric_name         = each.key
  dimensions          = { LogGroupName = var.log_group_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = each.value
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
}
