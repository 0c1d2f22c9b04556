# Images, tasks, scaling, mail, queues.
locals {
  runtime = {
    read = [
      "ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource",
      "ecs:DescribeCapacityProviders", "ecs:DescribeClusters", "ecs:DescribeServices", "ecs:DescribeTaskDefinition",
      "ecs:ListTagsForResource",
      "application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingPolicies",
      "application-autoscaling:ListTagsForResource",
      "ses:GetConfigurationSet", "ses:GetConfigurationSetEventDestinations", "ses:GetEmailIdentity", "ses:ListTagsForResource",
      "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource",
      "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags",
    ]

    write_named = [
      {
        actions = [
          "ecr:CreateRepository", "ecr:DeleteLifecyclePolicy", "ecr:DeleteRepository", "ecr:PutImageScanningConfiguration",
          "ecr:PutImageTagMutability", "ecr:PutLifecyclePolicy", "ecr:TagResource", "ecr:UntagResource",
        ]
        arns = ["arn:${local.partition}:ecr:${var.region}:${local.account}:repository/PREFIX"]
      },
      {
        actions = [
          "ecs:CreateCluster", "ecs:CreateService", "ecs:DeleteCluster", "ecs:DeleteService", "ecs:PutClusterCapacityProviders",
          "ecs:RegisterTaskDefinition", "ecs:TagResource", "ecs:UntagResource", "ecs:UpdateCluster",
          "ecs:UpdateClusterSettings", "ecs:UpdateService",
        ]
        arns = [
          "arn:${local.partition}:ecs:${var.region}:${local.account}:cluster/PREFIX",
          "arn:${local.partition}:ecs:${var.region}:${local.account}:service/PREFIX/*",
          "arn:${local.partition}:ecs:${var.region}:${local.account}:task-definition/PREFIX-*:*",
        ]
      },
      {
        actions = [
          "ses:CreateConfigurationSet", "ses:CreateConfigurationSetEventDestination", "ses:DeleteConfigurationSet",
          "ses:DeleteConfigurationSetEventDestination", "ses:PutConfigurationSetDeliveryOptions",
          "ses:PutConfigurationSetReputationOptions", "ses:PutConfigurationSetSendingOptions",
          "ses:PutConfigurationSetSuppressionOptions", "ses:TagResource", "ses:UntagResource",
          "ses:UpdateConfigurationSetEventDestination",
        ]
        arns = ["arn:${local.partition}:ses:${var.region}:${local.account}:configuration-set/PREFIX"]
      },
      {
        actions = [
          "sns:CreateTopic", "sns:DeleteTopic", "sns:SetSubscriptionAttributes", "sns:SetTopicAttributes", "sns:Subscribe",
          "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource",
        ]
        arns = ["arn:${local.partition}:sns:${var.region}:${local.account}:PREFIX-*"]
      },
      {
        actions = ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"]
        arns    = ["arn:${local.partition}:sqs:${var.region}:${local.account}:PREFIX-*"]
      },
    ]

    # Neither revisions to retire, nor scalable targets, nor domains that send mail can be told by our names.
    write_region = [
      "ecs:DeregisterTaskDefinition",
      "application-autoscaling:DeleteScalingPolicy", "application-autoscaling:DeregisterScalableTarget",
      "application-autoscaling:PutScalingPolicy", "application-autoscaling:RegisterScalableTarget",
      "application-autoscaling:TagResource", "application-autoscaling:UntagResource",
      "ses:CreateEmailIdentity", "ses:DeleteEmailIdentity", "ses:PutEmailIdentityConfigurationSetAttributes",
      "ses:PutEmailIdentityDkimAttributes", "ses:PutEmailIdentityDkimSigningAttributes",
      "ses:PutEmailIdentityFeedbackAttributes", "ses:PutEmailIdentityMailFromAttributes",
    ]

    write_other = []
  }
}
