variable "derived" {
  type        = map(string)
  description = "Settings that follow from the rest of the configuration."
  nullable    = false
}

variable "further" {
  type        = map(string)
  description = "Further settings that are no secrets, such as { LOG_LEVEL = \"debug\" }."
  nullable    = false

  validation {
    # The variables of an identity provider have its name in theirs.
    condition     = length(setsubtract([for name in keys(var.further) : name if !can(regex("^IDENTITY_PROVIDER_[A-Z0-9]+_(CLIENT_ID|ISSUER|DOMAINS|LABEL|TENANT)$", name))], local.optional_settings)) == 0
    error_message = "settings may hold only: ${join(", ", local.optional_settings)}. Secrets go to optional_secrets; all else follows from other variables."
  }
}

variable "optional_secrets" {
  type        = set(string)
  description = "Secret settings that this installation uses beside the required ones, such as RESEND_WEBHOOK_SECRET. Their values must be put before the next rollout: a task whose secret has none does not start."
  nullable    = false

  validation {
    condition     = length(setsubtract([for name in var.optional_secrets : name if !can(regex("^IDENTITY_PROVIDER_[A-Z0-9]+_CLIENT_SECRET$", name))], local.optional_secrets)) == 0
    error_message = "optional_secrets may hold only: ${join(", ", local.optional_secrets)}."
  }
}
