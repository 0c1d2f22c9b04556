output "prometheus" {
  description = "Where metrics are written to, and where Grafana reads them."
  value       = { arn = aws_prometheus_workspace.this.arn, endpoint = aws_prometheus_workspace.this.prometheus_endpoint }
}

output "grafana_url" {
  description = "Managed Grafana, if there is one."
  value       = one([for endpoint in aws_grafana_workspace.this[*].endpoint : "https://${endpoint}"])
}

output "alarm_topic_arn" {
  description = "Topic of alarms, for further subscribers such as a pager."
  value       = aws_sns_topic.alarms.arn
}

output "posture" {
  description = "What invariants/ judges."
  value = {
    alarms      = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => { notifies = length(alarm.alarm_actions) > 0, missing = alarm.treat_missing_data } }
    topic_keys  = { alarms = aws_sns_topic.alarms.kms_master_key_id }
    budget      = tonumber(aws_budgets_budget.this.limit_amount)
    rule_groups = keys(aws_prometheus_rule_group_namespace.this)
    log_groups  = { (aws_cloudwatch_log_group.prometheus.name) = { days = aws_cloudwatch_log_group.prometheus.retention_in_days, key = aws_cloudwatch_log_group.prometheus.kms_key_id } }
    policies = merge(
      { alarms_topic = jsondecode(aws_sns_topic_policy.alarms.policy) },
      { for position, policy in aws_iam_role_policy.grafana : "grafana" => jsondecode(policy.policy) },
    )
    boundaries = { for role in aws_iam_role.grafana : role.name => role.permissions_boundary }
  }
}
