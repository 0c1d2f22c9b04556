# Aurora PostgreSQL. The master password is made, kept and rotated by RDS; the service never has it. It signs in with a
# role of its own, which is made at the first deployment (README.md).
locals {
  major      = split(".", var.engine_version)[0]
  identifier = coalesce(var.identifier, var.name)
}

module "key" {
  source = "../key"

  name        = "${var.name}-database"
  description = "Database, its backups and Performance Insights of ${var.name}"
}

resource "aws_rds_cluster" "this" {
  cluster_identifier = local.identifier
  engine             = "aurora-postgresql"
  engine_version     = var.engine_version
  database_name      = var.database_name

  master_username               = "plinth_admin"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = module.key.arn
  # For people: a token of fifteen minutes instead of a password.
  iam_database_authentication_enabled = true
  # SQL by an authenticated, logged AWS call: making roles needs no bastion and no open port.
  enable_http_endpoint = true

  storage_encrypted = true
  kms_key_id        = module.key.arn

  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.this.id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name

  backup_retention_period      = var.backup_days
  preferred_backup_window      = "02:00-03:00"
  preferred_maintenance_window = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot        = true
  deletion_protection          = var.deletion_protection
  delete_automated_backups     = !var.keep_backups
  skip_final_snapshot          = !var.keep_backups
  final_snapshot_identifier    = var.keep_backups ? "${local.identifier}-final" : null
  snapshot_identifier          = var.restore_from_snapshot

  enabled_cloudwatch_logs_exports = ["postgresql"]

  dynamic "serverlessv2_scaling_configuration" {
    for_each = var.instance_class == "db.serverless" ? [var.serverless_capacity] : []
    content {
      min_capacity = serverlessv2_scaling_configuration.value.min
      max_capacity = serverlessv2_scaling_configuration.value.max
    }
  }

  lifecycle {
    # Read only when a cluster is made. A difference later, such as after a restore, must not replace the cluster.
    ignore_changes = [database_name, snapshot_identifier]
  }

  depends_on = [aws_cloudwatch_log_group.postgresql] # else RDS makes it, and keeps logs for ever
}

resource "aws_rds_cluster_instance" "this" {
  for_each = toset([for number in range(var.instances) : tostring(number + 1)])

  identifier         = "${local.identifier}-${each.key}"
  cluster_identifier = aws_rds_cluster.this.id
  engine             = aws_rds_cluster.this.engine
  instance_class     = var.instance_class

  publicly_accessible = false
  promotion_tier      = 0 # any reader is as good as the writer to take over
  ca_cert_identifier  = "rds-ca-rsa2048-g1"

  performance_insights_enabled    = true
  performance_insights_kms_key_id = module.key.arn
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  auto_minor_version_upgrade      = true
}

resource "aws_rds_cluster_parameter_group" "this" {
  name_prefix = "${var.name}-"
  # Changes of tables are no longer logged, but another text would replace the group.
  description = "TLS only; slow statements and changes of tables are logged"
  family      = "aurora-postgresql${local.major}"

  dynamic "parameter" {
    for_each = {
      "rds.force_ssl"              = "1"
      "log_min_duration_statement" = "1000" # milliseconds
      "log_statement"              = "none" # `ddl` includes alter role, and writes passwords to the log
      "log_lock_waits"             = "1"
    }
    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_cloudwatch_log_group" "postgresql" {
  name              = "/aws/rds/cluster/${local.identifier}/postgresql"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn
}

# Who may connect is decided where the client is; see modules/service.
resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "PostgreSQL, from the service only; nothing leaves"
  vpc_id      = var.vpc_id
}
