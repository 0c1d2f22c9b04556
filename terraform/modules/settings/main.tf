# The settings of the service, by the names of app/settings.ts. Without resources, so that it can be tested alone. Settings
# that only development has are not here: every environment in AWS is a real one.
locals {
  required_secrets = ["APP_SECRET", "DATABASE_URL", "SMTP_URL"]
  optional_secrets = [
    "DATABASE_DIRECT_URL", "DATABASE_REPLICA_URL", "OTEL_EXPORTER_OTLP_HEADERS", "POSTMARK_WEBHOOK_AUTH", "REDIS_URL",
    "RESEND_WEBHOOK_SECRET", "SENTRY_DSN", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "WEBHOOK_PROXY_URL",
  ]

  # What the platform sets itself: see modules/platform/settings.tf.
  derived_settings = [
    "APP_ENV", "API_URL", "APP_URL", "CORS_ORIGINS", "DRAIN_DELAY_SECONDS", "DRAIN_LIMIT_SECONDS", "EMAIL_FROM", "HOST",
    "METRICS_PORT", "PORT", "PRODUCT_NAME", "RELEASE", "SES_TOPIC_ARNS", "TRUST_PROXY",
  ]

  # What has a default that may be changed.
  optional_settings = [
    "ACCESS_TOKEN_MINUTES",
    "BILLING_AUTOMATIC_TAX",
    "BILLING_GRACE_DAYS",
    "BILLING_SEATS_FOLLOW_MEMBERS",
    "BILLING_SEAT_PRORATION",
    "BREACHED_PASSWORDS_URL",
    "DATABASE_LANES",
    "DATABASE_POOL_SIZE",
    "DATABASE_PREPARED_STATEMENTS",
    "EVENT_RETENTION_DAYS",
    "IDENTITY_PROVIDERS",
    "KEEP_ALIVE_SECONDS",
    "LOG_LEVEL",
    "NETWORK_LIMIT_FACTOR",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_TRACES_SAMPLER_ARG",
    "PASSWORD_HASH_ITERATIONS",
    "PASSWORD_HASH_MEMORY_KIB",
    "PASSWORD_HASH_PARALLELISM",
    "PASSWORD_HASH_QUEUE",
    "POSTMARK_WEBHOOK_SOURCES",
    "SERVICE_CLIENTS",
    "SESSION_ABSOLUTE_DAYS",
    "SESSION_IDLE_DAYS",
    "START_PATIENCE_SECONDS",
    "STRIPE_API_BASE",
    "SUPPORT_EMAIL",
    "WEBHOOK_CONCURRENCY",
    "WEBHOOK_PORTS",
    "WEBHOOK_TIMEOUT_SECONDS",
  ]
}
