mock_provider "aws" {
  source = "../mocks"
}

variables {
  region            = "eu-central-1"
  github_repository = "example/plinth"
  environments      = ["dev", "prod"]
  zone_ids          = ["Z0123456789ABCDEFGHIJ"]
}

run "bootstrap" {
  assert {
    condition     = output.posture.bucket.versioning == "Enabled" && output.posture.bucket.encryption == "aws:kms"
    error_message = "States must be versioned, and encrypted by KMS."
  }

  assert {
    condition     = !output.posture.bucket.public && !output.posture.bucket.force_destroy
    error_message = "The bucket of states must be closed to the public, and must not be deleted with states in it."
  }

  assert {
    condition     = anytrue([for statement in output.posture.bucket.policy.Statement : statement.Effect == "Deny" && statement.Condition.Bool["aws:SecureTransport"] == "false"])
    error_message = "The bucket of states must refuse plain HTTP."
  }

  assert {
    condition     = output.posture.key.rotates
    error_message = "The key of states must rotate."
  }

  assert {
    condition     = output.posture.trust.plan[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:example/plinth:pull_request"]
    error_message = "Only pull requests of this repository may plan."
  }

  assert {
    condition     = output.posture.trust.apply[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:example/plinth:environment:dev", "repo:example/plinth:environment:prod"]
    error_message = "Only jobs of this repository's environments may apply."
  }

  assert {
    condition     = alltrue([for role in ["plan", "apply"] : output.posture.trust[role][0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"])
    error_message = "Tokens must be made for AWS."
  }

  assert {
    condition = alltrue([for name in output.posture.attachments.plan : alltrue([for statement in output.posture.policies[name] :
    alltrue([for action in flatten([statement.Action]) : can(regex(":(Describe|Get|List|View)|^kms:Decrypt$", action))])])])
    error_message = "The role of pull requests must only look."
  }

  assert {
    condition = alltrue([for name in output.posture.attachments.plan : alltrue([for statement in output.posture.policies[name] :
      length(setintersection(flatten([statement.Action]), ["secretsmanager:GetSecretValue", "logs:GetLogEvents", "rds-data:ExecuteStatement"])) == 0
      && (!contains(flatten([statement.Action]), "s3:GetObject") || !contains(flatten([statement.Resource]), "*"))
    && (!contains(flatten([statement.Action]), "kms:Decrypt") || !contains(flatten([statement.Resource]), "*"))])])
    error_message = "The role of pull requests must see no secret, no log and no object but the states."
  }

  assert {
    condition = alltrue([for statement in concat(flatten(values(output.posture.policies)), output.posture.boundary, output.posture.key.policy.Statement) :
    alltrue([for action in flatten([statement.Action]) : !strcontains(action, "*")]) if statement.Effect == "Allow"])
    error_message = "No policy may allow actions by a wildcard."
  }

  assert {
    condition = alltrue([for name, statements in output.posture.policies : startswith(name, "read-") || alltrue([for statement in statements :
    !contains(flatten([statement.Resource]), "*") || can(statement.Condition.StringEquals["aws:RequestedRegion"])])])
    error_message = "What changes something must be bound to names, or at least to the region."
  }

  assert {
    condition = alltrue([for statement in output.posture.policies["write-identity"] :
      length(setintersection(flatten([statement.Action]), ["iam:CreateRole", "iam:CreateUser", "iam:PutRolePolicy", "iam:PutUserPolicy", "iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"])) == 0
    || can(statement.Condition.StringEquals["iam:PermissionsBoundary"])])
    error_message = "Whoever applies must not make a role outside the boundary."
  }

  assert {
    condition = alltrue([for statement in flatten(values(output.posture.policies)) : length(setintersection(flatten([statement.Action]), [
      "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreatePolicyVersion", "iam:DeleteRolePermissionsBoundary",
      "iam:DeleteUserPermissionsBoundary", "iam:SetDefaultPolicyVersion", "iam:UpdateOpenIDConnectProviderThumbprint", "sts:AssumeRole",
    ])) == 0])
    error_message = "Whoever applies must not widen rights by another way."
  }

  assert {
    condition = alltrue([for statement in output.posture.policies["write-identity"] : alltrue([for resource in flatten([statement.Resource]) :
    can(regex("(role|user)/plinth-(dev|prod)-|/aws-service-role/", resource))])])
    error_message = "Whoever applies must touch only roles and users of environments, not the roles of bootstrap."
  }

  assert {
    condition     = alltrue([for role, names in output.posture.attachments : length(names) <= 10])
    error_message = "AWS attaches at most 10 policies to a role."
  }
}

run "bad_input_is_refused" {
  command = plan

  variables {
    project           = "Plinth!"
    region            = "frankfurt"
    github_repository = "example/*"
    environments      = ["production"]
    zone_ids          = ["*"]
  }

  expect_failures = [var.project, var.region, var.github_repository, var.environments, var.zone_ids]
}

run "no_environment_is_refused" {
  command = plan

  variables {
    environments = []
    zone_ids     = []
  }

  expect_failures = [var.environments, var.zone_ids]
}

run "a_repository_is_known_by_its_ids" {
  variables {
    github_repository = "example@1234567/plinth@89012345"
  }

  assert {
    condition     = output.posture.trust.plan[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:example/plinth:pull_request", "repo:example@1234567/plinth@89012345:pull_request"]
    error_message = "Both forms of GitHub's subject must be accepted."
  }
}

run "an_id_of_one_part_only_is_refused" {
  command = plan

  variables {
    github_repository = "example@1234567/plinth"
  }

  expect_failures = [var.github_repository]
}
