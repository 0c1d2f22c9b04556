# The most that any role or user of an environment can ever do, whatever its own policy says: what the service, its
# rollouts and its monitoring need, and never more rights.
resource "aws_iam_policy" "boundary" {
  name        = "${var.project}-boundary"
  description = "The most that roles of ${var.project}'s environments may do"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.boundary })
}

locals {
  boundary = [
    {
      Sid    = "Logs"
      Effect = "Allow"
      Action = [
        "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents",
        "logs:PutRetentionPolicy",
      ]
      Resource = flatten(["${local.log_groups}:RDSOSMetrics", "${local.log_groups}:RDSOSMetrics:*", [for prefix in local.prefixes : ["${local.log_groups}:/${prefix}/*"]]])
    },
    {
      Sid      = "Secrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = [for prefix in local.prefixes : "arn:${local.partition}:secretsmanager:${var.region}:${local.account}:secret:${prefix}/*"]
    },
    {
      Sid       = "DecryptSecrets"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = "arn:${local.partition}:kms:${var.region}:${local.account}:key/*"
      Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
    },
    {
      Sid    = "Images"
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
      ]
      Resource = [for prefix in local.prefixes : "arn:${local.partition}:ecr:${var.region}:${local.account}:repository/${prefix}"]
    },
    {
      Sid    = "Rollouts"
      Effect = "Allow"
      Action = [
        "ecs:DescribeServices", "ecs:DescribeTasks", "ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:TagResource",
        "ecs:UpdateService",
      ]
      Resource = flatten([for prefix in local.prefixes : [
        "arn:${local.partition}:ecs:${var.region}:${local.account}:service/${prefix}/*",
        "arn:${local.partition}:ecs:${var.region}:${local.account}:task/${prefix}/*",
        "arn:${local.partition}:ecs:${var.region}:${local.account}:task-definition/${prefix}-*:*",
      ]])
    },
    {
      Sid       = "RolesOfTasks"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = flatten([for prefix in local.prefixes : ["${local.iam}:role/${prefix}-execution", "${local.iam}:role/${prefix}-task"]])
      Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    },
    {
      Sid      = "Mail"
      Effect   = "Allow"
      Action   = ["ses:SendRawEmail"]
      Resource = concat(["arn:${local.partition}:ses:${var.region}:${local.account}:identity/*"], [for prefix in local.prefixes : "arn:${local.partition}:ses:${var.region}:${local.account}:configuration-set/${prefix}"])
    },
    {
      Sid      = "Metrics"
      Effect   = "Allow"
      Action   = ["aps:DescribeWorkspace", "aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics", "aps:RemoteWrite"]
      Resource = "arn:${local.partition}:aps:${var.region}:${local.account}:workspace/*"
    },
    {
      Sid    = "WithoutNarrowerResource"
      Effect = "Allow"
      Action = [
        "aps:ListWorkspaces", "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmsForMetric", "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics", "ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition",
      ]
      Resource = "*"
    },
  ]
}
