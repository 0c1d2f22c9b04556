locals {
  tasks = {
    api = {
      command = ["app/main.ts", "api"]
      cpu     = var.api.cpu
      memory  = var.api.memory
      ports   = [{ containerPort = var.ports.api, protocol = "tcp" }]
      serves  = true
    }
    worker = {
      command = ["app/main.ts", "worker"]
      cpu     = var.worker.cpu
      memory  = var.worker.memory
      ports   = []
      serves  = true
    }
    migrate = {
      command = ["app/cli.ts", "migrate"]
      cpu     = 512
      memory  = 1024
      ports   = []
      serves  = false
    }
  }

  containers = { for role, task in local.tasks : role => merge(
    {
      name                   = role
      image                  = var.image
      essential              = true
      entryPoint             = ["node"]
      command                = task.command
      user                   = "1000:1000" # `node` in the official image
      readonlyRootFilesystem = true
      privileged             = false
      linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
      stopTimeout            = local.stop_timeout
      portMappings           = task.ports
      environment            = [for setting in sort(keys(var.environment)) : { name = setting, value = var.environment[setting] }]
      # Without a version: whatever is current when a task starts.
      secrets          = [for setting in sort(keys(var.secret_arns)) : { name = setting, valueFrom = var.secret_arns[setting] }]
      logConfiguration = local.logging[role]
    },
    # The service's own command: the image needs no shell and no curl. It asks whether the process is alive, not whether it
    # is ready: while the database is away, a new container would be no better.
    task.serves ? { healthCheck = { command = ["CMD", "node", "app/healthcheck.ts"], interval = 30, timeout = 5, retries = 3, startPeriod = 60 } } : {},
  ) }

  # awslogs drops lines rather than stopping the service when CloudWatch is slow.
  logging = { for role, _ in local.tasks : role => {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.this[role].name
      awslogs-region        = local.region
      awslogs-stream-prefix = role
      mode                  = "non-blocking"
      max-buffer-size       = "8m"
    }
  } }
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.tasks

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  # The service itself calls no AWS API; only the collector beside it does.
  task_role_arn = each.value.serves ? aws_iam_role.task.arn : null
  skip_destroy  = true # old revisions are what one rolls back to

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "ARM64"
  }

  container_definitions = jsonencode(concat(
    [local.containers[each.key]],
    each.value.serves ? [local.collectors[each.key]] : [],
  ))
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.tasks

  name              = "/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn
}
