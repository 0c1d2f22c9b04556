# Both roles call out by HTTPS (certificates of email providers, payments, breached passwords) and SMTP; only the API is called.
resource "aws_security_group" "this" {
  for_each = local.services

  name        = "${var.name}-${each.key}"
  description = "Tasks of ${each.key}"
  vpc_id      = var.vpc_id
}

locals {
  # SES and Resend offer 465 and 587, Postmark 587 only. Port 25 is for servers among themselves, and AWS throttles it.
  outward_ports = { "443" = "HTTPS", "465" = "SMTP over TLS", "587" = "SMTP with STARTTLS" }

  outward = { for pair in setproduct(keys(local.services), keys(local.outward_ports)) : "${pair[0]}-${pair[1]}" => { role = pair[0], port = pair[1] } }
}

resource "aws_vpc_security_group_egress_rule" "outward" {
  for_each = local.outward

  security_group_id = aws_security_group.this[each.value.role].id
  description       = local.outward_ports[each.value.port]
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "database" {
  for_each = local.services

  security_group_id            = aws_security_group.this[each.key].id
  description                  = "PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = var.database_security_group_id
}

# Only where the service was told of one. It is not made here: its own group must admit the tasks.
resource "aws_vpc_security_group_egress_rule" "redis" {
  for_each = contains(keys(var.secret_arns), "REDIS_URL") ? local.services : {}

  security_group_id = aws_security_group.this[each.key].id
  description       = "Redis or Valkey in the VPC"
  ip_protocol       = "tcp"
  from_port         = 6379
  to_port           = 6379
  cidr_ipv4         = var.vpc_cidr
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  for_each = local.services

  security_group_id            = var.database_security_group_id
  description                  = "From ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.this[each.key].id
}

resource "aws_vpc_security_group_ingress_rule" "api" {
  security_group_id            = aws_security_group.this["api"].id
  description                  = "From the load balancer"
  ip_protocol                  = "tcp"
  from_port                    = var.ports.api
  to_port                      = var.ports.api
  referenced_security_group_id = var.load_balancer.security_group_id
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  security_group_id            = var.load_balancer.security_group_id
  description                  = "To the API"
  ip_protocol                  = "tcp"
  from_port                    = var.ports.api
  to_port                      = var.ports.api
  referenced_security_group_id = aws_security_group.this["api"].id
}
