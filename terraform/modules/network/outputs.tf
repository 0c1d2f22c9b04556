output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Block of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer."
  value       = [for zone in local.zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets of the tasks."
  value       = [for zone in local.zones : aws_subnet.private[zone].id]
}

output "database_subnet_ids" {
  description = "Subnets of the database."
  value       = [for zone in local.zones : aws_subnet.database[zone].id]
}

output "nat_addresses" {
  description = "Addresses from which the service calls out, for the allow lists of others."
  value       = [for address in aws_eip.nat : address.public_ip]
}

output "posture" {
  description = "What invariants/ judges."
  value = {
    zones             = length(aws_subnet.private)
    nat_gateways      = length(aws_nat_gateway.this)
    gives_public_ips  = anytrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.private), values(aws_subnet.database)) : subnet.map_public_ip_on_launch])
    flow_log_traffic  = aws_flow_log.this.traffic_type
    endpoint_services = concat([aws_vpc_endpoint.s3.service_name], [for endpoint in aws_vpc_endpoint.interface : endpoint.service_name])
    log_groups        = { (aws_cloudwatch_log_group.flow.name) = { days = aws_cloudwatch_log_group.flow.retention_in_days, key = aws_cloudwatch_log_group.flow.kms_key_id } }
    policies          = { flow_logs = jsondecode(aws_iam_role_policy.flow_logs.policy) }
    boundaries        = { (aws_iam_role.flow_logs.name) = aws_iam_role.flow_logs.permissions_boundary }
  }
}
