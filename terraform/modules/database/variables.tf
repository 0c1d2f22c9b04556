variable "name" {
  type        = string
  description = "Prefix of every name, such as plinth-prod."
  nullable    = false
}

variable "identifier" {
  type        = string
  description = "Name of the cluster and first part of the names of its instances, when it is another than `name`: that of a restored cluster."
  default     = null
}

variable "vpc_id" {
  type        = string
  description = "VPC of the database."
  nullable    = false
}

variable "subnet_ids" {
  type        = list(string)
  description = "Subnets without a way to the internet, in at least two zones."
  nullable    = false
}

variable "engine_version" {
  type        = string
  description = "Aurora PostgreSQL: a major version follows its minor versions by itself."
  default     = "17"
  nullable    = false

  validation {
    condition     = can(regex("^(1[6-9]|[2-9]\\d)(\\.\\d+)?$", var.engine_version))
    error_message = "engine_version must be a major version from 16 on, or major.minor."
  }
}

variable "database_name" {
  type        = string
  description = "The database that is made with the cluster."
  default     = "plinth"
  nullable    = false
}

variable "instances" {
  type        = number
  description = "One writer, and what is more than one as readers in other zones, ready to take over."
  nullable    = false

  validation {
    condition     = var.instances >= 1 && var.instances <= 15
    error_message = "Aurora takes 1 to 15 instances."
  }
}

variable "instance_class" {
  type        = string
  description = "db.serverless, or a class such as db.r8g.large."
  nullable    = false

  validation {
    condition     = can(regex("^db\\.(serverless|[a-z0-9]+\\.[a-z0-9]+)$", var.instance_class))
    error_message = "instance_class must be db.serverless or look like db.r8g.large."
  }
}

variable "serverless_capacity" {
  type        = object({ min = number, max = number })
  description = "Aurora capacity units with db.serverless: 2 GiB of memory each."
  default     = { min = 0.5, max = 4 }
  nullable    = false

  validation {
    # 0 would pause it, but the job queue asks every few seconds, so that it would never sleep.
    condition     = var.serverless_capacity.min >= 0.5 && var.serverless_capacity.max >= var.serverless_capacity.min && var.serverless_capacity.max <= 256
    error_message = "serverless_capacity must be 0.5 <= min <= max <= 256."
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Refuses to delete the cluster."
  nullable    = false
}

variable "keep_backups" {
  type        = bool
  description = "Keeps the backups of a cluster that is deleted, and takes a final snapshot."
  nullable    = false
}

variable "backup_days" {
  type        = number
  description = "Days to which the database can be restored to the second."
  nullable    = false

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "Aurora keeps backups for 1 to 35 days."
  }
}

variable "restore_from_snapshot" {
  type        = string
  description = "Only when the cluster is made: the snapshot that it starts from."
  default     = null
}

variable "log_retention_days" {
  type        = number
  description = "Days that PostgreSQL's log is kept."
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
