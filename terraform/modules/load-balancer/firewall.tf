# What is known to be bad is turned away before it costs the service anything.
locals {
  # In this order. `count_only` watches a rule that would turn away what is meant to come.
  managed_rules = {
    AWSManagedRulesAmazonIpReputationList = { priority = 10, count_only = [] }
    AWSManagedRulesKnownBadInputsRuleSet  = { priority = 20, count_only = [] }
    # Events of payment and mail providers are larger than the 8 KiB that this rule allows; the service has its own limit.
    AWSManagedRulesCommonRuleSet = { priority = 30, count_only = ["SizeRestrictions_BODY"] }
    AWSManagedRulesSQLiRuleSet   = { priority = 40, count_only = [] }
  }
}

resource "aws_wafv2_web_acl" "this" {
  count = var.firewall ? 1 : 0

  name  = var.name
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "flood"
    priority = 1

    action {
      block {
        custom_response {
          response_code = 429
        }
      }
    }

    statement {
      rate_based_statement {
        limit              = var.requests_per_address
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      metric_name                = "${var.name}-flood"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = false # samples would hold tokens
    }
  }

  dynamic "rule" {
    for_each = local.managed_rules
    content {
      name     = rule.key
      priority = rule.value.priority

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key

          dynamic "rule_action_override" {
            for_each = rule.value.count_only
            content {
              name = rule_action_override.value
              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        metric_name                = rule.key
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = false
      }
    }
  }

  visibility_config {
    metric_name                = var.name
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  count = var.firewall ? 1 : 0

  resource_arn = aws_lb.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this[0].arn
}

resource "aws_cloudwatch_log_group" "firewall" {
  count = var.firewall ? 1 : 0

  name              = "aws-waf-logs-${var.name}" # the prefix is WAF's condition
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  count = var.firewall ? 1 : 0

  resource_arn            = aws_wafv2_web_acl.this[0].arn
  log_destination_configs = [aws_cloudwatch_log_group.firewall[0].arn]

  dynamic "redacted_fields" {
    for_each = toset(["authorization", "cookie"])
    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }
}
