variable "project" {
  type        = string
  description = "First part of every name; the same as in bootstrap."
  default     = "plinth"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.project))
    error_message = "project must be 2 to 16 lower-case letters, digits and hyphens."
  }
}

variable "environment" {
  type        = string
  description = "dev, staging or prod."
  nullable    = false
}

variable "installation" {
  type = object({
    api_domain         = string
    app_url            = string
    zone_id            = string
    email_from         = string
    product_name       = string
    cors_origins       = list(string)
    github_repository  = string
    alarm_emails       = set(string)
    budget_monthly_usd = number
    vpc_cidr           = string
    email_webhook      = bool
  })
  description = "What belongs to one installation and is the same thing in every environment: names, addresses, people."
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
  description = "How large things are. The modules say what each part means, modules/guards what prod needs at least."
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
}

variable "drain" {
  type        = object({ delay_seconds = number, limit_seconds = number })
  description = "DRAIN_DELAY_SECONDS and DRAIN_LIMIT_SECONDS, from which the time follows that a task gets to stop."
  default     = { delay_seconds = 5, limit_seconds = 20 }
  nullable    = false
}

variable "database_ca_file" {
  type        = string
  description = "Where the image has the certificate authority of RDS; image/ puts it there. Named in the DATABASE_URL that first_secrets shows."
  default     = "/etc/ssl/certs/rds.pem"
  nullable    = false
}

variable "settings" {
  type        = map(string)
  description = "Further settings that are no secrets, such as { LOG_LEVEL = \"debug\" }; modules/settings lists them."
  default     = {}
  nullable    = false
}

variable "optional_secrets" {
  type        = set(string)
  description = "Secret settings that this installation uses beside the required ones; modules/settings lists them."
  default     = []
  nullable    = false
}
