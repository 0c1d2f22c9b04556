# For trying things out: small, cheap, and can be destroyed. interface.tf
# and modules/platform are the same in every environment.
module "platform" {
  source      = "../modules/platform"
  environment = "dev"

  sizes = {
    nat_per_zone   = false
    endpoint_zones = 1
    spot           = true
    grafana        = false
    api            = { cpu = 256, memory = 1024, min = 1, max = 2, requests_per_target = 6000 }
    worker         = { cpu = 256, memory = 1024, min = 1, max = 2, queue_age_seconds = 60 }
    database = {
      instances           = 1
      instance_class      = "db.serverless"
      serverless_capacity = { min = 0.5, max = 2 }
      max_connections     = 150
      max_gib             = 10
    }
  }

  guards = {
    deletion_protection  = false
    firewall             = false
    backup_days          = 1
    log_retention_days   = 14
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
    key          = "dev/terraform.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}

provider "aws" {
  region = var.region
  default_tags { tags = { Project = "plinth", Environment = "dev", ManagedBy = "terraform" } }
}
