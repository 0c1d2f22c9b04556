output "arn_suffix" {
  description = "Name of the load balancer in metrics."
  value       = aws_lb.this.arn_suffix
}

output "target_group_arn" {
  description = "Where the API's tasks register."
  value       = aws_lb_target_group.api.arn
  depends_on  = [aws_lb_listener.https] # ECS refuses a target group that no listener uses
}

output "target_group_arn_suffix" {
  description = "Name of the target group in metrics."
  value       = aws_lb_target_group.api.arn_suffix
}

output "security_group_id" {
  description = "Group from which the API's tasks take requests."
  value       = aws_security_group.this.id
}

output "posture" {
  description = "What invariants/ judges."
  value = {
    tls_policy          = aws_lb_listener.https.ssl_policy
    plain_http          = aws_lb_listener.http.default_action[0].redirect[0].protocol
    drops_bad_headers   = aws_lb.this.drop_invalid_header_fields
    access_logs         = aws_lb.this.access_logs[0].enabled
    deletes_logs        = aws_s3_bucket.logs.force_destroy
    deletion_protection = aws_lb.this.enable_deletion_protection
    health_path         = aws_lb_target_group.api.health_check[0].path
    idle_timeout        = aws_lb.this.idle_timeout
    drain_seconds       = tonumber(aws_lb_target_group.api.deregistration_delay)
    firewall            = length(aws_wafv2_web_acl_association.this) == 1
    bucket_encryption   = one(one(aws_s3_bucket_server_side_encryption_configuration.logs.rule[*]).apply_server_side_encryption_by_default[*]).sse_algorithm
    bucket_public       = !(aws_s3_bucket_public_access_block.logs.block_public_acls && aws_s3_bucket_public_access_block.logs.block_public_policy && aws_s3_bucket_public_access_block.logs.restrict_public_buckets)
    policies            = { access_logs = jsondecode(aws_s3_bucket_policy.logs.policy) }
    log_groups          = { for group in aws_cloudwatch_log_group.firewall : group.name => { days = group.retention_in_days, key = group.kms_key_id } }
  }
}
