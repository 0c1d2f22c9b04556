output "database" {
  value = true

  precondition {
    condition     = var.posture.database.encrypted && var.posture.database.key != null
    error_message = "The database must be encrypted with its own key."
  }
  precondition {
    condition     = !var.posture.database.public
    error_message = "The database must not be reachable from the internet."
  }
  precondition {
    condition     = try(var.posture.database.parameters["rds.force_ssl"], "0") == "1"
    error_message = "The database must refuse connections without TLS."
  }
  precondition {
    condition     = try(var.posture.database.parameters["log_statement"], "none") == "none"
    error_message = "The database must not log statements by their kind: `alter role … password` would be among them."
  }
  precondition {
    condition     = var.posture.database.iam_authentication && var.posture.database.managed_password
    error_message = "People must sign in by IAM, and the master password must be RDS' own."
  }
  precondition {
    condition     = var.posture.database.insights
    error_message = "Performance Insights must be on for every instance."
  }
  precondition {
    condition     = var.posture.database.backup_days >= 1
    error_message = "There must be backups."
  }
}

output "secrets" {
  value = true

  precondition {
    condition     = length(var.posture.secrets.keys_of_secrets) >= 3 && alltrue([for key in values(var.posture.secrets.keys_of_secrets) : key != null && key != ""])
    error_message = "Every secret must be encrypted with the key of secrets."
  }
  precondition {
    condition     = alltrue([for key in values(var.posture.keys) : key.rotates])
    error_message = "Every KMS key must rotate."
  }
}

output "registry" {
  value = true

  precondition {
    condition     = !var.posture.registry.tags_move
    error_message = "Image tags must be immutable."
  }
  precondition {
    condition     = var.posture.registry.scan_on_push
    error_message = "Images must be scanned when they are pushed."
  }
  precondition {
    condition     = var.posture.registry.encryption == "KMS"
    error_message = "Images must be encrypted by KMS."
  }
}

output "email" {
  value = true

  precondition {
    condition     = var.posture.email.tls == "REQUIRE" && var.posture.email.dkim_key == "RSA_2048_BIT"
    error_message = "Mail must be signed with 2048 bits and sent over TLS."
  }
  precondition {
    condition     = contains(var.posture.email.events, "BOUNCE") && contains(var.posture.email.events, "COMPLAINT") && !var.posture.email.raw_delivery
    error_message = "Bounces and complaints must reach the webhook, in the envelope that is signed."
  }
  precondition {
    condition     = var.posture.email.default_set != null
    error_message = "The configuration set must apply to all that the domain sends."
  }
}

output "logs_and_topics" {
  value = true

  precondition {
    condition = alltrue([for group in values(merge(
      var.posture.network.log_groups, var.posture.database.log_groups, var.posture.load_balancer.log_groups,
      var.posture.service.log_groups, var.posture.monitoring.log_groups,
    )) : group.days >= 7 && group.days <= 3653 && group.key != null && group.key != ""])
    error_message = "Every log group must be encrypted, and must forget."
  }
  precondition {
    condition     = alltrue([for key in values(merge(var.posture.email.topic_keys, var.posture.monitoring.topic_keys)) : key != null && key != ""])
    error_message = "Every topic and queue must be encrypted."
  }
}

output "monitoring" {
  value = true

  precondition {
    condition = length(setsubtract(
      ["api-5xx", "load-balancer-5xx", "unhealthy-hosts", "api-cpu", "worker-cpu", "database-cpu", "database-connections", "database-storage", "queue-age", "email-bounces"],
      keys(var.posture.monitoring.alarms),
    )) == 0
    error_message = "An alarm is missing."
  }
  precondition {
    condition     = alltrue([for alarm in values(var.posture.monitoring.alarms) : alarm.notifies])
    error_message = "Every alarm must tell someone."
  }
  precondition {
    condition     = var.posture.monitoring.alarms["queue-age"].missing == "breaching"
    error_message = "A worker that reports nothing must raise the alarm of the queue."
  }
  precondition {
    condition     = var.posture.monitoring.budget > 0
    error_message = "There must be a budget."
  }
}
