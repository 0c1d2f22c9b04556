# One environment, composed. Reads from the outside in: network, what is kept, what runs, what watches.
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  name      = "${var.project}-${var.environment}"
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  # Made by bootstrap, which may be applied in this account only once.
  permissions_boundary_arn = "arn:${local.partition}:iam::${local.account}:policy/${var.project}-boundary"

  # Task definitions made here name no image that exists: which one runs is a rollout's decision.
  no_release = "none"
}

# Judges what was asked for before anything is made of it.
module "guards" {
  source = "../guards"

  environment = var.environment
  sizes       = var.sizes
  guards      = var.guards
  retire      = var.retire
  size        = var.size
}

module "operations_key" {
  source = "../key"

  name          = "${local.name}-operations"
  description   = "Logs, alarms and queues of ${local.name}"
  encrypts_logs = true
  publishers    = ["aps.amazonaws.com", "cloudwatch.amazonaws.com", "ses.amazonaws.com", "sns.amazonaws.com"]
}

module "network" {
  source = "../network"

  name                     = local.name
  cidr                     = var.vpc_cidr
  nat_per_zone             = module.guards.sizes.nat_per_zone
  endpoint_zones           = module.guards.sizes.endpoint_zones
  log_retention_days       = module.guards.guards.log_retention_days
  logs_key_arn             = module.operations_key.arn
  permissions_boundary_arn = local.permissions_boundary_arn
}

module "database" {
  source = "../database"

  name                     = local.name
  identifier               = var.database_identifier
  vpc_id                   = module.network.vpc_id
  subnet_ids               = module.network.database_subnet_ids
  instances                = module.guards.sizes.database.instances
  instance_class           = module.guards.sizes.database.instance_class
  serverless_capacity      = module.guards.sizes.database.serverless_capacity
  deletion_protection      = module.guards.guards.deletion_protection
  keep_backups             = module.guards.guards.keep_backups
  backup_days              = module.guards.guards.backup_days
  log_retention_days       = module.guards.guards.log_retention_days
  logs_key_arn             = module.operations_key.arn
  permissions_boundary_arn = local.permissions_boundary_arn
}

module "secrets" {
  source = "../secrets"

  name          = local.name
  settings      = module.settings.secrets
  recovery_days = module.guards.guards.secret_recovery_days
}

module "registry" {
  source = "../registry"

  name                = local.name
  deletion_protection = module.guards.guards.deletion_protection
}

module "email" {
  source = "../email"

  name                     = local.name
  domain_name              = split("@", local.from_address)[1]
  zone_id                  = var.zone_id
  from_address             = local.from_address
  webhook_url              = var.email_webhook ? "${local.api_url}/v1/webhooks/email/ses" : null
  topics_key_arn           = module.operations_key.arn
  deletion_protection      = module.guards.guards.deletion_protection
  permissions_boundary_arn = local.permissions_boundary_arn
}

module "load_balancer" {
  source = "../load-balancer"

  name                = local.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.public_subnet_ids
  domain_name         = var.api_domain
  zone_id             = var.zone_id
  target_port         = local.ports.api
  drain_seconds       = var.drain.limit_seconds
  deletion_protection = module.guards.guards.deletion_protection
  firewall            = module.guards.guards.firewall
  log_retention_days  = module.guards.guards.log_retention_days
  logs_key_arn        = module.operations_key.arn
}

module "service" {
  source = "../service"

  name            = local.name
  image           = "${module.registry.url}:${local.no_release}"
  environment     = module.settings.environment
  secret_arns     = module.secrets.arns
  secrets_key_arn = module.secrets.key_arn
  ports           = local.ports
  drain           = var.drain
  api             = module.guards.sizes.api
  worker          = module.guards.sizes.worker
  spot            = module.guards.sizes.spot
  vpc_id          = module.network.vpc_id
  vpc_cidr        = var.vpc_cidr
  subnet_ids      = module.network.private_subnet_ids
  load_balancer = {
    security_group_id       = module.load_balancer.security_group_id
    target_group_arn        = module.load_balancer.target_group_arn
    arn_suffix              = module.load_balancer.arn_suffix
    target_group_arn_suffix = module.load_balancer.target_group_arn_suffix
  }
  database_security_group_id = module.database.security_group_id
  registry_arn               = module.registry.arn
  prometheus                 = module.monitoring.prometheus
  log_retention_days         = module.guards.guards.log_retention_days
  logs_key_arn               = module.operations_key.arn
  permissions_boundary_arn   = local.permissions_boundary_arn
}

module "monitoring" {
  source = "../monitoring"

  name               = local.name
  environment        = var.environment
  alarm_emails       = var.alarm_emails
  budget_monthly_usd = var.budget_monthly_usd
  grafana            = module.guards.sizes.grafana
  rules_directory    = "${path.module}/../../../monitoring/prometheus/rules"
  load_balancer = {
    arn_suffix              = module.load_balancer.arn_suffix
    target_group_arn_suffix = module.load_balancer.target_group_arn_suffix
  }
  cluster_name  = module.service.cluster_name
  service_names = module.service.service_names
  database = {
    cluster_identifier = module.database.cluster_identifier
    max_connections    = module.guards.sizes.database.max_connections
    max_gib            = module.guards.sizes.database.max_gib
  }
  queue_age                = merge(module.service.queue_age_metric, { alarm_seconds = 300 })
  undelivered_queue_name   = module.email.undelivered_queue_name
  topics_key_arn           = module.operations_key.arn
  log_retention_days       = module.guards.guards.log_retention_days
  permissions_boundary_arn = local.permissions_boundary_arn
}
