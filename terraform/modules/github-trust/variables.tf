variable "provider_arn" {
  type        = string
  description = "GitHub's OIDC provider in IAM."
  nullable    = false
}

variable "repository" {
  type        = string
  description = "owner/name, or owner@id/name@id."
  nullable    = false
}

variable "jobs" {
  type        = list(string)
  description = "Jobs that may take the role, as the last part of the subject: environment:<name>, pull_request."
  nullable    = false
}
