output "cluster_name" {
  description = "The cluster."
  value       = aws_ecs_cluster.this.name
}

output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_ecs_cluster.this.arn
}

output "service_names" {
  description = "api and worker -> name of the ECS service."
  value       = { for role, service in aws_ecs_service.this : role => service.name }
}

output "families" {
  description = "api, worker and migrate -> family of its task definitions."
  value       = { for role, task in aws_ecs_task_definition.this : role => task.family }
}

output "role_arns" {
  description = "Roles that a rollout must hand to the tasks it registers."
  value       = [aws_iam_role.execution.arn, aws_iam_role.task.arn]
}

output "queue_age_metric" {
  description = "Where the age of the oldest waiting job is found in CloudWatch."
  value       = { namespace = local.metrics_namespace, name = "jobs_oldest_age_seconds", dimensions = { environment = var.name } }
}

output "posture" {
  description = "What invariants/ judges."
  value = {
    containers    = { for role, task in aws_ecs_task_definition.this : role => jsondecode(task.container_definitions) }
    architectures = { for role, task in aws_ecs_task_definition.this : role => task.runtime_platform[0].cpu_architecture }
    public_ip     = { for role, service in aws_ecs_service.this : role => service.network_configuration[0].assign_public_ip }
    shell         = { for role, service in aws_ecs_service.this : role => service.enable_execute_command }
    rolls_back    = { for role, service in aws_ecs_service.this : role => service.deployment_circuit_breaker[0].enable && service.deployment_circuit_breaker[0].rollback }
    keeps_healthy = { for role, service in aws_ecs_service.this : role => service.deployment_minimum_healthy_percent }
    min_tasks     = { for role, target in aws_appautoscaling_target.this : role => target.min_capacity }
    max_tasks     = { for role, target in aws_appautoscaling_target.this : role => target.max_capacity }
    scales_on = {
      cpu       = [for policy in aws_appautoscaling_policy.cpu : policy.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type]
      requests  = aws_appautoscaling_policy.requests.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type
      queue_age = aws_appautoscaling_policy.queue_age.target_tracking_scaling_policy_configuration[0].customized_metric_specification[0].metric_name
    }
    outward    = { for key, rule in aws_vpc_security_group_egress_rule.outward : key => "${rule.ip_protocol} ${rule.from_port}-${rule.to_port} ${rule.cidr_ipv4}" }
    redis_from = { for role, rule in aws_vpc_security_group_egress_rule.redis : role => "${rule.ip_protocol} ${rule.from_port}-${rule.to_port} ${rule.cidr_ipv4}" }
    log_groups = merge(
      { for group in aws_cloudwatch_log_group.this : group.name => { days = group.retention_in_days, key = group.kms_key_id } },
      { (aws_cloudwatch_log_group.metrics.name) = { days = aws_cloudwatch_log_group.metrics.retention_in_days, key = aws_cloudwatch_log_group.metrics.kms_key_id } },
    )
    policies   = { execution = jsondecode(aws_iam_role_policy.execution.policy), task = jsondecode(aws_iam_role_policy.task.policy) }
    boundaries = { for role in [aws_iam_role.execution, aws_iam_role.task] : role.name => role.permissions_boundary }
  }
}
