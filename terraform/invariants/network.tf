# What must hold in every environment. A precondition that fails, fails the test that calls this module, and says what broke.
# Each output is one subject; its value is never used.
output "network" {
  value = true

  precondition {
    condition     = var.posture.network.zones == 3
    error_message = "The network must span three zones."
  }
  precondition {
    condition     = !var.posture.network.gives_public_ips
    error_message = "A subnet gives public addresses to what starts in it."
  }
  precondition {
    condition     = var.posture.network.nat_gateways >= 1
    error_message = "Private subnets have no way out."
  }
  precondition {
    condition     = var.posture.network.flow_log_traffic == "ALL"
    error_message = "Flow logs must record all traffic."
  }
  precondition {
    condition = alltrue([for service in concat(["s3"], var.interface_endpoints ? ["ecr.api", "ecr.dkr", "logs", "secretsmanager"] : []) :
    anytrue([for name in var.posture.network.endpoint_services : endswith(name, ".${service}")])])
    error_message = "An endpoint is missing: the service must start without the internet."
  }
}

output "load_balancer" {
  value = true

  precondition {
    condition     = strcontains(var.posture.load_balancer.tls_policy, "TLS13")
    error_message = "HTTPS must use a TLS 1.3 policy."
  }
  precondition {
    condition     = var.posture.load_balancer.plain_http == "HTTPS"
    error_message = "Plain HTTP must be sent to HTTPS."
  }
  precondition {
    condition     = var.posture.load_balancer.drops_bad_headers
    error_message = "Invalid headers must be dropped."
  }
  precondition {
    condition     = var.posture.load_balancer.access_logs
    error_message = "The load balancer must log accesses."
  }
  precondition {
    condition     = var.posture.load_balancer.bucket_encryption == "AES256" && !var.posture.load_balancer.bucket_public
    error_message = "The bucket of access logs must be encrypted and closed to the public."
  }
  precondition {
    condition     = var.posture.load_balancer.health_path == "/readyz"
    error_message = "The load balancer must ask /readyz: /livez is 200 while a task drains."
  }
  precondition {
    condition     = var.posture.load_balancer.idle_timeout < 72
    error_message = "The load balancer must close idle connections before the service does, after 72 seconds, or requests get lost in between."
  }
  precondition {
    condition     = var.posture.load_balancer.drain_seconds >= var.posture.drain.limit_seconds
    error_message = "The load balancer must leave requests in flight as long as the service does."
  }
}
