mock_provider "aws" {
  source = "../mocks"
}

variables {
  region             = "eu-central-1"
  api_domain         = "api.staging.example.com"
  app_url            = "https://app.staging.example.com"
  zone_id            = "Z0123456789ABCDEFGHIJ"
  email_from         = "Plinth <no-reply@mail.staging.example.com>"
  cors_origins       = ["https://app.staging.example.com"]
  github_repository  = "example@1234567/plinth@89012345"
  alarm_emails       = ["operations@example.com"]
  budget_monthly_usd = 400
  vpc_cidr           = "10.20.0.0/16"
}

run "environment" {
  variables {
    email_webhook       = true
    database_identifier = "plinth-staging-restored"
    settings            = { LOG_LEVEL = "debug" }
    optional_secrets    = ["REDIS_URL", "RESEND_WEBHOOK_SECRET"]
  }

  assert {
    condition     = output.posture.database.instances == 2 && output.posture.database.deletion_protection && output.posture.database.backup_days >= 7
    error_message = "staging must rehearse failover and restoring."
  }

  assert {
    condition = (
      output.posture.database.identifiers == ["plinth-staging-restored", "plinth-staging-restored-1", "plinth-staging-restored-2"] &&
      keys(output.posture.database.log_groups) == ["/aws/rds/cluster/plinth-staging-restored/postgresql"]
    )
    error_message = "A restored cluster must be kept under its own name: another one would replace it."
  }

  assert {
    condition     = output.posture.load_balancer.firewall
    error_message = "staging must show what the firewall turns away."
  }

  assert {
    condition     = output.posture.service.min_tasks.api >= 2
    error_message = "staging must run two API tasks, as prod does: what works with one alone is found here."
  }

  assert {
    condition     = output.posture.email.webhook == "https://api.staging.example.com/v1/webhooks/email/ses"
    error_message = "Bounces must reach the webhook of this environment."
  }

  assert {
    condition     = output.posture.service.redis_from == { api = "tcp 6379-6379 10.20.0.0/16", worker = "tcp 6379-6379 10.20.0.0/16" }
    error_message = "Tasks that are told of a Redis must reach it, at its port and inside the VPC only."
  }

  assert {
    condition     = contains([for setting in output.posture.service.containers.worker[0].environment : "${setting.name}=${setting.value}"], "LOG_LEVEL=debug")
    error_message = "Further settings must reach the tasks."
  }

  assert {
    condition     = alltrue([for role in ["api", "worker", "migrate"] : contains([for secret in output.posture.service.containers[role][0].secrets : secret.name], "RESEND_WEBHOOK_SECRET")])
    error_message = "Further secrets must reach the tasks."
  }

  assert {
    condition = (
      output.posture.deploy.trust.Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:example/plinth:environment:staging", "repo:example@1234567/plinth@89012345:environment:staging"] &&
      output.posture.deploy.trust.Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:repository_id"] == "89012345"
    )
    error_message = "Both forms of GitHub's subject must be accepted, from the repository with this id."
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
