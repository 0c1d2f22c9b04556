# What the service is told of the environment that it runs in.
locals {
  product = jsondecode(file("${path.module}/../../../app/product/product.json"))

  ports = { api = 5000, metrics = 9464 }

  from_address = try(regex("[^<>@\\s]+@[^<>@\\s]+", var.email_from), "invalid@invalid")
  api_url      = "https://${var.api_domain}"

  # What follows from the rest of the configuration.
  derived_settings = {
    # `development` would start stand-ins; every environment here is a real one.
    APP_ENV             = var.environment == "prod" ? "production" : "staging"
    HOST                = "0.0.0.0"
    PORT                = tostring(local.ports.api)
    METRICS_PORT        = tostring(local.ports.metrics)
    APP_URL             = var.app_url
    API_URL             = local.api_url
    PRODUCT_NAME        = coalesce(var.product_name, local.product.name)
    CORS_ORIGINS        = join(",", var.cors_origins)
    TRUST_PROXY         = "1" # the load balancer
    EMAIL_FROM          = var.email_from
    SES_TOPIC_ARNS      = module.email.topic_arn
    DRAIN_DELAY_SECONDS = tostring(var.drain.delay_seconds)
    DRAIN_LIMIT_SECONDS = tostring(var.drain.limit_seconds)
    RELEASE             = local.no_release # each rollout names its own
  }
}

module "settings" {
  source = "../settings"

  derived          = local.derived_settings
  further          = var.settings
  optional_secrets = var.optional_secrets
}
