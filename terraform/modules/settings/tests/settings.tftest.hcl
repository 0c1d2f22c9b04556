# Which settings may be given, and where.
variables {
  derived = {
    APP_ENV             = "staging"
    API_URL             = "https://api.example.com"
    APP_URL             = "https://app.example.com"
    CORS_ORIGINS        = ""
    DRAIN_DELAY_SECONDS = "5"
    DRAIN_LIMIT_SECONDS = "20"
    EMAIL_FROM          = "no-reply@example.com"
    HOST                = "0.0.0.0"
    METRICS_PORT        = "9464"
    PORT                = "5000"
    PRODUCT_NAME        = "Plinth"
    RELEASE             = "none"
    SES_TOPIC_ARNS      = "arn:aws:sns:eu-central-1:123456789012:mock"
    TRUST_PROXY         = "1"
  }
  further          = { LOG_LEVEL = "debug" }
  optional_secrets = ["RESEND_WEBHOOK_SECRET"]
}

run "known_settings_are_accepted" {
  command = plan
}

run "a_secret_among_plain_settings_is_refused" {
  command = plan

  variables {
    further = { APP_SECRET = "in-plain-text" }
  }

  expect_failures = [var.further]
}

run "a_misspelled_setting_is_refused" {
  command = plan

  variables {
    further = { LOG_LEVLE = "debug" }
  }

  expect_failures = [var.further]
}

run "a_setting_that_follows_from_others_is_refused" {
  command = plan

  variables {
    further = { PORT = "8080" }
  }

  expect_failures = [var.further]
}

run "a_setting_of_development_is_refused" {
  command = plan

  variables {
    further = { MAILBOX_PORT = "1080" }
  }

  expect_failures = [var.further]
}

run "an_unknown_secret_is_refused" {
  command = plan

  variables {
    optional_secrets = ["NO_SUCH_SECRET"]
  }

  expect_failures = [var.optional_secrets]
}

run "a_setting_that_the_platform_forgot_is_refused" {
  command = plan

  variables {
    derived = { PORT = "5000" }
  }

  expect_failures = [output.environment]
}
