# Handed back so that nothing can be used that was not judged.
output "sizes" {
  description = "The sizes, as judged."
  value       = var.sizes
}

output "guards" {
  description = "The guards, as judged."
  value       = var.guards
}
