variable "name" {
  type        = string
  description = "Alias of the key, without alias/."
  nullable    = false
}

variable "description" {
  type        = string
  description = "What the key encrypts."
  nullable    = false
}

variable "encrypts_logs" {
  type        = bool
  description = "Whether CloudWatch Logs may use the key."
  default     = false
  nullable    = false
}

variable "publishers" {
  type        = set(string)
  description = "Service principals that publish to SNS topics which this key encrypts."
  default     = []
  nullable    = false
}

variable "deletion_window_days" {
  type        = number
  description = "Days in which a deletion can be taken back."
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "KMS takes 7 to 30 days."
  }
}
