# What CloudWatch sees by itself, so that it is noticed even when the service and its metrics are gone. The finer alerts,
# with a runbook each, are Prometheus rules (prometheus.tf).
locals {
  load_balancer = { LoadBalancer = var.load_balancer.arn_suffix }
  target_group  = merge(local.load_balancer, { TargetGroup = var.load_balancer.target_group_arn_suffix })
  cluster       = { DBClusterIdentifier = var.database.cluster_identifier }

  # `missing`: what no data means. Load balancers report no errors by reporting nothing; a silent queue is a dead worker.
  alarms = merge({
    api-5xx = {
      about      = "The API answers with server errors", namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count"
      dimensions = local.load_balancer, statistic = "Sum", over = 20, minutes = 5, missing = "notBreaching"
    }
    load-balancer-5xx = {
      about      = "The load balancer finds no task that answers", namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count"
      dimensions = local.load_balancer, statistic = "Sum", over = 20, minutes = 5, missing = "notBreaching"
    }
    unhealthy-hosts = {
      about      = "A task is not ready", namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount"
      dimensions = local.target_group, statistic = "Maximum", over = 0, minutes = 5, missing = "notBreaching"
    }
    database-cpu = {
      about      = "The database is busy", namespace = "AWS/RDS", metric = "CPUUtilization"
      dimensions = local.cluster, statistic = "Average", over = 80, minutes = 15, missing = "breaching"
    }
    database-connections = {
      about      = "The database is running out of connections", namespace = "AWS/RDS", metric = "DatabaseConnections"
      dimensions = local.cluster, statistic = "Maximum", over = var.database.max_connections, minutes = 5, missing = "breaching"
    }
    database-storage = {
      about      = "The database has grown beyond what was planned", namespace = "AWS/RDS", metric = "VolumeBytesUsed"
      dimensions = local.cluster, statistic = "Maximum", over = var.database.max_gib * 1073741824, minutes = 60, missing = "missing"
    }
    queue-age = {
      about      = "Jobs wait too long, or nothing reports on them", namespace = var.queue_age.namespace, metric = var.queue_age.name
      dimensions = var.queue_age.dimensions, statistic = "Maximum", over = var.queue_age.alarm_seconds, minutes = 5, missing = "breaching"
    }
    email-bounces = {
      about      = "SES suspends senders from 10 % of bounces on", namespace = "AWS/SES", metric = "Reputation.BounceRate"
      dimensions = {}, statistic = "Maximum", over = 0.05, minutes = 60, missing = "notBreaching"
    }
    email-complaints = {
      about      = "SES suspends senders from 0.5 % of complaints on", namespace = "AWS/SES", metric = "Reputation.ComplaintRate"
      dimensions = {}, statistic = "Maximum", over = 0.001, minutes = 60, missing = "notBreaching"
    }
    email-feedback-undelivered = {
      about      = "The webhook did not take bounces or complaints for an hour", namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = var.undelivered_queue_name }, statistic = "Maximum", over = 0, minutes = 5, missing = "notBreaching"
    }
    }, {
    for role, service in var.service_names : "${role}-cpu" => {
      about      = "Tasks of ${role} are busy in spite of autoscaling", namespace = "AWS/ECS", metric = "CPUUtilization"
      dimensions = { ClusterName = var.cluster_name, ServiceName = service }, statistic = "Average", over = 85, minutes = 15, missing = "breaching"
    }
  })
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.about
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.over
  period              = each.value.minutes * 60
  evaluation_periods  = 1
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.topics_key_arn
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = ["aps.amazonaws.com", "cloudwatch.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}
