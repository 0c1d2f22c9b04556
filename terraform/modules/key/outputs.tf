output "arn" {
  description = "ARN of the key."
  value       = aws_kms_key.this.arn
}

output "posture" {
  description = "What invariants/ judges."
  value = {
    rotates = aws_kms_key.this.enable_key_rotation
    policy  = jsondecode(aws_kms_key.this.policy)
  }
}
