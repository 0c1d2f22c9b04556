variable "posture" {
  type        = any
  description = "The output `posture` of the platform: what the resources are, as planned or applied."
}
