# Which inputs an environment takes. What prod must have at least: modules/guards/tests.
mock_provider "aws" {
  source = "../../mocks"
}

variables {
  environment = "prod"

  region             = "eu-central-1"
  api_domain         = "api.example.com"
  app_url            = "https://app.example.com"
  zone_id            = "Z0123456789ABCDEFGHIJ"
  email_from         = "Plinth <no-reply@mail.example.com>"
  cors_origins       = ["https://app.example.com"]
  github_repository  = "example/plinth"
  alarm_emails       = ["operations@example.com"]
  budget_monthly_usd = 1500
  vpc_cidr           = "10.30.0.0/16"

  sizes = {
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

  guards = {
    deletion_protection  = true
    firewall             = true
    backup_days          = 35
    log_retention_days   = 365
    secret_recovery_days = 30
  }
}

run "an_unknown_size_is_refused" {
  command = plan

  variables {
    size = "tiny"
  }

  expect_failures = [var.size]
}

run "a_starter_that_is_not_prod_is_refused" {
  command = plan

  variables {
    environment = "staging"
    size        = "starter"
  }

  expect_failures = [var.size]
}

run "bad_input_is_refused" {
  command = plan

  variables {
    region              = "frankfurt"
    api_domain          = "https://api.example.com/"
    app_url             = "http://app.example.com"
    zone_id             = "example.com"
    email_from          = "Plinth <example.com>"
    cors_origins        = ["http://app.example.com"]
    github_repository   = "plinth"
    alarm_emails        = []
    budget_monthly_usd  = 0
    vpc_cidr            = "10.0.0.0/24"
    product_name        = ""
    database_identifier = "plinth-dev-restored"
  }

  expect_failures = [
    var.region, var.api_domain, var.app_url, var.zone_id, var.email_from, var.cors_origins, var.github_repository,
    var.alarm_emails, var.budget_monthly_usd, var.vpc_cidr, var.product_name, var.database_identifier,
  ]
}

run "other_bad_input_is_refused" {
  command = plan

  variables {
    region              = "frankfurt"
    api_domain          = "https://api.example.com/"
    app_url             = "http://app.example.com"
    zone_id             = "example.com"
    email_from          = "Plinth <example.com>"
    cors_origins        = ["https://app.example.com/path"]
    github_repository   = "example/plinth/other"
    alarm_emails        = ["operations"]
    budget_monthly_usd  = 0
    vpc_cidr            = "ten.0.0.0/16"
    product_name        = ""
    database_identifier = "plinth-prod-"
  }

  expect_failures = [
    var.region, var.api_domain, var.app_url, var.zone_id, var.email_from, var.cors_origins, var.github_repository,
    var.alarm_emails, var.budget_monthly_usd, var.vpc_cidr, var.product_name, var.database_identifier,
  ]
}

# A wildcard is the one mistake that works, for everybody.
run "wildcards_are_refused" {
  command = plan

  variables {
    region              = "frankfurt"
    api_domain          = "*.example.com"
    app_url             = "app.example.com"
    zone_id             = "example.com"
    email_from          = "no-reply@*.example.com"
    cors_origins        = ["https://*.example.com"]
    github_repository   = "example/*"
    alarm_emails        = []
    budget_monthly_usd  = -1
    vpc_cidr            = "0.0.0.0/0"
    product_name        = ""
    database_identifier = "*"
  }

  expect_failures = [
    var.region, var.api_domain, var.app_url, var.zone_id, var.email_from, var.cors_origins, var.github_repository,
    var.alarm_emails, var.budget_monthly_usd, var.vpc_cidr, var.product_name, var.database_identifier,
  ]
}
