output "backend" {
  description = "Content of terraform/backend.hcl, for init of the environments."
  value       = "bucket     = \"${aws_s3_bucket.state.id}\"\nregion     = \"${var.region}\"\nkms_key_id = \"${module.state_key.arn}\"\n"
}

output "role_arns" {
  description = "Variables to set in GitHub: PLAN_ROLE_ARN for the repository, APPLY_ROLE_ARN for each environment."
  value       = { for role, made in aws_iam_role.github : "${upper(role)}_ROLE_ARN" => made.arn }
}

output "boundary_arn" {
  description = "Boundary that every role of an environment carries."
  value       = aws_iam_policy.boundary.arn
}

output "posture" {
  description = "What the tests judge."
  value = {
    bucket = {
      versioning    = aws_s3_bucket_versioning.state.versioning_configuration[0].status
      encryption    = one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule[*]).apply_server_side_encryption_by_default[*]).sse_algorithm
      public        = !(aws_s3_bucket_public_access_block.state.block_public_acls && aws_s3_bucket_public_access_block.state.block_public_policy && aws_s3_bucket_public_access_block.state.ignore_public_acls && aws_s3_bucket_public_access_block.state.restrict_public_buckets)
      policy        = jsondecode(aws_s3_bucket_policy.state.policy)
      force_destroy = aws_s3_bucket.state.force_destroy
    }
    trust       = { for role, made in aws_iam_role.github : role => jsondecode(made.assume_role_policy).Statement }
    policies    = { for name, policy in aws_iam_policy.github : name => jsondecode(policy.policy).Statement }
    attachments = { for role in keys(local.jobs) : role => [for attachment in local.attachments : attachment.policy if attachment.role == role] }
    boundary    = jsondecode(aws_iam_policy.boundary.policy).Statement
    key         = module.state_key.posture
  }
}
