output "api_url" {
  description = "Where the API is."
  value       = module.platform.api_url
}

output "rollout" {
  description = "Variables to set for this environment in GitHub."
  value       = module.platform.rollout
}

output "first_secrets" {
  description = "Secrets to put before the first rollout, and what they look like."
  value       = module.platform.first_secrets
}

output "database" {
  description = "For administration."
  value       = module.platform.database
}

output "nat_addresses" {
  description = "Addresses from which the service calls out."
  value       = module.platform.nat_addresses
}

output "monitoring" {
  description = "Where to look."
  value       = module.platform.monitoring
}

output "posture" {
  description = "What the tests judge."
  value       = module.platform.posture
}
