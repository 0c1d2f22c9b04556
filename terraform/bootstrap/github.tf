# GitHub proves by a signed token which repository, and which environment or event, a job belongs to. No key is stored there.
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  jobs = {
    plan  = ["pull_request"]
    apply = [for environment in sort(tolist(var.environments)) : "environment:${environment}"]
  }

  policies = {
    plan  = merge(local.read_policies, { state-read = local.state_read })
    apply = merge(local.read_policies, local.write_policies, { state-write = concat(local.state_read, local.state_write) })
  }

  attachments = merge([for role, policies in local.policies : { for name in keys(policies) : "${role}/${name}" => { role = role, policy = name } }]...)
}

module "github_trust" {
  source   = "../modules/github-trust"
  for_each = local.jobs

  provider_arn = aws_iam_openid_connect_provider.github.arn
  repository   = var.github_repository
  jobs         = each.value
}

# `plan` looks, for pull requests. `apply` changes, for jobs of an environment, whose protection rules (README.md) admit
# only the main branch and ask a person.
resource "aws_iam_role" "github" {
  for_each = local.jobs

  name                 = "${var.project}-${each.key}"
  max_session_duration = 3600
  assume_role_policy   = module.github_trust[each.key].policy
}

resource "aws_iam_policy" "github" {
  for_each = merge(local.policies.plan, local.policies.apply)

  name   = "${var.project}-${each.key}"
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })

  lifecycle {
    precondition {
      condition     = length(jsonencode({ Version = "2012-10-17", Statement = each.value })) <= 6144
      error_message = "AWS takes policies of at most 6,144 characters: split ${each.key}."
    }
  }
}

resource "aws_iam_role_policy_attachment" "github" {
  for_each = local.attachments

  role       = aws_iam_role.github[each.value.role].name
  policy_arn = aws_iam_policy.github[each.value.policy].arn
}
