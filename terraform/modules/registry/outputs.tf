output "url" {
  description = "Where images are pushed to."
  value       = aws_ecr_repository.this.repository_url
}

output "arn" {
  description = "ARN of the repository."
  value       = aws_ecr_repository.this.arn
}

output "posture" {
  description = "What invariants/ judges."
  value = {
    deletes_images = aws_ecr_repository.this.force_delete
    tags_move      = aws_ecr_repository.this.image_tag_mutability != "IMMUTABLE"
    scan_on_push   = aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    encryption     = aws_ecr_repository.this.encryption_configuration[0].encryption_type
  }
}
