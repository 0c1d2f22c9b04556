# Bounces and complaints: SES -> SNS -> the service's webhook. What the service cannot take for an hour waits in a queue
# for people to look at; after that hour the service would refuse it as too old.
data "aws_caller_identity" "current" {}

resource "aws_sns_topic" "feedback" {
  name              = "${var.name}-email-feedback"
  kms_master_key_id = var.topics_key_arn
  signature_version = 2 # SHA-256
}

resource "aws_sns_topic_policy" "feedback" {
  arn = aws_sns_topic.feedback.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyThisConfigurationSet"
      Effect    = "Allow"
      Principal = { Service = "ses.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.feedback.arn
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = data.aws_caller_identity.current.account_id
          "aws:SourceArn"     = aws_sesv2_configuration_set.this.arn
        }
      }
    }]
  })
}

resource "aws_sesv2_configuration_set_event_destination" "feedback" {
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name
  event_destination_name = "feedback"

  event_destination {
    enabled              = true
    matching_event_types = ["BOUNCE", "COMPLAINT"]

    sns_destination {
      topic_arn = aws_sns_topic.feedback.arn
    }
  }

  depends_on = [aws_sns_topic_policy.feedback] # SES tries the topic
}

resource "aws_sns_topic_subscription" "webhook" {
  count = var.webhook_url == null ? 0 : 1

  topic_arn                       = aws_sns_topic.feedback.arn
  protocol                        = "https"
  endpoint                        = var.webhook_url
  endpoint_auto_confirms          = true  # the service opens the URL that SNS sends it
  raw_message_delivery            = false # the envelope carries the signature
  confirmation_timeout_in_minutes = 5
  redrive_policy                  = jsonencode({ deadLetterTargetArn = aws_sqs_queue.undelivered.arn })
  # By default SNS gives up after a minute, which is less than a restart of the database.
  delivery_policy = jsonencode({
    healthyRetryPolicy = {
      numRetries         = 60
      numNoDelayRetries  = 0
      numMinDelayRetries = 5
      minDelayTarget     = 5
      maxDelayTarget     = 60
      backoffFunction    = "exponential"
    }
  })
}

resource "aws_sqs_queue" "undelivered" {
  name                      = "${var.name}-email-feedback-undelivered"
  kms_master_key_id         = var.topics_key_arn
  message_retention_seconds = 1209600 # fourteen days, the most there is
}

resource "aws_sqs_queue_policy" "undelivered" {
  queue_url = aws_sqs_queue.undelivered.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyThisTopic"
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.undelivered.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.feedback.arn } }
    }]
  })
}
