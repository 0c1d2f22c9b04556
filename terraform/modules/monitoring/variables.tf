variable "name" {
  type        = string
  description = "Prefix of every name, such as plinth-prod."
  nullable    = false
}

variable "environment" {
  type        = string
  description = "Value of the tag Environment, by which costs are told apart."
  nullable    = false
}

variable "alarm_emails" {
  type        = set(string)
  description = "Who is told of alarms and of the budget. Each must confirm a mail from AWS."
  nullable    = false
}

variable "budget_monthly_usd" {
  type        = number
  description = "What a month may cost, in US dollars."
  nullable    = false
}

variable "grafana" {
  type        = bool
  description = "Whether there is a Managed Grafana. It needs IAM Identity Center, and costs by active user."
  nullable    = false
}

variable "rules_directory" {
  type        = string
  description = "Folder with Prometheus' rule files (*.yml), all of which the workspace evaluates."
  nullable    = false
}

variable "load_balancer" {
  type        = object({ arn_suffix = string, target_group_arn_suffix = string })
  description = "Names of the load balancer in metrics."
  nullable    = false
}

variable "cluster_name" {
  type        = string
  description = "ECS cluster."
  nullable    = false
}

variable "service_names" {
  type        = map(string)
  description = "Role -> name of the ECS service."
  nullable    = false
}

variable "database" {
  type        = object({ cluster_identifier = string, max_connections = number, max_gib = number })
  description = "The cluster, and how many connections and how much data are a reason to look."
  nullable    = false
}

variable "queue_age" {
  type        = object({ namespace = string, name = string, dimensions = map(string), alarm_seconds = number })
  description = "Metric of the oldest waiting job, and the age that is a reason to look."
  nullable    = false
}

variable "undelivered_queue_name" {
  type        = string
  description = "Queue of bounces and complaints that the service did not take."
  nullable    = false
}

variable "topics_key_arn" {
  type        = string
  description = "KMS key of the topic and the workspace's log."
  nullable    = false
}

variable "log_retention_days" {
  type        = number
  description = "Days that logs are kept."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "Boundary of every role made here."
  nullable    = false
}
