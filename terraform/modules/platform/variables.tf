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

variable "sizes" {
  type        = any
  description = "How large things are. modules/guards has the type, and what prod needs at least."
  nullable    = false
}

variable "guards" {
  type        = any
  description = "What stands between a mistake and its damage. modules/guards has the type, and what prod needs at least."
  nullable    = false
}

variable "region" {
  type        = string
  description = "AWS region, such as eu-central-1."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[1-9]$", var.region))
    error_message = "region must look like eu-central-1."
  }
}

variable "api_domain" {
  type        = string
  description = "Host of the API, such as api.example.com; in the zone of zone_id."
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.api_domain))
    error_message = "api_domain must be a host name, without https:// and without a path."
  }
}

variable "app_url" {
  type        = string
  description = "Where links in mails lead: the frontend, such as https://app.example.com."
  nullable    = false

  validation {
    condition     = can(regex("^https://[^/\\s]+", var.app_url))
    error_message = "app_url must start with https://"
  }
}

variable "zone_id" {
  type        = string
  description = "Route 53 zone of api_domain and of the domain in email_from."
  nullable    = false

  validation {
    condition     = can(regex("^Z[A-Z0-9]+$", var.zone_id))
    error_message = "zone_id must be the id of a Route 53 zone, which starts with Z."
  }
}

variable "email_from" {
  type        = string
  description = "Sender of every mail, such as Plinth <no-reply@mail.example.com>. Its domain is verified with SES."
  nullable    = false

  validation {
    condition     = can(regex("^([^<>\\r\\n]*<)?[^<>@\\s]+@([a-z0-9-]+\\.)+[a-z]{2,}>?$", var.email_from))
    error_message = "email_from must be an address, or Name <address>."
  }
}

variable "product_name" {
  type        = string
  description = "The product's name in mails. null: the one in app/product."
  default     = null

  validation {
    condition     = var.product_name == null || try(length(var.product_name) > 0 && length(var.product_name) <= 60, false)
    error_message = "product_name must have 1 to 60 characters."
  }
}

variable "cors_origins" {
  type        = list(string)
  description = "Exact origins of browser clients, such as https://app.example.com."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https://[^/*\\s]+$", origin))])
    error_message = "cors_origins must be origins such as https://app.example.com, without a path or a wildcard."
  }
}

variable "github_repository" {
  type        = string
  description = "Repository whose jobs roll out, as owner/name, or as owner@id/name@id with GitHub's ids."
  nullable    = false

  validation {
    condition     = can(regex("^([A-Za-z0-9-]+/[A-Za-z0-9._-]+|[A-Za-z0-9-]+@[0-9]+/[A-Za-z0-9._-]+@[0-9]+)$", var.github_repository))
    error_message = "github_repository must be owner/name or owner@id/name@id; a wildcard would let strangers roll out."
  }
}

variable "alarm_emails" {
  type        = set(string)
  description = "Who is told of alarms and of the budget."
  nullable    = false

  validation {
    condition     = length(var.alarm_emails) > 0 && alltrue([for address in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "alarm_emails must hold at least one address: an alarm that nobody hears is none."
  }
}

variable "budget_monthly_usd" {
  type        = number
  description = "What a month may cost, in US dollars."
  nullable    = false

  validation {
    condition     = var.budget_monthly_usd > 0
    error_message = "budget_monthly_usd must be more than 0."
  }
}

variable "vpc_cidr" {
  type        = string
  description = "Block of the VPC, from /16 to /20. Environments that may be peered one day need different ones."
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 20, false)
    error_message = "vpc_cidr must be an IPv4 block from /16 to /20, such as 10.20.0.0/16."
  }
}

variable "email_webhook" {
  type        = bool
  description = "Whether SNS delivers bounces to the service. Set it after the first rollout: the service must answer to be subscribed."
  default     = false
  nullable    = false
}

variable "database_identifier" {
  type        = string
  description = "Name of the database cluster after a restore, such as plinth-prod-restored (README.md). null: the environment's name."
  default     = null

  validation {
    condition     = var.database_identifier == null || can(regex("^${var.project}-${var.environment}(-[a-z0-9]+)+$", var.database_identifier))
    error_message = "database_identifier must be the environment's name and more, such as plinth-prod-restored: roles may touch no other names."
  }
}

variable "retire" {
  type        = bool
  description = "Takes deletion protection away, as the step before terraform destroy (README.md)."
  default     = false
  nullable    = false
}

variable "size" {
  type        = string
  description = "Of prod: standard, or starter, which costs a sixth and stops for minutes when a zone is lost (README.md). dev and staging have one size."
  default     = "standard"
  nullable    = false

  validation {
    condition     = contains(["standard", "starter"], var.size) && (var.size == "standard" || var.environment == "prod")
    error_message = "size must be standard, or in prod starter."
  }
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
