locals {
  service = { ClusterName = aws_ecs_cluster.this.name, ServiceName = aws_ecs_service.this.name }
}

# A service measures its processor time for as long as a task runs.
resource "aws_cloudwatch_metric_alarm" "stopped" {
  alarm_name          = "${var.name}-stopped"
  alarm_description   = "trailhound does not run. The service's events and its log say why. It goes on where it was."
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  dimensions          = local.service
  statistic           = "SampleCount"
  period              = 300
  evaluation_periods  = 2
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alert_topic_arn]
  ok_actions          = [var.alert_topic_arn]
}

# A task that is killed for its memory comes back again and again.
resource "aws_cloudwatch_metric_alarm" "memory_short" {
  alarm_name          = "${var.name}-memory-short"
  alarm_description   = "trailhound takes nearly all of its memory. Give it more."
  namespace           = "AWS/ECS"
  metric_name         = "MemoryUtilization"
  dimensions          = local.service
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 90
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alert_topic_arn]
}
