output "api_url" {
  description = "Where the API is."
  value       = local.api_url
}

output "rollout" {
  description = "Variables of the environment in GitHub, from which .github/workflows/rollout.yml knows where to go."
  value = {
    AWS_REGION      = var.region
    DEPLOY_ROLE_ARN = aws_iam_role.deploy.arn
    PLATFORM        = local.name
    REGISTRY        = module.registry.url
    API_URL         = local.api_url
  }
}

output "first_secrets" {
  description = "Secrets to put before the first rollout, and what they look like."
  value = {
    "${local.name}/APP_SECRET"   = "openssl rand -base64 48"
    "${local.name}/DATABASE_URL" = "postgres://plinth_a:PASSWORD@${module.database.endpoint}:5432/${module.database.database_name}?sslmode=verify-full&sslrootcert=${var.database_ca_file}"
    "${local.name}/SMTP_URL"     = "smtps://KEY:PASSWORD@${module.email.smtp_host}:465 (an access key of user ${module.email.smtp_user})"
  }
}

output "database" {
  description = "For administration: SQL by the RDS Data API, and where the database is."
  value = {
    cluster_arn       = module.database.cluster_arn
    master_secret_arn = module.database.master_secret_arn
    name              = module.database.database_name
    endpoint          = module.database.endpoint
    reader_endpoint   = module.database.reader_endpoint
  }
}

output "nat_addresses" {
  description = "Addresses from which the service calls out."
  value       = module.network.nat_addresses
}

output "monitoring" {
  description = "Where to look, and what else may subscribe to alarms."
  value = {
    prometheus      = module.monitoring.prometheus.endpoint
    grafana         = module.monitoring.grafana_url
    alarm_topic_arn = module.monitoring.alarm_topic_arn
  }
}

output "posture" {
  description = "What invariants/ judges: taken from the resources themselves, not from what was asked for."
  value = {
    drain         = var.drain
    ports         = local.ports
    boundary      = local.permissions_boundary_arn
    network       = module.network.posture
    database      = module.database.posture
    secrets       = module.secrets.posture
    registry      = module.registry.posture
    email         = module.email.posture
    load_balancer = module.load_balancer.posture
    service       = module.service.posture
    monitoring    = module.monitoring.posture
    deploy = {
      policies   = { deploy = jsondecode(aws_iam_role_policy.deploy.policy) }
      trust      = jsondecode(aws_iam_role.deploy.assume_role_policy)
      boundaries = { (aws_iam_role.deploy.name) = aws_iam_role.deploy.permissions_boundary }
    }
    keys = merge({ operations = module.operations_key.posture }, module.database.posture.keys, module.secrets.posture.keys)
  }
}
