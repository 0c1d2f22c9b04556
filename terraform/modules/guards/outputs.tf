# Handed back so that nothing can be used that was not judged.
output "sizes" {
  description = "The sizes, as judged."
  value       = var.sizes
}

output "guards" {
  description = "The guards, as judged. Backups outlast an environment that is retired."
  value       = merge(var.guards, { deletion_protection = var.guards.deletion_protection && !var.retire, keep_backups = var.guards.deletion_protection })
}
