# Roles and users. The dangerous part: who may make roles, may make one that may do anything. So `apply` makes only roles
# and users that begin with an environment's name and carry the boundary, hands them only to the services that need them,
# and cannot touch itself, `plan`, or the boundary.
locals {
  iam = "arn:${local.partition}:iam::${local.account}"

  identity = {
    read = [
      "iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy",
      "iam:GetUser", "iam:GetUserPolicy", "iam:ListAttachedRolePolicies", "iam:ListAttachedUserPolicies",
      "iam:ListGroupsForUser", "iam:ListInstanceProfilesForRole", "iam:ListOpenIDConnectProviders",
      "iam:ListPolicyVersions", "iam:ListRolePolicies", "iam:ListRoleTags", "iam:ListUserPolicies", "iam:ListUserTags",
    ]

    write = [
      {
        Sid       = "OnlyInsideTheBoundary"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:CreateUser", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy"]
        Resource  = local.ours
        Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary.arn } }
      },
      {
        Sid    = "WhatCannotWiden"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DeleteUser", "iam:DeleteUserPolicy", "iam:TagRole", "iam:TagUser",
          "iam:UntagRole", "iam:UntagUser", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
        ]
        Resource = local.ours
      },
      {
        Sid      = "HandRolesToServices"
        Effect   = "Allow"
        Action   = ["iam:PassRole"]
        Resource = [for prefix in local.prefixes : "${local.iam}:role/${prefix}-*"]
        Condition = { StringEquals = { "iam:PassedToService" = [
          "ecs-tasks.amazonaws.com", "grafana.amazonaws.com", "monitoring.rds.amazonaws.com", "vpc-flow-logs.amazonaws.com",
        ] } }
      },
      {
        Sid      = "RolesThatServicesMakeThemselves"
        Effect   = "Allow"
        Action   = ["iam:CreateServiceLinkedRole"]
        Resource = "${local.iam}:role/aws-service-role/*"
        Condition = { StringEquals = { "iam:AWSServiceName" = [
          "ecs.amazonaws.com", "ecs.application-autoscaling.amazonaws.com", "elasticloadbalancing.amazonaws.com",
          "rds.amazonaws.com", "wafv2.amazonaws.com",
        ] } }
      },
    ]
  }

  ours = flatten([for prefix in local.prefixes : ["${local.iam}:role/${prefix}-*", "${local.iam}:user/${prefix}-*"]])
}
