output "cluster_identifier" {
  description = "Name of the cluster."
  value       = aws_rds_cluster.this.cluster_identifier
}

output "cluster_arn" {
  description = "ARN of the cluster, for SQL by the RDS Data API."
  value       = aws_rds_cluster.this.arn
}

output "master_secret_arn" {
  description = "Secret with the master password, which RDS rotates. For administration, never for the service."
  value       = one(aws_rds_cluster.this.master_user_secret[*].secret_arn)
}

output "endpoint" {
  description = "Host of the writer."
  value       = aws_rds_cluster.this.endpoint
}

output "reader_endpoint" {
  description = "Host of the readers."
  value       = aws_rds_cluster.this.reader_endpoint
}

output "database_name" {
  description = "The database."
  value       = var.database_name
}

output "security_group_id" {
  description = "Group to which the service's group gets access."
  value       = aws_security_group.this.id
}

output "posture" {
  description = "What invariants/ judges."
  value = {
    identifiers         = concat([aws_rds_cluster.this.cluster_identifier], values(aws_rds_cluster_instance.this)[*].identifier)
    instances           = length(aws_rds_cluster_instance.this)
    public              = anytrue([for instance in aws_rds_cluster_instance.this : instance.publicly_accessible])
    insights            = alltrue([for instance in aws_rds_cluster_instance.this : instance.performance_insights_enabled])
    encrypted           = aws_rds_cluster.this.storage_encrypted
    key                 = aws_rds_cluster.this.kms_key_id
    deletion_protection = aws_rds_cluster.this.deletion_protection
    final_snapshot      = !aws_rds_cluster.this.skip_final_snapshot
    backup_days         = aws_rds_cluster.this.backup_retention_period
    iam_authentication  = aws_rds_cluster.this.iam_database_authentication_enabled
    managed_password    = aws_rds_cluster.this.manage_master_user_password
    parameters          = { for parameter in aws_rds_cluster_parameter_group.this.parameter : parameter.name => parameter.value }
    log_groups          = { (aws_cloudwatch_log_group.postgresql.name) = { days = aws_cloudwatch_log_group.postgresql.retention_in_days, key = aws_cloudwatch_log_group.postgresql.kms_key_id } }
    policies            = { database_monitoring = jsondecode(aws_iam_role_policy.monitoring.policy) }
    boundaries          = { (aws_iam_role.monitoring.name) = aws_iam_role.monitoring.permissions_boundary }
    keys                = { database = module.key.posture }
  }
}
