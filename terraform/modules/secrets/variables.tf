variable "name" {
  type        = string
  description = "Prefix of every name, such as plinth-prod."
  nullable    = false
}

variable "settings" {
  type        = set(string)
  description = "Settings whose values are secret: one secret each, named <name>/<SETTING>."
  nullable    = false

  validation {
    condition     = alltrue([for setting in var.settings : can(regex("^[A-Z][A-Z0-9_]*$", setting))])
    error_message = "settings must be names of settings, such as APP_SECRET."
  }
}

variable "recovery_days" {
  type        = number
  description = "Days in which a deleted secret can be restored."
  nullable    = false

  validation {
    condition     = var.recovery_days >= 7 && var.recovery_days <= 30
    error_message = "recovery_days must be 7 to 30."
  }
}
