variable "posture" {
  type        = any
  description = "The output `posture` of the platform: what the resources are, as planned or applied."
}

variable "interface_endpoints" {
  type        = bool
  description = "Whether tasks must start without the internet: all sizes but the starter of prod."
  default     = true
}
