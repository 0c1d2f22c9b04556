variable "name" {
  type        = string
  description = "Prefix of every name, such as plinth-prod."
  nullable    = false

  validation {
    condition     = length(var.name) <= 28
    error_message = "name must have at most 28 characters: load balancers take 32."
  }
}

variable "vpc_id" {
  type        = string
  description = "VPC of the load balancer."
  nullable    = false
}

variable "subnet_ids" {
  type        = list(string)
  description = "Public subnets, in at least two zones."
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A load balancer needs subnets in two zones."
  }
}

variable "domain_name" {
  type        = string
  description = "Host of the API, such as api.example.com."
  nullable    = false
}

variable "zone_id" {
  type        = string
  description = "Route 53 zone that the host is in."
  nullable    = false
}

variable "target_port" {
  type        = number
  description = "PORT of the service."
  nullable    = false
}

variable "drain_seconds" {
  type        = number
  description = "How long requests in flight may take once a task is leaving: DRAIN_LIMIT_SECONDS."
  nullable    = false
}

variable "deletion_protection" {
  type        = bool
  description = "Refuses to delete the load balancer, and keeps its logs."
  nullable    = false
}

variable "firewall" {
  type        = bool
  description = "Whether AWS WAF stands in front."
  nullable    = false
}

variable "requests_per_address" {
  type        = number
  description = "With the firewall: requests that one address may make in five minutes. The service's own limits are finer; this one spares it floods."
  default     = 3000
  nullable    = false

  validation {
    condition     = var.requests_per_address >= 100
    error_message = "requests_per_address must be at least 100."
  }
}

variable "log_retention_days" {
  type        = number
  description = "Days that access logs and the firewall's log are kept."
  nullable    = false
}

variable "logs_key_arn" {
  type        = string
  description = "KMS key of the firewall's log."
  nullable    = false
}
