# Beside each task: reads its /metrics and carries all of it to Managed Prometheus, and the age of the oldest job to
# CloudWatch too, where autoscaling and alarms can see it.
locals {
  metrics_namespace = "${var.name}/jobs"

  collectors = { for role in ["api", "worker"] : role => {
    name                   = "collector"
    image                  = var.collector_image
    essential              = false # metrics may fail without the service
    restartPolicy          = { enabled = true, restartAttemptPeriod = 60 }
    user                   = "65534:65534"
    readonlyRootFilesystem = true
    privileged             = false
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    cpu                    = 64
    memory                 = 192 # so that it cannot take the service's
    environment            = [{ name = "AOT_CONFIG_CONTENT", value = local.collector_configurations[role] }]
    portMappings           = []
    logConfiguration       = local.logging[role]
  } }

  collector_configurations = { for role in ["api", "worker"] : role => templatefile("${path.module}/collector.yaml.tftpl", {
    role         = role
    environment  = var.name
    metrics_port = var.ports.metrics
    region       = local.region
    prometheus   = "${var.prometheus.endpoint}api/v1/remote_write"
    namespace    = local.metrics_namespace
    log_group    = aws_cloudwatch_log_group.metrics.name
  }) }
}

# CloudWatch makes metrics of what is logged here.
resource "aws_cloudwatch_log_group" "metrics" {
  name              = "/${var.name}/metrics"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn
}
