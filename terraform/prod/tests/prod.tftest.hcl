mock_provider "aws" {
  source = "../mocks"
}

variables {
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
}

run "environment" {
  assert {
    condition     = output.posture.network.nat_gateways == 3
    error_message = "prod must have a NAT gateway in each zone."
  }

  assert {
    condition     = output.posture.database.instances >= 2
    error_message = "prod must have a reader that takes over from the writer: Multi-AZ."
  }

  assert {
    condition     = output.posture.database.deletion_protection && output.posture.database.final_snapshot && output.posture.load_balancer.deletion_protection
    error_message = "prod must be protected from deletion."
  }

  assert {
    condition     = !output.posture.registry.deletes_images && !output.posture.email.deletes_keys && !output.posture.load_balancer.deletes_logs
    error_message = "prod must not be destroyed with its images, keys and access logs."
  }

  assert {
    condition     = output.posture.database.identifiers == ["plinth-prod", "plinth-prod-1", "plinth-prod-2"]
    error_message = "The database must be named after its environment: renaming it would destroy it."
  }

  assert {
    condition     = output.posture.database.backup_days == 35
    error_message = "prod must be restorable for 35 days."
  }

  assert {
    condition     = alltrue([for role, least in output.posture.service.min_tasks : least >= 2])
    error_message = "prod must run at least 2 tasks of each service."
  }

  assert {
    condition     = !anytrue(values(output.posture.service.public_ip)) && !output.posture.database.public
    error_message = "In prod nothing but the load balancer may have a public address."
  }

  assert {
    condition     = output.posture.load_balancer.firewall
    error_message = "prod must have a firewall."
  }

  assert {
    condition = alltrue([for group in values(merge(
      output.posture.network.log_groups, output.posture.database.log_groups, output.posture.load_balancer.log_groups,
      output.posture.service.log_groups, output.posture.monitoring.log_groups,
    )) : group.days >= 90])
    error_message = "prod must keep logs for at least 90 days."
  }

  assert {
    condition     = contains([for setting in output.posture.service.containers.api[0].environment : "${setting.name}=${setting.value}"], "APP_ENV=production")
    error_message = "prod must run as production."
  }

  assert {
    condition     = output.posture.deploy.trust.Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:example/plinth:environment:prod"]
    error_message = "Only jobs of the environment prod may roll out to it."
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

run "prod_can_be_retired" {
  command = plan

  variables {
    retire = true
  }

  assert {
    condition     = !output.posture.database.deletion_protection && !output.posture.load_balancer.deletion_protection
    error_message = "Nothing may stand in the way of destroying an environment that is retired."
  }

  assert {
    condition     = output.posture.registry.deletes_images && output.posture.email.deletes_keys && output.posture.load_balancer.deletes_logs
    error_message = "Images, keys and access logs must not stand in the way of destroying an environment that is retired."
  }

  assert {
    condition     = output.posture.database.final_snapshot
    error_message = "The database of prod must leave a final snapshot."
  }
}

run "the_starter_size_is_smaller_and_guards_data_alike" {
  variables {
    size              = "starter"
    github_repository = "example@1234567/plinth@89012345"
  }

  assert {
    condition     = output.posture.network.nat_gateways == 1 && output.posture.database.instances == 1
    error_message = "The starter size must have one NAT gateway and one database instance: its sum in README.md says so."
  }

  assert {
    condition     = output.posture.service.min_tasks == { api = 2, worker = 1 }
    error_message = "The starter size must run two api tasks, so that rollouts have no gap, and one worker."
  }

  assert {
    condition     = output.posture.database.backup_days == 35 && output.posture.database.deletion_protection && output.posture.database.final_snapshot && output.posture.load_balancer.firewall
    error_message = "The starter size must guard data as the standard size does."
  }

  assert {
    condition     = length(output.posture.network.endpoint_services) == 1
    error_message = "The starter size must have the gateway endpoint, which costs nothing, and no other."
  }

  assert {
    condition     = output.posture.deploy.trust.Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:example/plinth:environment:prod", "repo:example@1234567/plinth@89012345:environment:prod"]
    error_message = "Both forms of GitHub's subject must be accepted with ids."
  }

  assert {
    condition     = output.posture.deploy.trust.Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:repository_id"] == "89012345"
    error_message = "With ids, only the repository with this id may roll out."
  }
}

run "what_must_hold_everywhere_holds_of_the_starter_size" {
  module {
    source = "../invariants"
  }

  variables {
    posture             = run.the_starter_size_is_smaller_and_guards_data_alike.posture
    interface_endpoints = false
  }
}
