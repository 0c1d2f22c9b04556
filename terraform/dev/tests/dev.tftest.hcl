mock_provider "aws" {
  source = "../mocks"
}

variables {
  region             = "eu-central-1"
  api_domain         = "api.dev.example.com"
  app_url            = "https://app.dev.example.com"
  zone_id            = "Z0123456789ABCDEFGHIJ"
  email_from         = "Plinth <no-reply@mail.dev.example.com>"
  cors_origins       = ["https://app.dev.example.com"]
  github_repository  = "example/plinth"
  alarm_emails       = ["operations@example.com"]
  budget_monthly_usd = 250
  vpc_cidr           = "10.10.0.0/16"
}

run "environment" {
  assert {
    condition     = output.posture.network.nat_gateways == 1
    error_message = "dev must make do with one NAT gateway."
  }

  assert {
    condition     = output.posture.database.instances == 1 && !output.posture.database.deletion_protection && !output.posture.database.final_snapshot
    error_message = "dev must be one database instance that can be destroyed."
  }

  assert {
    condition     = output.posture.registry.deletes_images && output.posture.email.deletes_keys && output.posture.load_balancer.deletes_logs
    error_message = "Images, the SMTP user's key and access logs must not stand in the way of destroying dev."
  }

  assert {
    condition     = contains([for setting in output.posture.service.containers.api[0].environment : "${setting.name}=${setting.value}"], "APP_ENV=staging")
    error_message = "APP_ENV must not be development here, which would start stand-ins."
  }

  assert {
    condition     = length(output.posture.service.redis_from) == 0
    error_message = "Without a Redis there must be no way to one."
  }

  assert {
    condition     = output.posture.email.webhook == null
    error_message = "SNS must not be subscribed before the service runs."
  }
}

run "what_must_hold_everywhere_holds" {
  module {
    source = "../invariants"
  }

  variables {
    posture = run.environment.posture
  }
}
