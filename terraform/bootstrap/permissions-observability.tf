# Logs, alarms, Managed Prometheus and Grafana, the budget.
locals {
  log_groups = "arn:${local.partition}:logs:${var.region}:${local.account}:log-group"

  observability = {
    read = [
      "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:GetLogDelivery", "logs:ListLogDeliveries",
      "logs:ListTagsForResource",
      "cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource",
      "aps:DescribeAlertManagerDefinition", "aps:DescribeLoggingConfiguration", "aps:DescribeRuleGroupsNamespace",
      "aps:DescribeWorkspace", "aps:ListTagsForResource",
      "grafana:DescribeWorkspace", "grafana:DescribeWorkspaceAuthentication", "grafana:DescribeWorkspaceConfiguration",
      "grafana:ListTagsForResource",
      "budgets:ListTagsForResource", "budgets:ViewBudget",
    ]

    write_named = [
      {
        actions = [
          "logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy",
          "logs:DisassociateKmsKey", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
        ]
        arns = [
          "${local.log_groups}:/PREFIX/*", "${local.log_groups}:/aws/rds/cluster/PREFIX/*",
          "${local.log_groups}:/aws/vendedlogs/prometheus/PREFIX*", "${local.log_groups}:aws-waf-logs-PREFIX*",
        ]
      },
      {
        actions = ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"]
        arns = [
          "arn:${local.partition}:cloudwatch:${var.region}:${local.account}:alarm:PREFIX-*",
          # Those that target tracking makes in our name.
          "arn:${local.partition}:cloudwatch:${var.region}:${local.account}:alarm:TargetTracking-service/PREFIX/*",
        ]
      },
      {
        actions = ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"]
        arns    = ["arn:${local.partition}:budgets::${local.account}:budget/PREFIX"]
      },
    ]

    # Workspaces have ids instead of names; deliveries belong to no resource.
    write_region = [
      "aps:CreateAlertManagerDefinition", "aps:CreateLoggingConfiguration", "aps:CreateRuleGroupsNamespace",
      "aps:CreateWorkspace", "aps:DeleteAlertManagerDefinition", "aps:DeleteLoggingConfiguration",
      "aps:DeleteRuleGroupsNamespace", "aps:DeleteWorkspace", "aps:PutAlertManagerDefinition", "aps:PutRuleGroupsNamespace",
      "aps:TagResource", "aps:UntagResource", "aps:UpdateLoggingConfiguration", "aps:UpdateWorkspaceAlias",
      "grafana:CreateWorkspace", "grafana:DeleteWorkspace", "grafana:TagResource", "grafana:UntagResource",
      "grafana:UpdateWorkspace", "grafana:UpdateWorkspaceAuthentication", "grafana:UpdateWorkspaceConfiguration",
      "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
      # Managed Grafana registers itself with IAM Identity Center in the name of who makes it.
      "sso:CreateManagedApplicationInstance", "sso:DeleteManagedApplicationInstance", "sso:DescribeRegisteredRegions",
    ]

    write_other = []
  }
}
