# The places of secrets, not their values. People put those with `aws secretsmanager put-secret-value`, so that none ever
# reaches Terraform's state, a plan, or CI. Tasks read the current version when they start: rotating is putting a new
# version and rolling the tasks (README.md).
module "key" {
  source = "../key"

  name        = "${var.name}-secrets"
  description = "Secrets of ${var.name}"
}

resource "aws_secretsmanager_secret" "this" {
  for_each = var.settings

  name                    = "${var.name}/${each.key}"
  description             = "Setting ${each.key} of ${var.name}"
  kms_key_id              = module.key.arn
  recovery_window_in_days = var.recovery_days
}
