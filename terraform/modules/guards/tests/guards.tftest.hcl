# A prod that is weaker than prod must be is refused, whoever changes main.tf.
variables {
  environment = "prod"

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

run "prod_as_it_is_is_accepted" {
  command = plan
}

run "a_starter_may_have_one_of_what_stops_it_for_minutes" {
  command = plan

  variables {
    size = "starter"
    sizes = merge(var.sizes, {
      nat_per_zone   = false
      endpoint_zones = 0
      worker         = merge(var.sizes.worker, { min = 1 })
      database       = merge(var.sizes.database, { instances = 1 })
    })
  }
}

run "a_starter_on_spot_capacity_is_refused" {
  command = plan

  variables {
    size  = "starter"
    sizes = merge(var.sizes, { spot = true })
  }

  expect_failures = [var.sizes]
}

run "a_starter_with_one_api_is_refused" {
  command = plan

  variables {
    size  = "starter"
    sizes = merge(var.sizes, { api = merge(var.sizes.api, { min = 1 }) })
  }

  expect_failures = [var.sizes]
}

run "a_starter_with_short_backups_is_refused" {
  command = plan

  variables {
    size   = "starter"
    guards = merge(var.guards, { backup_days = 7 })
  }

  expect_failures = [var.guards]
}

run "no_endpoints_are_refused" {
  command = plan

  variables {
    sizes = merge(var.sizes, { endpoint_zones = 0 })
  }

  expect_failures = [var.sizes]
}

run "one_task_is_refused" {
  command = plan

  variables {
    sizes = merge(var.sizes, { api = merge(var.sizes.api, { min = 1 }) })
  }

  expect_failures = [var.sizes]
}

run "one_worker_is_refused" {
  command = plan

  variables {
    sizes = merge(var.sizes, { worker = merge(var.sizes.worker, { min = 1 }) })
  }

  expect_failures = [var.sizes]
}

run "one_database_instance_is_refused" {
  command = plan

  variables {
    sizes = merge(var.sizes, { database = merge(var.sizes.database, { instances = 1 }) })
  }

  expect_failures = [var.sizes]
}

run "one_nat_gateway_is_refused" {
  command = plan

  variables {
    sizes = merge(var.sizes, { nat_per_zone = false })
  }

  expect_failures = [var.sizes]
}

run "spot_capacity_is_refused" {
  command = plan

  variables {
    sizes = merge(var.sizes, { spot = true })
  }

  expect_failures = [var.sizes]
}

run "weak_deletion_protection_is_refused" {
  command = plan

  variables {
    guards = merge(var.guards, { deletion_protection = false })
  }

  expect_failures = [var.guards]
}

run "weak_firewall_is_refused" {
  command = plan

  variables {
    guards = merge(var.guards, { firewall = false })
  }

  expect_failures = [var.guards]
}

run "weak_backup_days_is_refused" {
  command = plan

  variables {
    guards = merge(var.guards, { backup_days = 7 })
  }

  expect_failures = [var.guards]
}

run "weak_log_retention_days_is_refused" {
  command = plan

  variables {
    guards = merge(var.guards, { log_retention_days = 30 })
  }

  expect_failures = [var.guards]
}

run "a_retention_that_cloudwatch_does_not_know_is_refused" {
  command = plan

  variables {
    guards = merge(var.guards, { log_retention_days = 100 })
  }

  expect_failures = [var.guards]
}

run "an_environment_that_does_not_exist_is_refused" {
  command = plan

  variables {
    environment = "production"
  }

  expect_failures = [var.environment]
}

run "retiring_takes_protection_away_and_keeps_backups" {
  variables {
    retire = true
  }

  assert {
    condition     = !output.guards.deletion_protection && output.guards.keep_backups
    error_message = "An environment that is retired must be destroyable, with a final snapshot."
  }
}
