# Where people's data is: nothing that can fail alone takes the service with it. interface.tf
# and modules/platform are the same in every environment.
module "platform" {
  source      = "../modules/platform"
  environment = "prod"

  sizes = local.sizes[coalesce(var.size, "standard")]

  guards = {
    deletion_protection  = true
    firewall             = true
    backup_days          = 35
    log_retention_days   = 365
    secret_recovery_days = 30
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

# Two sizes, which differ in what they withstand and cost: see "The starter size" in README.md. Guards are the same.
locals {
  sizes = {
    standard = {
      nat_per_zone   = true
      endpoint_zones = 3
      spot           = false
      grafana        = true
      api            = { cpu = 1024, memory = 2048, min = 3, max = 24, requests_per_target = 12000 }
      worker         = { cpu = 512, memory = 1024, min = 2, max = 12, queue_age_seconds = 20 }
      database = {
        instances           = 2
        instance_class      = "db.r8g.large"
        serverless_capacity = { min = 0.5, max = 4 } # unused with this class
        max_connections     = 1200
        max_gib             = 500
      }
    }
    starter = {
      nat_per_zone   = false
      endpoint_zones = 0
      spot           = false
      grafana        = false
      api            = { cpu = 256, memory = 1024, min = 2, max = 4, requests_per_target = 6000 }
      worker         = { cpu = 256, memory = 1024, min = 1, max = 2, queue_age_seconds = 60 }
      database = {
        instances           = 1
        instance_class      = "db.serverless"
        serverless_capacity = { min = 0.5, max = 4 }
        max_connections     = 200
        max_gib             = 50
      }
    }
  }
}

terraform {
  # The bucket and the region come from bootstrap: terraform init -backend-config=../backend.hcl
  backend "s3" {
    key          = "prod/terraform.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}

provider "aws" {
  region = var.region
  default_tags { tags = { Project = "plinth", Environment = "prod", ManagedBy = "terraform" } }
}
