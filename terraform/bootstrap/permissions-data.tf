# Database, secrets, keys, buckets. Nothing here reads a secret's value or the database's content.
locals {
  rds = "arn:${local.partition}:rds:${var.region}:${local.account}"

  data = {
    read = [
      "rds:DescribeDBClusterParameterGroups", "rds:DescribeDBClusterParameters", "rds:DescribeDBClusterSnapshots",
      "rds:DescribeDBClusters", "rds:DescribeDBEngineVersions", "rds:DescribeDBInstances", "rds:DescribeDBSubnetGroups",
      "rds:DescribeGlobalClusters", "rds:DescribeOrderableDBInstanceOptions", "rds:ListTagsForResource",
      "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy",
      "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListResourceTags",
      "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation", "s3:GetBucketLogging",
      "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy",
      "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning",
      "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration",
      "s3:ListBucket", "s3:ListTagsForResource",
    ]

    write_named = [
      {
        actions = [
          "rds:AddTagsToResource", "rds:CreateDBCluster", "rds:CreateDBClusterParameterGroup", "rds:CreateDBClusterSnapshot",
          "rds:CreateDBInstance", "rds:CreateDBSubnetGroup", "rds:DeleteDBCluster", "rds:DeleteDBClusterParameterGroup",
          "rds:DeleteDBInstance", "rds:DeleteDBSubnetGroup", "rds:DisableHttpEndpoint", "rds:EnableHttpEndpoint",
          "rds:FailoverDBCluster", "rds:ModifyDBCluster", "rds:ModifyDBClusterParameterGroup", "rds:ModifyDBInstance",
          "rds:ModifyDBSubnetGroup", "rds:RebootDBInstance", "rds:RemoveTagsFromResource", "rds:ResetDBClusterParameterGroup",
          "rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBClusterToPointInTime",
        ]
        arns = [
          "${local.rds}:cluster:PREFIX", "${local.rds}:cluster:PREFIX-*", "${local.rds}:db:PREFIX-*",
          "${local.rds}:cluster-pg:PREFIX-*", "${local.rds}:subgrp:PREFIX", "${local.rds}:cluster-snapshot:*PREFIX*",
        ]
      },
      {
        actions = [
          "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:RestoreSecret",
          "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
        ]
        arns = ["arn:${local.partition}:secretsmanager:${var.region}:${local.account}:secret:PREFIX/*"]
      },
      {
        actions = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
        arns    = ["arn:${local.partition}:kms:${var.region}:${local.account}:alias/PREFIX-*"]
      },
      {
        actions = [
          "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject", "s3:DeleteObjectVersion",
          "s3:ListBucketVersions", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock",
          "s3:PutBucketTagging", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
          "s3:TagResource", "s3:UntagResource",
        ]
        # Deleting objects is for access logs of an environment that is destroyed; the state's bucket has another name.
        arns = ["arn:${local.partition}:s3:::PREFIX-access-logs-${local.account}", "arn:${local.partition}:s3:::PREFIX-access-logs-${local.account}/*"]
      },
    ]

    write_region = ["kms:CreateKey"]

    write_other = [
      {
        # Keys have ids instead of names, so the tag tells whose they are; each gets it when it is made.
        Effect = "Allow"
        Action = [
          "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:CreateGrant", "kms:Decrypt", "kms:DeleteAlias",
          "kms:DisableKeyRotation", "kms:EnableKeyRotation", "kms:GenerateDataKey", "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
        ]
        Resource  = "arn:${local.partition}:kms:${var.region}:${local.account}:key/*"
        Condition = { StringEquals = { "aws:ResourceTag/Project" = var.project, "aws:ResourceTag/Environment" = sort(tolist(var.environments)) } }
      },
      {
        # Only as one of ours, never taking over another's key.
        Effect    = "Allow"
        Action    = ["kms:TagResource"]
        Resource  = "arn:${local.partition}:kms:${var.region}:${local.account}:key/*"
        Condition = { StringEquals = { "aws:RequestTag/Project" = var.project }, StringEqualsIfExists = { "aws:ResourceTag/Project" = var.project } }
      },
      {
        # Every cluster is made with a default option group, which is RDS' own.
        Effect   = "Allow"
        Action   = ["rds:CreateDBCluster", "rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBClusterToPointInTime"]
        Resource = "${local.rds}:og:default:*"
      },
      {
        # The master password, which RDS makes and rotates in our name.
        Effect   = "Allow"
        Action   = ["secretsmanager:CreateSecret", "secretsmanager:RotateSecret", "secretsmanager:TagResource"]
        Resource = "arn:${local.partition}:secretsmanager:${var.region}:${local.account}:secret:rds!cluster-*"
      },
    ]
  }
}
