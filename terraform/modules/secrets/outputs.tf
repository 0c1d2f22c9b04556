output "arns" {
  description = "Setting -> ARN of its secret."
  value       = { for setting, secret in aws_secretsmanager_secret.this : setting => secret.arn }
}

output "key_arn" {
  description = "KMS key of the secrets."
  value       = module.key.arn
}

output "posture" {
  description = "What invariants/ judges."
  value = {
    keys_of_secrets = { for setting, secret in aws_secretsmanager_secret.this : setting => secret.kms_key_id }
    keys            = { secrets = module.key.posture }
  }
}
