# The rehearsal: built like prod, with less of everything. interface.tf
# and modules/platform are the same in every environment.
module "platform" {
  source      = "../modules/platform"
  environment = "staging"

  sizes = {
    nat_per_zone   = false
    endpoint_zones = 2
    spot           = false
    grafana        = false
    api            = { cpu = 512, memory = 1024, min = 2, max = 4, requests_per_target = 6000 }
    worker         = { cpu = 512, memory = 1024, min = 1, max = 3, queue_age_seconds = 30 }
    database = {
      instances           = 2
      instance_class      = "db.serverless"
      serverless_capacity = { min = 0.5, max = 4 }
      max_connections     = 300
      max_gib             = 50
    }
  }

  guards = {
    deletion_protection  = true
    firewall             = true
    backup_days          = 7
    log_retention_days   = 30
    secret_recovery_days = 7
  }

  region              = var.region
  api_domain          = var.api_domain
  app_url             = var.app_url
  zone_id             = var.zone_id
  email_from          = var.email_from
  product_name        = var.product_name
  cors_origins        = var.cors_origins
  github_repository   = var.github_repository
  alarm_emails        = var.alarm_emails
  budget_monthly_usd  = var.budget_monthly_usd
  vpc_cidr            = var.vpc_cidr
  email_webhook       = var.email_webhook
  database_identifier = var.database_identifier
  retire              = var.retire
  size                = var.size
  settings            = var.settings
  optional_secrets    = var.optional_secrets
}

terraform {
  # The bucket and the region come from bootstrap: terraform init -backend-config=../backend.hcl
  backend "s3" {
    key          = "staging/terraform.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}

provider "aws" {
  region = var.region
  default_tags { tags = { Project = "plinth", Environment = "staging", ManagedBy = "terraform" } }
}
