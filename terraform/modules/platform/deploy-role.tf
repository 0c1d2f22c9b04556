# What a rollout may do, and nothing else: push an image, register revisions of these three families, run the migration,
# move these two services. GitHub gives it only to jobs of this environment, which its protection rules guard.
data "aws_iam_openid_connect_provider" "github" {
  url = "https://token.actions.githubusercontent.com"
}

locals {
  ecs = "arn:${local.partition}:ecs:${var.region}:${local.account}"
}

module "github_trust" {
  source = "../github-trust"

  provider_arn = data.aws_iam_openid_connect_provider.github.arn
  repository   = var.github_repository
  jobs         = ["environment:${var.environment}"]
}

resource "aws_iam_role" "deploy" {
  name                 = "${local.name}-deploy"
  permissions_boundary = local.permissions_boundary_arn
  max_session_duration = 3600
  assume_role_policy   = module.github_trust.policy
}

resource "aws_iam_role_policy" "deploy" {
  name = "roll-out"
  role = aws_iam_role.deploy.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WithoutNarrowerResource"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition"]
        Resource = "*" # AWS allows nothing narrower for these actions
      },
      {
        Sid    = "PushTheImage"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = module.registry.arn
      },
      {
        Sid      = "RegisterRevisions"
        Effect   = "Allow"
        Action   = ["ecs:RegisterTaskDefinition", "ecs:TagResource"]
        Resource = [for family in values(module.service.families) : "${local.ecs}:task-definition/${family}:*"] # any revision
      },
      {
        Sid       = "Migrate"
        Effect    = "Allow"
        Action    = "ecs:RunTask"
        Resource  = "${local.ecs}:task-definition/${module.service.families.migrate}:*" # any revision
        Condition = { ArnEquals = { "ecs:cluster" = module.service.cluster_arn } }
      },
      {
        Sid      = "FollowTheMigration"
        Effect   = "Allow"
        Action   = "ecs:DescribeTasks"
        Resource = "${local.ecs}:task/${module.service.cluster_name}/*" # tasks have random names
      },
      {
        Sid      = "ReadItsLog"
        Effect   = "Allow"
        Action   = "logs:GetLogEvents"
        Resource = "arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/${local.name}/migrate:log-stream:*"
      },
      {
        Sid      = "MoveTheServices"
        Effect   = "Allow"
        Action   = ["ecs:DescribeServices", "ecs:UpdateService"]
        Resource = [for service in values(module.service.service_names) : "${local.ecs}:service/${module.service.cluster_name}/${service}"]
      },
      {
        Sid       = "HandRolesToTasks"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = module.service.role_arns
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  })
}
