variable "project" {
  type        = string
  description = "First part of every name."
  default     = "plinth"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.project))
    error_message = "project must be 2 to 16 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  type        = string
  description = "AWS region of the state, and the one in which the roles may work."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[1-9]$", var.region))
    error_message = "region must look like eu-central-1."
  }
}

variable "github_repository" {
  type        = string
  description = "Repository whose jobs may plan and apply, as owner/name, or as owner@id/name@id with GitHub's ids."
  nullable    = false

  validation {
    condition     = can(regex("^([A-Za-z0-9-]+/[A-Za-z0-9._-]+|[A-Za-z0-9-]+@[0-9]+/[A-Za-z0-9._-]+@[0-9]+)$", var.github_repository))
    error_message = "github_repository must be owner/name or owner@id/name@id; a wildcard would hand the account to strangers."
  }
}

variable "environments" {
  type        = set(string)
  description = "Environments that live in this account. An account of its own for prod is the better wall."
  default     = ["dev", "staging", "prod"]
  nullable    = false

  validation {
    condition     = length(var.environments) > 0 && length(setsubtract(var.environments, ["dev", "staging", "prod"])) == 0
    error_message = "environments must be some of dev, staging and prod."
  }
}

variable "zone_ids" {
  type        = set(string)
  description = "Route 53 zones in which records may be changed."
  nullable    = false

  validation {
    condition     = length(var.zone_ids) > 0 && alltrue([for zone in var.zone_ids : can(regex("^Z[A-Z0-9]+$", zone))])
    error_message = "zone_ids must be ids of Route 53 zones, which start with Z."
  }
}
