output "topic_arn" {
  description = "Topic of bounces and complaints, for SES_TOPIC_ARNS."
  value       = aws_sns_topic.feedback.arn
}

output "undelivered_queue_name" {
  description = "Queue of what the webhook did not take."
  value       = aws_sqs_queue.undelivered.name
}

output "smtp_user" {
  description = "User whose access key makes the SMTP password."
  value       = aws_iam_user.smtp.name
}

output "smtp_host" {
  description = "Mail server for SMTP_URL."
  value       = "email-smtp.${data.aws_region.current.region}.amazonaws.com"
}

output "posture" {
  description = "What invariants/ judges."
  value = {
    deletes_keys = aws_iam_user.smtp.force_destroy
    tls          = aws_sesv2_configuration_set.this.delivery_options[0].tls_policy
    dkim_key     = aws_sesv2_email_identity.this.dkim_signing_attributes[0].next_signing_key_length
    default_set  = aws_sesv2_email_identity.this.configuration_set_name
    events       = aws_sesv2_configuration_set_event_destination.feedback.event_destination[0].matching_event_types
    webhook      = one(aws_sns_topic_subscription.webhook[*].endpoint)
    raw_delivery = anytrue(aws_sns_topic_subscription.webhook[*].raw_message_delivery)
    topic_keys   = { feedback = aws_sns_topic.feedback.kms_master_key_id, undelivered = aws_sqs_queue.undelivered.kms_master_key_id }
    boundaries   = { (aws_iam_user.smtp.name) = aws_iam_user.smtp.permissions_boundary }
    policies = {
      smtp              = jsondecode(aws_iam_user_policy.smtp.policy)
      feedback_topic    = jsondecode(aws_sns_topic_policy.feedback.policy)
      undelivered_queue = jsondecode(aws_sqs_queue_policy.undelivered.policy)
    }
  }
}
