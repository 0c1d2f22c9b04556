# Keeps the metrics, and evaluates the same rules as the Prometheus of a single machine.
resource "aws_prometheus_workspace" "this" {
  alias = var.name

  logging_configuration {
    log_group_arn = "${aws_cloudwatch_log_group.prometheus.arn}:*"
  }
}

resource "aws_prometheus_rule_group_namespace" "this" {
  for_each = fileset(var.rules_directory, "*.yml")

  workspace_id = aws_prometheus_workspace.this.id
  name         = trimsuffix(each.key, ".yml")
  data         = file("${var.rules_directory}/${each.key}")
}

resource "aws_prometheus_alert_manager_definition" "this" {
  workspace_id = aws_prometheus_workspace.this.id
  # Managed Prometheus takes Alertmanager's file inside of one of its own, and knows no receiver but SNS.
  definition = yamlencode({
    alertmanager_config = yamlencode({
      route = {
        receiver        = "alarms"
        group_by        = ["alertname"]
        group_wait      = "30s"
        group_interval  = "5m"
        repeat_interval = "4h"
      }
      receivers = [{
        name = "alarms"
        sns_configs = [{
          topic_arn     = aws_sns_topic.alarms.arn
          sigv4         = { region = data.aws_region.current.region }
          send_resolved = true
        }]
      }]
    })
  })

  depends_on = [aws_sns_topic_policy.alarms]
}

resource "aws_cloudwatch_log_group" "prometheus" {
  name              = "/aws/vendedlogs/prometheus/${var.name}" # the prefix is a condition of vended logs
  retention_in_days = var.log_retention_days
  kms_key_id        = var.topics_key_arn
}
