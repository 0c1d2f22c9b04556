variable "name" {
  type        = string
  description = "Prefix of every name, such as plinth-prod; also the cluster's name."
  nullable    = false
}

variable "image" {
  type        = string
  description = "Image of the task definitions made here. Rollouts register further revisions with the image of a release."
  nullable    = false
}

variable "environment" {
  type        = map(string)
  description = "Settings that are no secrets."
  nullable    = false
}

variable "secret_arns" {
  type        = map(string)
  description = "Setting -> ARN of the secret with its value."
  nullable    = false
}

variable "secrets_key_arn" {
  type        = string
  description = "KMS key of the secrets."
  nullable    = false
}

variable "ports" {
  type        = object({ api = number, metrics = number })
  description = "PORT and METRICS_PORT."
  nullable    = false
}

variable "drain" {
  type        = object({ delay_seconds = number, limit_seconds = number })
  description = "DRAIN_DELAY_SECONDS and DRAIN_LIMIT_SECONDS."
  nullable    = false

  validation {
    condition     = var.drain.delay_seconds + var.drain.limit_seconds <= 110
    error_message = "The drain settings together may take 110 seconds at most: Fargate kills a task 120 seconds after it asked it to stop."
  }
}

variable "api" {
  type = object({
    cpu                 = number
    memory              = number
    min                 = number
    max                 = number
    requests_per_target = number
  })
  description = "Size of an API task (CPU units, MiB), how many there may be, and requests a minute that one shall take before another is added."
  nullable    = false

  validation {
    condition     = var.api.min >= 1 && var.api.max >= var.api.min
    error_message = "api.min must be at least 1, and api.max at least api.min."
  }

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096, 8192, 16384], var.api.cpu) && var.api.memory >= 2 * var.api.cpu && var.api.memory <= 8 * var.api.cpu
    error_message = "Fargate takes 256, 512, 1024, 2048, 4096, 8192 or 16384 CPU units, with 2 to 8 MiB of memory for each."
  }
}

variable "worker" {
  type = object({
    cpu               = number
    memory            = number
    min               = number
    max               = number
    queue_age_seconds = number
  })
  description = "Size of a worker task, how many there may be, and the age of the oldest waiting job beyond which another is added."
  nullable    = false

  validation {
    condition     = var.worker.min >= 1 && var.worker.max >= var.worker.min
    error_message = "worker.min must be at least 1, and worker.max at least worker.min."
  }

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096, 8192, 16384], var.worker.cpu) && var.worker.memory >= 2 * var.worker.cpu && var.worker.memory <= 8 * var.worker.cpu
    error_message = "Fargate takes 256, 512, 1024, 2048, 4096, 8192 or 16384 CPU units, with 2 to 8 MiB of memory for each."
  }
}

variable "spot" {
  type        = bool
  description = "Spare capacity at a third of the price, which AWS may take back with two minutes' notice."
  nullable    = false
}

variable "vpc_id" {
  type        = string
  description = "VPC of the tasks."
  nullable    = false
}

variable "vpc_cidr" {
  type        = string
  description = "Block of the VPC, where a Redis may be."
  nullable    = false
}

variable "subnet_ids" {
  type        = list(string)
  description = "Private subnets of the tasks."
  nullable    = false
}

variable "load_balancer" {
  type = object({
    security_group_id       = string
    target_group_arn        = string
    arn_suffix              = string
    target_group_arn_suffix = string
  })
  description = "What sends requests to the API."
  nullable    = false
}

variable "database_security_group_id" {
  type        = string
  description = "Group of the database, which gets a rule that lets the tasks in."
  nullable    = false
}

variable "registry_arn" {
  type        = string
  description = "Repository of the image."
  nullable    = false
}

variable "prometheus" {
  type        = object({ arn = string, endpoint = string })
  description = "Workspace that takes the metrics."
  nullable    = false
}

variable "collector_image" {
  type        = string
  description = "AWS Distro for OpenTelemetry, which carries the metrics out."
  default     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.47.0"
  nullable    = false

  validation {
    condition     = can(regex(":v?\\d+\\.\\d+\\.\\d+$|@sha256:[0-9a-f]{64}$", var.collector_image))
    error_message = "collector_image must have a version or a digest."
  }
}

variable "log_retention_days" {
  type        = number
  description = "Days that logs are kept."
  nullable    = false
}

variable "logs_key_arn" {
  type        = string
  description = "KMS key of the logs."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "Boundary of every role made here."
  nullable    = false
}
