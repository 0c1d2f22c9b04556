# What an environment must have at least. A module of its own, and without resources, so that each rule can be tested alone.
variable "environment" {
  type        = string
  description = "dev, staging or prod."
  nullable    = false

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be dev, staging or prod."
  }
}

variable "size" {
  type        = string
  description = "standard, or starter: a prod that may stop for minutes when a zone is lost. What keeps its data safe is the same."
  default     = "standard"
  nullable    = false
}

variable "sizes" {
  type = object({
    nat_per_zone   = bool
    endpoint_zones = number
    spot           = bool
    grafana        = bool
    api            = object({ cpu = number, memory = number, min = number, max = number, requests_per_target = number })
    worker         = object({ cpu = number, memory = number, min = number, max = number, queue_age_seconds = number })
    database = object({
      instances           = number
      instance_class      = string
      serverless_capacity = object({ min = number, max = number })
      max_connections     = number
      max_gib             = number
    })
  })
  description = "How large things are. The modules say what each part means."
  nullable    = false

  validation {
    condition     = var.environment != "prod" || (var.sizes.api.min >= 2 && var.sizes.worker.min >= (var.size == "starter" ? 1 : 2))
    error_message = "prod needs at least 2 tasks of api and of worker: one may go with its zone. A starter needs 1 worker."
  }

  validation {
    condition     = var.environment != "prod" || var.sizes.database.instances >= (var.size == "starter" ? 1 : 2)
    error_message = "prod needs a database of at least 2 instances: a writer, and a reader to take over."
  }

  validation {
    condition     = var.environment != "prod" || ((var.sizes.nat_per_zone || var.size == "starter") && !var.sizes.spot)
    error_message = "prod needs NAT in each zone, and no spot capacity. A starter needs no spot capacity."
  }

  validation {
    condition     = var.sizes.endpoint_zones >= 1 || var.size == "starter"
    error_message = "Tasks must start without the internet: endpoint_zones must be at least 1. Only a starter does without."
  }
}

variable "retire" {
  type        = bool
  description = "Takes deletion protection away, of prod too: the step before terraform destroy."
  default     = false
  nullable    = false
}

variable "guards" {
  type = object({
    deletion_protection  = bool
    firewall             = bool
    backup_days          = number
    log_retention_days   = number
    secret_recovery_days = number
  })
  description = "What stands between a mistake and its damage."
  nullable    = false

  validation {
    condition     = var.environment != "prod" || (var.guards.deletion_protection && var.guards.firewall && var.guards.backup_days >= 14 && var.guards.log_retention_days >= 90)
    error_message = "prod needs deletion protection, the firewall, backups of at least 14 days and logs of at least 90 days."
  }

  validation {
    condition     = contains([7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.guards.log_retention_days)
    error_message = "log_retention_days must be one of the periods that CloudWatch knows, from a week on: 7, 14, 30, 60, 90, 120, 150, 180, 365, ..."
  }
}
