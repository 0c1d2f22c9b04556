# docker buildx bake -f terraform/image/docker-bake.hcl, in the repository's root.
# Both processors: Fargate's Graviton, and the machines that most people test on.
variable "RELEASE" {
  default = "dev"
}

variable "PRODUCT_NAME" {
  default = "unknown"
}

target "plinth" {
  context   = "."
  args      = { RELEASE = RELEASE, PRODUCT_NAME = PRODUCT_NAME }
  platforms = ["linux/amd64", "linux/arm64"]
}

target "default" {
  context   = "terraform/image"
  contexts  = { plinth = "target:plinth" }
  platforms = ["linux/amd64", "linux/arm64"]
}
