variable "name" {
  type        = string
  description = "Prefix of every name, such as plinth-prod."
  nullable    = false
}

variable "domain_name" {
  type        = string
  description = "Domain that mails are sent from, such as mail.example.com."
  nullable    = false
}

variable "zone_id" {
  type        = string
  description = "Route 53 zone that the domain is in."
  nullable    = false
}

variable "from_address" {
  type        = string
  description = "The one address that may send: the one in EMAIL_FROM."
  nullable    = false

  validation {
    condition     = endswith(var.from_address, "@${var.domain_name}")
    error_message = "from_address must be of domain_name, which is the domain that is verified."
  }
}

variable "report_address" {
  type        = string
  description = "Where other mail servers send their DMARC reports. null: nowhere."
  default     = null
}

variable "webhook_url" {
  type        = string
  description = "The service's webhook for bounces and complaints. null until the service runs, as it must answer SNS to be subscribed."
  default     = null

  validation {
    condition     = var.webhook_url == null || can(regex("^https://[^/]+/v1/webhooks/email/ses$", var.webhook_url))
    error_message = "webhook_url must be https://<host>/v1/webhooks/email/ses."
  }
}

variable "topics_key_arn" {
  type        = string
  description = "KMS key of topics and queues."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "Boundary of every user made here."
  nullable    = false
}

variable "deletion_protection" {
  type        = bool
  description = "Refuses to delete a user who has access keys."
  nullable    = false
}
