variable "name" {
  type        = string
  description = "Name of the repository, such as plinth-prod."
  nullable    = false
}

variable "keep_images" {
  type        = number
  description = "Releases that are kept, to roll back to."
  default     = 50
  nullable    = false

  validation {
    condition     = var.keep_images >= 5
    error_message = "Keep at least 5 images, or there is nothing to roll back to."
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Refuses to delete a repository that holds images."
  nullable    = false
}
