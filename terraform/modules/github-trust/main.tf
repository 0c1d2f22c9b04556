# The trust policy of a role that GitHub's jobs take, by a signed token instead of a key. Only exact subjects: a * would also
# match names that somebody else may choose.
locals {
  # GitHub writes `owner/name`, and `owner@id/name@id` for repositories that were created, renamed or transferred after
  # 2026-07-15 or that have opted in: docs.github.com/en/actions/reference/security/oidc
  names    = replace(var.repository, "/@[0-9]+/", "")
  ids      = regexall("@([0-9]+)", var.repository)[*][0]
  subjects = flatten([for job in var.jobs : [for repository in distinct([local.names, var.repository]) : "repo:${repository}:${job}"]])

  claims = merge(
    { aud = "sts.amazonaws.com", sub = local.subjects },
    # A name can be given up and taken by somebody else, an id cannot.
    length(local.ids) == 2 ? { repository_id = local.ids[1] } : {},
  )
}

output "policy" {
  description = "The trust policy, as JSON."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = var.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { for claim, value in local.claims : "token.actions.githubusercontent.com:${claim}" => value } }
    }]
  })
}
