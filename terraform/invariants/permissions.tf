locals {
  policies = merge(
    var.posture.network.policies, var.posture.database.policies, var.posture.email.policies, var.posture.load_balancer.policies,
    var.posture.service.policies, var.posture.monitoring.policies, var.posture.deploy.policies,
  )
  key_policies = { for name, key in var.posture.keys : "key-${name}" => key.policy }

  # policy, statement -> its actions and resources as lists
  allowed = flatten([for name, policy in merge(local.policies, local.key_policies) : [for statement in policy.Statement : {
    policy    = name
    actions   = flatten([statement.Action])
    resources = flatten([statement.Resource])
  } if statement.Effect == "Allow"]])

  # AWS knows nothing narrower than * for these.
  without_resource = [
    "aps:ListWorkspaces", "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmsForMetric", "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics", "ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition",
  ]

  boundaries = merge(
    var.posture.network.boundaries, var.posture.database.boundaries, var.posture.email.boundaries,
    var.posture.service.boundaries, var.posture.monitoring.boundaries, var.posture.deploy.boundaries,
  )
}

output "permissions" {
  value = true

  precondition {
    condition     = alltrue([for statement in local.allowed : alltrue([for action in statement.actions : !strcontains(action, "*")])])
    error_message = "A policy allows actions by a wildcard: ${jsonencode([for statement in local.allowed : statement.policy if anytrue([for action in statement.actions : strcontains(action, "*")])])}"
  }
  precondition {
    # In a key's policy, * is the key.
    condition     = alltrue([for statement in local.allowed : startswith(statement.policy, "key-") || !contains(statement.resources, "*") || length(setsubtract(statement.actions, local.without_resource)) == 0])
    error_message = "A policy allows something on every resource that could be narrower."
  }
  precondition {
    condition     = alltrue([for boundary in values(local.boundaries) : boundary == var.posture.boundary])
    error_message = "Every role and user must stay inside the permissions boundary."
  }
  precondition {
    condition     = endswith(var.posture.deploy.trust.Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"], "amazonaws.com") && alltrue([for subject in var.posture.deploy.trust.Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] : strcontains(subject, ":environment:")])
    error_message = "Only jobs of this environment in GitHub may roll out."
  }
}
