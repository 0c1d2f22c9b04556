variable "name" {
  type        = string
  description = "Prefix of every name, such as plinth-prod."
  nullable    = false
}

variable "cidr" {
  type        = string
  description = "Block of the VPC. It is cut into sixteen parts: public, private and database subnets for up to three zones, the rest is spare."
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 20, false)
    error_message = "cidr must be an IPv4 block from /16 to /20, such as 10.20.0.0/16."
  }
}

variable "nat_per_zone" {
  type        = bool
  description = "true: a NAT gateway in each zone, so that the loss of a zone takes only that zone's way out. false: one, which is cheaper."
  nullable    = false
}

variable "endpoint_zones" {
  type        = number
  description = "Zones that get interface endpoints. Each endpoint costs by zone; from other zones they are reached across. 0: none, and tasks need NAT to start."
  nullable    = false

  validation {
    condition     = var.endpoint_zones >= 0 && var.endpoint_zones <= 3
    error_message = "endpoint_zones must be 0 to 3."
  }
}

variable "log_retention_days" {
  type        = number
  description = "Days that flow logs are kept."
  nullable    = false
}

variable "logs_key_arn" {
  type        = string
  description = "KMS key of the flow logs."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "Boundary of every role made here."
  nullable    = false
}
