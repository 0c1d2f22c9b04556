# The same in every environment: Terraform wants inputs and outputs named in each folder. terraform.tfvars.example has examples of
# the inputs; modules/platform says what they mean and checks them. null stands for the default there.
variable "region" { type = string }
variable "api_domain" { type = string }
variable "app_url" { type = string }
variable "zone_id" { type = string }
variable "email_from" { type = string }
variable "product_name" { default = null }
variable "cors_origins" {
  type    = list(string)
  default = null
}
variable "github_repository" { type = string }
variable "alarm_emails" { type = set(string) }
variable "budget_monthly_usd" { type = number }
variable "vpc_cidr" { type = string }
variable "email_webhook" { default = null }
variable "database_identifier" { default = null }
variable "retire" { default = null }
variable "size" { default = null }
variable "settings" {
  type    = map(string)
  default = null
}
variable "optional_secrets" {
  type    = set(string)
  default = null
}

output "api_url" { value = module.platform.api_url }
output "rollout" { value = module.platform.rollout }
output "first_secrets" { value = module.platform.first_secrets }
output "database" { value = module.platform.database }
output "nat_addresses" { value = module.platform.nat_addresses }
output "monitoring" { value = module.platform.monitoring }
output "posture" { value = module.platform.posture }
