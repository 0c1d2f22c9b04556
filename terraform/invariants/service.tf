locals {
  containers = flatten(values(var.posture.service.containers))
  # The service's own container in each task; the collector is the other.
  own = { for role, containers in var.posture.service.containers : role => [for container in containers : container if container.name == role][0] }
}

output "service" {
  value = true

  precondition {
    condition     = !anytrue(values(var.posture.service.public_ip))
    error_message = "Tasks must have no public address."
  }
  precondition {
    condition     = !anytrue(values(var.posture.service.shell))
    error_message = "Nobody may open a shell in a task."
  }
  precondition {
    condition = var.posture.service.outward == { for pair in setproduct(["api", "worker"], [443, 465, 587]) :
    "${pair[0]}-${pair[1]}" => "tcp ${pair[1]}-${pair[1]} 0.0.0.0/0" }
    error_message = "Tasks must reach HTTPS, and providers of email at 465 and 587, and no other port outside."
  }
  precondition {
    condition     = alltrue(values(var.posture.service.rolls_back)) && alltrue([for percent in values(var.posture.service.keeps_healthy) : percent == 100])
    error_message = "A rollout that fails must be rolled back, and none may take tasks away before others are ready."
  }
  precondition {
    condition     = alltrue([for architecture in values(var.posture.service.architectures) : architecture == "ARM64"])
    error_message = "Tasks run on Graviton."
  }
  precondition {
    condition     = alltrue([for role, least in var.posture.service.min_tasks : least >= 1 && var.posture.service.max_tasks[role] > least])
    error_message = "Both services must run, and have room to grow."
  }
  precondition {
    condition     = length(var.posture.service.scales_on.cpu) == 2 && var.posture.service.scales_on.requests == "ALBRequestCountPerTarget" && var.posture.service.scales_on.queue_age == "jobs_oldest_age_seconds"
    error_message = "Services must scale on CPU, the API on requests, the worker on the age of its queue."
  }
}

output "containers" {
  value = true

  precondition {
    condition     = alltrue([for container in local.containers : container.readonlyRootFilesystem])
    error_message = "Root filesystems must be read-only."
  }
  precondition {
    condition     = alltrue([for container in local.containers : can(regex("^[1-9][0-9]*:[1-9][0-9]*$", container.user)) && !container.privileged && contains(container.linuxParameters.capabilities.drop, "ALL")])
    error_message = "Containers must run as a numbered user other than root, without capabilities."
  }
  precondition {
    condition     = alltrue([for container in local.containers : can(regex(":[^:/]+$|@sha256:", container.image)) && !endswith(container.image, ":latest")])
    error_message = "Images must have a version."
  }
  precondition {
    condition     = alltrue([for container in local.containers : container.logConfiguration.logDriver == "awslogs"])
    error_message = "Containers must log to CloudWatch."
  }
  precondition {
    condition     = alltrue([for container in values(local.own) : container.stopTimeout >= var.posture.drain.delay_seconds + var.posture.drain.limit_seconds && container.stopTimeout <= 120])
    error_message = "stopTimeout must leave DRAIN_DELAY_SECONDS and DRAIN_LIMIT_SECONDS, within the 120 seconds that Fargate allows."
  }
  precondition {
    condition = (
      local.own.api.command == ["app/main.ts", "api"] &&
      local.own.worker.command == ["app/main.ts", "worker"] &&
      local.own.migrate.command == ["app/cli.ts", "migrate"] &&
      alltrue([for container in values(local.own) : container.entryPoint == ["node"]])
    )
    error_message = "The three parts must be started as main.ts and cli.ts want it."
  }
  precondition {
    condition     = alltrue([for role in ["api", "worker"] : local.own[role].healthCheck.command == ["CMD", "node", "app/healthcheck.ts"]])
    error_message = "Health checks must be the service's own command, which needs no shell."
  }
  precondition {
    condition     = local.own.api.portMappings[0].containerPort == 5000 && length(local.own.worker.portMappings) == 0
    error_message = "Only the API takes connections, on port 5000."
  }
}

output "environment" {
  value = true

  precondition {
    condition = alltrue([for container in values(local.own) :
    length(setsubtract(["APP_SECRET", "DATABASE_URL", "SMTP_URL"], [for secret in container.secrets : secret.name])) == 0])
    error_message = "The required secrets must come from Secrets Manager."
  }
  precondition {
    condition = alltrue([for container in values(local.own) :
    alltrue([for setting in container.environment : !can(regex("SECRET|PASSWORD$|^DATABASE_(DIRECT_|REPLICA_)?URL$|^(REDIS|SMTP)_URL$|_AUTH$|_DSN$|_HEADERS$|_KEY$", setting.name))])])
    error_message = "A secret is among the plain settings."
  }
  precondition {
    condition     = alltrue([for container in local.containers : length(setintersection([for setting in container.environment : setting.name], [for secret in try(container.secrets, []) : secret.name])) == 0])
    error_message = "A setting is set twice."
  }
  precondition {
    condition = alltrue([for container in values(local.own) : alltrue([for name, value in {
      PORT                = tostring(var.posture.ports.api)
      METRICS_PORT        = tostring(var.posture.ports.metrics)
      TRUST_PROXY         = "1"
      DRAIN_DELAY_SECONDS = tostring(var.posture.drain.delay_seconds)
      DRAIN_LIMIT_SECONDS = tostring(var.posture.drain.limit_seconds)
    } : contains([for setting in container.environment : "${setting.name}=${setting.value}"], "${name}=${value}")])])
    error_message = "Ports, proxies and drain settings must be those that the load balancer and the stop timeout reckon with."
  }
}
