# What the roles may do, from the actions in permissions-*.tf, one area each: read for both, write for apply.
locals {
  areas = { network = local.network, data = local.data, runtime = local.runtime, observability = local.observability }

  # The beginning of every name in this account: plinth-dev-, plinth-prod- ... It leaves out the roles made here, which
  # must not be able to change themselves.
  prefixes = [for environment in sort(tolist(var.environments)) : "${var.project}-${environment}"]

  in_region = { StringEquals = { "aws:RequestedRegion" = var.region } }

  # Looking is allowed everywhere: most of these actions know nothing narrower. None of them reads a secret's value or an
  # object's content. Three policies, as a role takes ten at most.
  read_policies = { for name, actions in {
    network  = local.network.read
    data     = local.data.read
    services = concat(local.runtime.read, local.observability.read, local.identity.read)
  } : "read-${name}" => [{ Effect = "Allow", Action = actions, Resource = "*" }] }

  # Changing is bound to names where AWS lets names be chosen, and to the region where it does not.
  write_policies = merge(
    { for name, area in local.areas : "write-${name}" => concat(
      [for group in area.write_named : { Effect = "Allow", Action = group.actions, Resource = flatten([for arn in group.arns : [for prefix in local.prefixes : replace(arn, "PREFIX", prefix)]]) }],
      length(area.write_region) == 0 ? [] : [{ Effect = "Allow", Action = area.write_region, Resource = "*", Condition = local.in_region }],
      area.write_other,
    ) },
    { write-identity = local.identity.write },
  )

  state_objects = [for environment in sort(tolist(var.environments)) : "${aws_s3_bucket.state.arn}/${environment}/terraform.tfstate"]

  state_read = [
    { Effect = "Allow", Action = ["s3:ListBucket"], Resource = aws_s3_bucket.state.arn },
    { Effect = "Allow", Action = ["s3:GetObject"], Resource = local.state_objects },
    { Effect = "Allow", Action = ["kms:Decrypt"], Resource = module.state_key.arn },
  ]

  state_write = [
    { Effect = "Allow", Action = ["s3:PutObject"], Resource = local.state_objects },
    # The lock is a file beside the state.
    { Effect = "Allow", Action = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource = [for object in local.state_objects : "${object}.tflock"] },
    { Effect = "Allow", Action = ["kms:GenerateDataKey"], Resource = module.state_key.arn },
  ]
}
