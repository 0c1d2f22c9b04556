output "environment" {
  description = "Setting -> value, of those that are no secrets."
  value       = merge(var.derived, var.further)

  precondition {
    condition     = length(setsubtract(local.derived_settings, keys(var.derived))) + length(setsubtract(keys(var.derived), local.derived_settings)) == 0
    error_message = "The platform must set exactly the settings that are listed as derived."
  }
}

output "secrets" {
  description = "Settings whose values are in Secrets Manager."
  value       = setunion(local.required_secrets, var.optional_secrets)
}
